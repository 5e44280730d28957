using System.Buffers.Text;
using System.Collections.Immutable;
using BenchmarkDotNet.Attributes;
using Cierre.Connections;
using Cierre.Protocol;
using Cierre.Resuming;
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
    private long _acknowledged;

    [Params(32, 1024)]
    public int Size { get; set; }

    /// <summary>Whether an <see cref="IWebSocketHandler"/> is called; else messages are read by <c>await foreach</c>.</summary>
    [Params(true, false)]
    public bool Calls { get; set; }

    /// <summary>Whether the connection carries a session that can be resumed; then the client acknowledges each batch.</summary>
    [Params(false, true)]
    public bool Resumes { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var client = new FrameWriter(WebSocketRole.Client);
        var frames = new System.Buffers.ArrayBufferWriter<byte>();
        byte[] message = new byte[Resumes ? 1 + Size : Size];
        if (Resumes) message[0] = (byte)'=';
        for (int i = 0; i < Messages; i++) client.Write(frames, WebSocketOpcode.Binary, fin: true, message);
        _batch = frames.WrittenSpan.ToArray();
        _input = new byte[_batch.Length + AcknowledgementSize];
        var connection = new WebSocketConnection(WebSocketRole.Server, new WebSocketConnectionOptions(), _transport, new WebSocketNegotiation());
        connection.Start();
        if (Resumes) connection = Session(connection);
        if (Calls) _ = connection.RunAsync(new Echoes());
        else _ = EchoAsync(connection);
    }

    [Benchmark(OperationsPerInvoke = Messages)]
    public long Echo()
    {
        // Unmasking is in place: each round begins with fresh bytes.
        _batch.CopyTo(_input, 0);
        _transport.Bring(_input.AsMemory(0, _batch.Length + (Resumes ? Acknowledge(_input.AsSpan(_batch.Length)) : 0)));
        return _transport.Written;
    }

    // A masked frame of up to 20 digits behind the mark.
    private const int AcknowledgementSize = 2 + 4 + 1 + 20;

    /// <summary>What the client says to have taken: the batch before.</summary>
    private int Acknowledge(Span<byte> frame)
    {
        frame[0] = 0x81;
        frame[2..6].Clear();
        frame[6] = (byte)'+';
        Utf8Formatter.TryFormat(_acknowledged, frame[7..], out int digits);
        frame[1] = (byte)(0x80 | (1 + digits));
        _acknowledged += Messages;
        return 7 + digits;
    }

    private static WebSocketConnection Session(WebSocketConnection carrier)
    {
        var connection = new WebSocketConnection(new WebSocketNegotiation());
        var terms = new ConnectionControl.SessionTerms(new WebSocketConnectionOptions(), "a", "node", TimeSpan.FromMinutes(2), 1024, 256 * 1024);
        var session = new ConnectionControl.Session(connection, terms, "1", callbackFailed: null);
        var greeting = new ConnectionControl.Greeting(new ResumeControl.Hello(ImmutableDictionary<string, TopicCursor>.Empty), Resume: null);
        session.Begin(carrier, greeting, "token", carries: () => { });
        return connection;
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
