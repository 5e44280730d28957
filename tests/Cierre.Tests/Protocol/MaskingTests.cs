using Cierre.Protocol;
using CsCheck;

namespace Cierre.Tests.Protocol;

/// <summary>RFC 6455 5.3.</summary>
public class MaskingTests
{
    [Fact]
    public void The_example_of_the_rfc()
    {
        // RFC 6455 5.7: a single-frame masked text message.
        byte[] data = [0x7F, 0x9F, 0x4D, 0x51, 0x58];
        Masking.Apply(data, BitConverter.ToUInt32([0x37, 0xFA, 0x21, 0x3D]));
        Assert.Equal("Hello"u8.ToArray(), data);
    }

    [Fact]
    public void Any_offset_length_and_split_equals_the_naive_loop() =>
        Gen.Select(Gen.Byte.Array[0, 300], Gen.Byte.Array[4], Gen.Int[0, 16], Gen.Int[0, 40].Array[0, 8]).Sample((data, key, offset, pieces) =>
        {
            offset = Math.Min(offset, data.Length);
            byte[] expected = data.ToArray();
            for (int i = offset; i < data.Length; i++) expected[i] ^= key[(i - offset) % 4];

            byte[] actual = data.ToArray();
            Span<byte> rest = actual.AsSpan(offset);
            uint turning = BitConverter.ToUInt32(key);
            foreach (int piece in pieces)
            {
                int size = Math.Min(piece, rest.Length);
                turning = Masking.Apply(rest[..size], turning);
                rest = rest[size..];
            }

            Masking.Apply(rest, turning);
            return actual.AsSpan().SequenceEqual(expected);
        });

    [Fact]
    public void Keys_are_drawn_anew_for_every_frame()
    {
        HashSet<uint> keys = [];
        for (int i = 0; i < 1000; i++) keys.Add(Masking.NewKey());
        // 1000 keys of 32 bits: two equal ones once in some 8,000 runs.
        Assert.InRange(keys.Count, 998, 1000);
    }
}
