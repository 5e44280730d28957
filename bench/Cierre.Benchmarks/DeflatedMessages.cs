using System.IO.Compression;
using BenchmarkDotNet.Attributes;
using Cierre.Bench.Compression;
using Cierre.Buffers;
using Cierre.Deflate;

namespace Cierre.Benchmarks;

/// <summary>JSON with context takeover: messages, and beside them the framework's DeflateStream alone.</summary>
[MemoryDiagnoser]
[MinColumn]
public class DeflatedMessages
{
    private const int Count = 64;

    private readonly MemoryStream _compressed = new(1 << 20);
    private readonly MemoryStream _source = new(1 << 20);
    private readonly MessageDeflater _messageDeflater = new(DeflateDirection.Full, CompressionLevel.Optimal);
    private readonly MessageInflater _messageInflater = new(takeover: true, 1 << 20);
    private readonly DeflateStream _deflater;
    private readonly DeflateStream _inflater;
    private byte[] _target = [];
    private byte[][] _messages = [];
    private byte[][] _flushed = [];

    public DeflatedMessages()
    {
        _deflater = new DeflateStream(_compressed, CompressionLevel.Optimal);
        _inflater = new DeflateStream(_source, CompressionMode.Decompress);
    }

    [Params(1024, 64 * 1024)]
    public int Size { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _messages = Messages.Make(Count, Size, seed: 1);
        _target = new byte[Size];
        // The second round refers to the end of the first, as each round below to the end of the one before.
        byte[][] first = [.. _messages.Select(Flush)];
        _flushed = [.. _messages.Select(Flush)];
        foreach (byte[] data in first)
        {
            Inflate(data);
            InflateMessage(data);
        }
    }

    [Benchmark(OperationsPerInvoke = Count)]
    public void Deflate()
    {
        foreach (byte[] message in _messages) Deflate(message);
    }

    [Benchmark(OperationsPerInvoke = Count)]
    public void DeflateMessages()
    {
        foreach (byte[] message in _messages)
        {
            _messageDeflater.Deflate(message, last: true);
            _messageDeflater.Release();
        }
    }

    [Benchmark(OperationsPerInvoke = Count)]
    public void Inflate()
    {
        foreach (byte[] data in _flushed) Inflate(data);
    }

    [Benchmark(OperationsPerInvoke = Count)]
    public void InflateMessages()
    {
        foreach (byte[] data in _flushed) InflateMessage(data);
    }

    private byte[] Flush(byte[] message)
    {
        Deflate(message);
        return _compressed.ToArray();
    }

    private void Deflate(byte[] message)
    {
        _compressed.SetLength(0);
        _deflater.Write(message);
        _deflater.Flush();
    }

    private void Inflate(byte[] data)
    {
        _source.SetLength(0);
        _source.Write(data);
        _source.Position = 0;
        while (_inflater.Read(_target) != 0)
        {
        }
    }

    private void InflateMessage(byte[] data)
    {
        PooledBuffer message = default;
        _messageInflater.Begin();
        // Without the four bytes that are not sent. RFC 7692 7.2.1, 3.
        if (_messageInflater.Inflate(data.AsMemory(..^4), last: true, ref message) is not null) throw new InvalidDataException();
        message.Release();
    }
}
