using System.IO.Compression;
using System.Text;
using Cierre.Deflate;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Tests.Deflate;

/// <summary>Where a message may end, with a context that lives on: RFC 7692 7.2.1, 3; RFC 1951 3.2.3. And that what ends right passes, however it was made.</summary>
public sealed class MessageInflaterBreakTests
{
    private const string Refused = "DeflateNotValid";

    private static readonly string Text = string.Join(' ', Enumerable.Range(0, 120).Select(i => $"{{\"id\":{i * 7919 % 1000},\"name\":\"n{i * 31 % 97}\"}}"));

    private static readonly byte[] Noise = [.. Enumerable.Range(0, 400).Select(i => (byte)((i * 167 + i * i * 13) % 251))];

    /// <summary>What the blocks are, and the message on the wire.</summary>
    public static TheoryData<string, byte[]> Blocks => new()
    {
        { "stored", [.. DeflateKit.Stored("Hello"u8), 0] },
        { "stored, 255 bytes", [.. DeflateKit.Stored(Noise.AsSpan(0, 255)), 0] },
        { "two stored", [.. DeflateKit.Stored("Hel"u8), .. DeflateKit.Stored("lo"u8), 0] },
        { "fixed", Convert.FromHexString("f248cdc9c90700") },
        { "fixed, and final", Convert.FromHexString("f348cdc9c9070000") },
        { "two fixed with an empty stored one between", Convert.FromHexString("f24805000000ffffcac9c90700") },
        { "dynamic", DeflateKit.Compress(Encoding.UTF8.GetBytes(Text)) },
        { "dynamic, hardly shorter than its noise", DeflateKit.Compress([.. Noise, .. Noise.Select(b => (byte)(b % 90))]) },
        { "final dynamic", [.. Final(Encoding.UTF8.GetBytes(Text)), 0] },
    };

    [Theory]
    [MemberData(nameof(Blocks))]
    public void Break_inside_a_block_is_refused_in_that_very_message(string name, byte[] whole)
    {
        Assert.NotEmpty(name);
        foreach (bool takeover in (bool[])[true, false])
        {
            Assert.NotEqual(Refused, Inflate(takeover, whole));
            for (int cut = 0; cut < whole.Length; cut++)
            {
                if (MayEndAfter(whole, cut)) continue;
                Assert.True(Inflate(takeover, whole[..cut]) == Refused, $"{cut} of {whole.Length} bytes passed, takeover: {takeover}");
            }
        }
    }

    [Theory]
    [InlineData("0000 00ffff", "the four bytes were not removed")]
    [InlineData("f248cdc9c907 00 00 00ffff", "nor were they here")]
    [InlineData("f2", "inside the first code")]
    [InlineData("02", "inside the fixed block's end")]
    [InlineData("00ff", "a length that the four bytes make valid")]
    [InlineData("000500", "inside a length")]
    [InlineData("03", "inside the end of a final block")]
    public void What_the_removed_bytes_do_not_complete_is_refused(string hex, string why)
    {
        Assert.NotEmpty(why);
        byte[] data = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        Assert.Equal(Refused, Inflate(takeover: true, data));
        Assert.Equal(Refused, Inflate(takeover: false, data));
    }

    [Fact]
    public void A_thousand_messages_of_every_kind_pass_with_takeover_whole_and_byte_by_byte()
    {
        using var inflater = new MessageInflater(takeover: true, 1 << 20);
        using var stream = new MemoryStream();
        using var deflate = new DeflateStream(stream, CompressionLevel.Optimal, leaveOpen: true);
        for (int i = 0; i < 1000; i++)
        {
            byte[] payload = Encoding.UTF8.GetBytes(Text[(i % 50)..(100 + (i * 7 % (Text.Length - 100)))]);
            stream.SetLength(0);
            deflate.Write(payload);
            deflate.Flush();
            byte[] data = stream.ToArray()[..^4];
            Assert.Equal(Encoding.UTF8.GetString(payload), i % 10 == 0 ? DeflateKit.Inflate(inflater, [.. data.Select(b => (byte[])[b])]) : DeflateKit.Inflate(inflater, data));
            // These refer to nothing and are referred to by nothing, but they are in the window: of no bytes.
            if (i % 3 == 0) Assert.Equal("", DeflateKit.Inflate(inflater, [0]));
            if (i % 7 == 0) Assert.Equal("", DeflateKit.Inflate(inflater, [.. DeflateKit.Stored([]), 0]));
        }
    }

    [Fact]
    public void Each_kind_passes_after_each_other()
    {
        using var inflater = new MessageInflater(takeover: true, 1 << 20);
        byte[][] kinds = [[0], .. Blocks.Select(row => row.Data.Item2)];
        foreach (byte[] one in kinds)
        {
            foreach (byte[] other in kinds)
            {
                Assert.NotEqual(Refused, DeflateKit.Inflate(inflater, one));
                Assert.NotEqual(Refused, DeflateKit.Inflate(inflater, other));
                Assert.Equal("Hello", DeflateKit.Inflate(inflater, Convert.FromHexString("f248cdc9c90700")));
            }
        }
    }

    /// <summary>How many of the nineteen symbols of code lengths have a code of 1, 2, 3 to 7 bits. All codes there are have to be taken.</summary>
    public static TheoryData<int[]> LongCodes => [.. ((int[][])[[0, 0, 0, 13, 6], [0, 0, 0, 15, 1, 1, 2], [0, 0, 3, 5, 9, 2], [0, 0, 7, 0, 2, 0, 8], [1, 0, 0, 0, 14, 4], [2], [1, 1, 1, 1, 2]]).Select(codes => new TheoryDataRow<int[]>(codes))];

    [Theory]
    [MemberData(nameof(LongCodes))]
    public void Break_in_the_longest_header_of_a_dynamic_block_is_refused_too(int[] codes)
    {
        // Nothing comes out of code lengths, and here are 316 of them to come.
        for (int variant = 0; variant < 19 * 4; variant++)
        {
            byte[] header = LongHeader(codes, first: variant / 4, final: variant % 2 == 0, blocks: variant % 4);
            Assert.Equal(Refused, Inflate(takeover: true, header));
            Assert.Equal(Refused, Inflate(takeover: false, header));
        }
    }

    /// <summary>Where these messages have a border of blocks, and the bits of an empty stored one behind it: what is left is a message.</summary>
    private static bool MayEndAfter(byte[] whole, int cut)
    {
        if (cut == 0) return false;
        // The header of the first block, stored. And right behind a final block, though it has no byte for the empty one: taken so far back as this library goes.
        if (cut == 1 && whole[0] == 0) return true;
        if (whole.AsSpan().StartsWith(DeflateKit.Stored("Hel"u8)) && cut == 9) return true;
        if (whole.AsSpan().StartsWith(Convert.FromHexString("f24805")) && cut == 4) return true;
        return cut == whole.Length - 1 && (whole[0] & 1) == 1;
    }

    private static byte[] Final(ReadOnlySpan<byte> payload)
    {
        using var output = new MemoryStream();
        using (var deflate = new DeflateStream(output, CompressionLevel.Optimal, leaveOpen: true)) deflate.Write(payload);
        return output.ToArray();
    }

    /// <summary>Some empty blocks of ten bits, and the header of a dynamic one up to its code lengths. RFC 1951 3.2.7.</summary>
    private static byte[] LongHeader(int[] codes, int first, bool final, int blocks)
    {
        int[] lengths = [.. codes.SelectMany((count, i) => Enumerable.Repeat(i + 1, count)), .. new int[19]];
        List<int> bits = [];
        for (; blocks > 0; blocks--) Add(2, 10);
        Add(final ? 5 : 4, 3);
        Add(29, 5);
        Add(29, 5);
        Add(15, 4);
        foreach (int symbol in (int[])[16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]) Add(lengths[(symbol + first) % 19], 3);
        return [.. bits.Chunk(8).Select(eight => (byte)eight.Select((bit, at) => bit << at).Sum())];

        void Add(int value, int count)
        {
            for (int i = 0; i < count; i++) bits.Add((value >> i) & 1);
        }
    }

    private static string Inflate(bool takeover, byte[] data)
    {
        using var inflater = new MessageInflater(takeover, 1 << 20);
        Assert.Equal("Hello", DeflateKit.Inflate(inflater, Convert.FromHexString("f248cdc9c90700")));
        return DeflateKit.Inflate(inflater, data);
    }
}
