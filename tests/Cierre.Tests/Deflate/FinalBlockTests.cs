using Cierre.Deflate;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Tests.Deflate;

/// <summary>RFC 7692 7.2.3.4.</summary>
public sealed class FinalBlockTests
{
    public static TheoryData<int> Cuts => [.. Enumerable.Range(0, 7)];

    [Theory]
    [MemberData(nameof(Cuts))]
    public void End_is_found_wherever_the_data_was_cut(int cut)
    {
        // Hello in a final block of fixed codes, and more.
        byte[] data = [0xF3, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00, 1, 2, 3];
        FinalBlock block = default;
        block.Passed(data.AsSpan(0, cut));
        Assert.Equal(7 - cut, block.EndIn(data.AsSpan(cut), 5, out _));
    }

    [Theory]
    [InlineData(100)]
    [InlineData(30_000)]
    [InlineData(65_000)]
    public void End_is_found_behind_much_data_and_twice(int piece)
    {
        byte[] noise = new byte[60_000];
        new Random(1).NextBytes(noise);
        byte[] first = [.. DeflateKit.Stored(noise), .. DeflateKit.Stored(noise), .. DeflateKit.Stored("x"u8, final: true)];
        FinalBlock block = default;
        int at = 0;
        for (; at + piece < first.Length; at += piece) block.Passed(first.AsSpan(at, piece));
        Assert.Equal(first.Length - at, block.EndIn((byte[])[.. first[at..], 7, 7, 7], 120_001, out _));
        Assert.Equal(6, block.EndIn((byte[])[.. DeflateKit.Stored("y"u8, final: true), 9], 1, out _));
    }

    [Fact]
    public void What_it_refers_to_need_not_be_there()
    {
        // 7.2.3.2's second message, its block made the last: a copy of five bytes from before.
        FinalBlock block = default;
        Assert.Equal(4, block.EndIn(new byte[] { 0xF3, 0x00, 0x11, 0x00, 0x55, 0x55 }, 5, out _));
    }

    [Fact]
    public void Who_found_the_end_goes_on_behind_it()
    {
        byte[] data = Convert.FromHexString("f348cdc9c90700f248cdc9c90700");
        FinalBlock block = default;
        int end = block.EndIn(data, 5, out BlockReader reader)!.Value;
        ReadOnlySpan<byte> rest = data.AsSpan(end);
        Assert.Equal(BlockStep.Dry, reader.Read(ref rest));
        Assert.Equal((10, true), (reader.Inflated, reader.MayEnd));
    }

    [Fact]
    public void Where_the_two_inflaters_do_not_agree_it_is_not_DEFLATE()
    {
        byte[] data = [0xF3, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00, 1, 2, 3];
        // It ended before this piece; it inflates to more, and to less. And it breaks off.
        Assert.Throws<InvalidDataException>(() => End(data[..8], data[8..], 5));
        Assert.Throws<InvalidDataException>(() => End(data[..3], data[3..], 4));
        Assert.Throws<InvalidDataException>(() => End(data[..3], data[3..], 6));
        Assert.Null(End(data[..3], data[3..6], 5));
        Assert.Equal(4, End(data[..3], data[3..], 5));

        static int? End(byte[] passed, byte[] piece, long inflated)
        {
            FinalBlock block = default;
            block.Passed(passed);
            return block.EndIn(piece, inflated, out _);
        }
    }
}
