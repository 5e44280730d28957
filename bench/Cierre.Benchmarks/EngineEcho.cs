using System.Buffers;
using BenchmarkDotNet.Attributes;
using Cierre.Protocol;

namespace Cierre.Benchmarks;

/// <summary>The engine alone: a masked message comes in, the same goes out.</summary>
[MemoryDiagnoser]
public class EngineEcho
{
    private const int Messages = 16;

    private readonly WebSocketProtocol _server = new(WebSocketRole.Server, ProtocolLimits.Default);
    private readonly ArrayBufferWriter<byte> _output = new(65 * 1024 * Messages);
    private byte[] _batch = [];
    private byte[] _input = [];

    [Params(32, 1024, 16 * 1024, 64 * 1024)]
    public int Size { get; set; }

    [Params(true, false)]
    public bool Text { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var client = new WebSocketProtocol(WebSocketRole.Client, ProtocolLimits.Default);
        var output = new ArrayBufferWriter<byte>();
        byte[] payload = new byte[Size];
        payload.AsSpan().Fill((byte)'x');
        for (int i = 0; i < Messages; i++) client.WriteData(output, Text ? WebSocketOpcode.Text : WebSocketOpcode.Binary, fin: true, payload, TimeSpan.Zero);
        _batch = output.WrittenSpan.ToArray();
        _input = new byte[_batch.Length];
    }

    [Benchmark(OperationsPerInvoke = Messages)]
    public int Echo()
    {
        // Unmasking is in place: each round begins with fresh bytes.
        _batch.CopyTo(_input, 0);
        _output.ResetWrittenCount();
        Memory<byte> input = _input;
        while (true)
        {
            ProtocolEvent found = _server.Read(ref input, _output, TimeSpan.Zero);
            if (found.Kind == ProtocolEventKind.NeedMore) return _output.WrittenCount;
            _server.WriteData(_output, found.MessageKind, fin: true, found.Payload.Span, TimeSpan.Zero);
        }
    }
}
