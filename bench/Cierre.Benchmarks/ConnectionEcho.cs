using BenchmarkDotNet.Attributes;
using Cierre.Protocol;
using Cierre.Transports;

namespace Cierre.Benchmarks;

/// <summary>A whole connection without a kernel below it: a batch of masked messages comes in, the handler sends each back, and all leave in one flush.</summary>
[MemoryDiagnoser]
public class ConnectionEcho
{
    private const int Messages = 16;

    private readonly NoKernel _transport = new();
    private byte[] _batch = [];
    private byte[] _input = [];

    [Params(32, 1024)]
    public int Size { get; set; }

    /// <summary>Whether an <see cref="IWebSocketHandler"/> is called; else messages are read by <c>await foreach</c>.</summary>
    [Params(true, false)]
    public bool Calls { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var client = new FrameWriter(WebSocketRole.Client);
        var frames = new System.Buffers.ArrayBufferWriter<byte>();
        for (int i = 0; i < Messages; i++) client.Write(frames, WebSocketOpcode.Binary, fin: true, new byte[Size]);
        _batch = frames.WrittenSpan.ToArray();
        _input = new byte[_batch.Length];
        var connection = new WebSocketConnection(WebSocketRole.Server, new WebSocketConnectionOptions(), _transport, new WebSocketNegotiation());
        connection.Start();
        if (Calls) _ = connection.RunAsync(new Echoes());
        else _ = EchoAsync(connection);
    }

    [Benchmark(OperationsPerInvoke = Messages)]
    public long Echo()
    {
        // Unmasking is in place: each round begins with fresh bytes.
        _batch.CopyTo(_input, 0);
        _transport.Bring(_input);
        return _transport.Written;
    }

    private static async Task EchoAsync(WebSocketConnection connection)
    {
        await foreach (WebSocketMessage message in connection.ReadAllAsync()) await connection.SendAsync(message);
    }

    private sealed class Echoes : IWebSocketHandler
    {
        public void OnMessage(WebSocketConnection connection, WebSocketMessageKind kind, ReadOnlySpan<byte> data) => connection.TrySend(kind, data);
    }

    private sealed class NoKernel : Transport
    {
        private ITransportReceiver? _receiver;

        public long Written { get; private set; }

        public void Bring(Memory<byte> bytes)
        {
            while (!bytes.IsEmpty)
            {
                bytes = bytes[_receiver!.Receive(bytes, last: true)..];
                _receiver.BatchEnd();
            }
        }

        public override void Start(ITransportReceiver receiver) => _receiver = receiver;

        public override void Resume()
        {
        }

        public override void PostTurn(IThreadPoolWorkItem turn)
        {
        }

        public override void Probe()
        {
        }

        public override ValueTask ShutdownSendAsync() => default;

        public override void Close()
        {
        }

        public override void Abort()
        {
        }

        protected override ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
        {
            Written += bytes.Length;
            return default;
        }
    }
}
