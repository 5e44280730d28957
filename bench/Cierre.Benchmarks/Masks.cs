using BenchmarkDotNet.Attributes;
using Cierre.Protocol;

namespace Cierre.Benchmarks;

/// <summary>Masking and UTF-8: what every byte of a message costs.</summary>
[MemoryDiagnoser]
public class Masks
{
    private byte[] _data = [];

    [Params(32, 1024, 16 * 1024)]
    public int Size { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _data = new byte[Size];
        _data.AsSpan().Fill((byte)'x');
    }

    [Benchmark]
    public uint Mask() => Masking.Apply(_data, 0);

    [Benchmark]
    public bool ValidateAscii() => new Utf8Validator().Advance(_data, out _, out _);
}
