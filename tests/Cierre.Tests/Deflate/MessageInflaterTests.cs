using Cierre.Buffers;
using Cierre.Deflate;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Tests.Deflate;

/// <summary>RFC 7692 7.2.2, and the examples of 7.2.3.</summary>
public sealed class MessageInflaterTests
{
    /// <summary>What each message is, and its payload on the wire.</summary>
    public static TheoryData<string, string, string> Examples => new()
    {
        { "7.2.3.1 a compressed message", "Hello", "f248cdc9c90700" },
        { "7.2.3.3 a block without compression", "Hello", "000500faff48656c6c6f00" },
        { "7.2.3.4 a block with BFINAL", "Hello", "f348cdc9c9070000" },
        { "7.2.3.5 two blocks", "Hello", "f248050000 00ffffcac9c90700".Replace(" ", "", StringComparison.Ordinal) },
        { "7.2.3.6 an empty message", "", "00" },
        { "a final block, and a block that is not", "HelloHello", "f348cdc9c90700f248cdc9c90700" },
        { "two final blocks", "HelloHello", "f348cdc9c90700f348cdc9c9070000" },
        { "nothing behind the final block", "Hello", "f348cdc9c90700" },
        { "a final block that ends with the tail", "", "01" },
    };

    [Theory]
    [MemberData(nameof(Examples))]
    public void Examples_inflate_in_one_piece_and_byte_by_byte(string name, string text, string hex)
    {
        Assert.NotEmpty(name);
        byte[] data = Convert.FromHexString(hex);
        foreach (bool takeover in (bool[])[true, false])
        {
            using var inflater = new MessageInflater(takeover, 1000);
            for (int i = 0; i < 3; i++)
            {
                Assert.Equal(text, DeflateKit.Inflate(inflater, data));
                Assert.Equal(text, DeflateKit.Inflate(inflater, [.. data.Select(b => (byte[])[b])]));
            }
        }
    }

    [Fact]
    public void Window_is_shared_with_takeover_and_never_without()
    {
        // 7.2.3.2.
        using var keeps = new MessageInflater(takeover: true, 1000);
        Assert.Equal("Hello", DeflateKit.Inflate(keeps, Convert.FromHexString("f248cdc9c90700")));
        Assert.Equal("Hello", DeflateKit.Inflate(keeps, Convert.FromHexString("f200110000")));
        using var forgets = new MessageInflater(takeover: false, 1000);
        Assert.Equal("Hello", DeflateKit.Inflate(forgets, Convert.FromHexString("f248cdc9c90700")));
        Assert.Equal("DeflateNotValid", DeflateKit.Inflate(forgets, Convert.FromHexString("f200110000")));
    }

    [Theory]
    [InlineData("ff")]
    [InlineData("07")]
    [InlineData("")]
    [InlineData("f248")]
    [InlineData("f348cdc9c907")]
    [InlineData("000500")]
    [InlineData("000500faff48656c")]
    public void What_is_not_DEFLATE_or_breaks_off_is_invalid(string hex)
    {
        using var inflater = new MessageInflater(takeover: false, 1000);
        Assert.Equal("DeflateNotValid", DeflateKit.Inflate(inflater, Convert.FromHexString(hex)));
    }

    [Fact]
    public void Limit_is_a_size_that_is_still_allowed()
    {
        using var inflater = new MessageInflater(takeover: false, 100);
        Assert.Equal(100, DeflateKit.Inflate(inflater, DeflateKit.Compress(new byte[100])).Length);
        Assert.Equal("InflatedTooBig", DeflateKit.Inflate(inflater, DeflateKit.Compress(new byte[101])));
    }

    [Fact]
    public Task Bomb_is_refused_before_its_memory_is_spent() => OwnProcess.RunAsync(typeof(MessageInflaterTests), () =>
    {
        // Under 1 MiB that would be 900 MiB.
        byte[] bomb = Repeated(new byte[64 * 1024], times: 14_400);
        Assert.InRange(bomb.Length, 800_000, 1 << 20);
        using var inflater = new MessageInflater(takeover: false, 1 << 20);
        PooledBuffer target = default;
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal("InflatedTooBig", inflater.Inflate(bomb, last: true, ref target)!.Reason.Key);
        Assert.Equal(1 << 20, target.Length);
        // The buffer doubles: 2 MiB at most, after 1 MiB and all before it.
        OwnProcess.Figure("bytes allocated for a message of 1 MiB", GC.GetAllocatedBytesForCurrentThread() - before, 4 << 20);
        target.Release();
    });

    [Fact]
    public void Many_final_blocks_end()
    {
        using var inflater = new MessageInflater(takeover: true, 1000);
        Assert.Equal("", DeflateKit.Inflate(inflater, [.. Enumerable.Repeat((byte[])[3, 0], 500).SelectMany(b => b), 0]));
        Assert.Equal("Hello", DeflateKit.Inflate(inflater, Convert.FromHexString("f248cdc9c90700")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Later_block_refers_back_over_a_final_one(bool takeover)
    {
        // 7.2.3.2's second message, a copy of five bytes, behind 7.2.3.4's.
        byte[] data = Convert.FromHexString("f348cdc9c90700f200110000");
        using var inflater = new MessageInflater(takeover, 1000);
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal("HelloHello", DeflateKit.Inflate(inflater, data));
            Assert.Equal("HelloHello", DeflateKit.Inflate(inflater, [.. data.Select(b => (byte[])[b])]));
            // As a reader of parts takes it: what came out is not there any more.
            Assert.Equal("HelloHello", InflateInParts(inflater, data));
        }
    }

    [Theory]
    [InlineData("f348cdc9c9070000")]
    [InlineData("f248cdc9c90704")]
    public void Message_refers_back_over_a_final_block_of_the_one_before(string first)
    {
        using var inflater = new MessageInflater(takeover: true, 1000);
        Assert.Equal("Hello", DeflateKit.Inflate(inflater, Convert.FromHexString("f248cdc9c90700")));
        Assert.Equal("Hello", DeflateKit.Inflate(inflater, Convert.FromHexString(first)));
        for (int i = 0; i < 3; i++) Assert.Equal("Hello", DeflateKit.Inflate(inflater, Convert.FromHexString("f200110000")));
        Assert.Equal("", DeflateKit.Inflate(inflater, [0]));
        Assert.Equal("Hello", DeflateKit.Inflate(inflater, Convert.FromHexString("f200110000")));
        Assert.Equal("DeflateNotValid", DeflateKit.Inflate(inflater, Convert.FromHexString("f2001100")));
    }

    [Theory]
    [InlineData(5)]
    [InlineData(24_577)]
    [InlineData(32_768)]
    public void Window_over_a_final_block_is_all_of_32_KiB(int distance)
    {
        byte[] noise = new byte[90_000];
        new Random(1).NextBytes(noise);
        using var inflater = new MessageInflater(takeover: true, 1 << 20);
        byte[] first = [.. DeflateKit.Stored(noise.AsSpan(0, 50_000)), .. DeflateKit.Stored(noise.AsSpan(50_000), final: true), 0];
        Assert.Equal(90_000, DeflateKit.Inflate(inflater, first[..70_000], first[70_000..]).Length);
        // A match of three bytes and the end of a block of fixed codes: RFC 1951 3.2.6.
        string expected = System.Text.Encoding.Latin1.GetString(noise[^distance..][..3]);
        Assert.Equal(expected, DeflateKit.Inflate(inflater, MatchOfThree(distance)));
    }

    [Fact]
    public void No_final_block_costs_another_context()
    {
        using var inflater = new MessageInflater(takeover: true, 1 << 20);
        byte[] empties = [.. Enumerable.Repeat((byte[])[3, 0], 1000).SelectMany(b => b), 0], hellos = [.. Enumerable.Repeat(Convert.FromHexString("f348cdc9c90700"), 5000).SelectMany(b => b), 0];
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal("", DeflateKit.Inflate(inflater, empties));
            Assert.Equal(25_000, DeflateKit.Inflate(inflater, hellos).Length);
            Assert.Equal("Hello", DeflateKit.Inflate(inflater, Convert.FromHexString("f248cdc9c90700")));
        }

        Assert.Equal(1, inflater.ContextsMade);
        using var forgets = new MessageInflater(takeover: false, 1 << 20);
        for (int i = 0; i < 5; i++) Assert.Equal(25_000, DeflateKit.Inflate(forgets, [.. hellos.Chunk(13)]).Length);
        Assert.Equal(5, forgets.ContextsMade);
    }

    [Fact]
    public void Limit_holds_behind_a_final_block_too()
    {
        using var inflater = new MessageInflater(takeover: false, 100);
        byte[] bomb = [3, 0, .. Repeated(new byte[64 * 1024], times: 100), 0];
        PooledBuffer target = default;
        Assert.Equal("InflatedTooBig", inflater.Inflate(bomb, last: true, ref target)!.Reason.Key);
        Assert.Equal((100, 100L), (target.Length, inflater.Size));
        target.Release();
    }

    private static string InflateInParts(MessageInflater inflater, byte[] data)
    {
        inflater.Begin();
        string text = "";
        for (int i = 0; i < data.Length; i++)
        {
            PooledBuffer part = default;
            Assert.Null(inflater.Inflate(data.AsMemory(i, 1), last: i == data.Length - 1, ref part));
            text += System.Text.Encoding.Latin1.GetString(part.Span);
            part.Release();
        }

        return text;
    }

    private static byte[] MatchOfThree(int distance)
    {
        // 3.2.5: the distances that begin at a symbol, so many to each.
        (int symbol, int from, int extra) = (0, 1, 0);
        while (distance >= from + (1 << extra)) (symbol, from, extra) = (symbol + 1, from + (1 << extra), Math.Max(0, ((symbol + 1) / 2) - 1));
        var bits = new List<int> { 0, 1, 0 };
        foreach (char bit in "0000001" + Convert.ToString(symbol, 2).PadLeft(5, '0')) bits.Add(bit - '0');
        for (int i = 0; i < extra; i++) bits.Add(((distance - from) >> i) & 1);
        for (int i = 0; i < 7; i++) bits.Add(0);
        // The header of the empty stored block.
        for (int i = 0; i < 3; i++) bits.Add(0);
        return [.. bits.Chunk(8).Select(eight => (byte)eight.Select((bit, at) => bit << at).Sum())];
    }

    private static byte[] Repeated(byte[] block, int times)
    {
        using var output = new MemoryStream();
        using (var deflate = new System.IO.Compression.DeflateStream(output, System.IO.Compression.CompressionLevel.SmallestSize))
        {
            for (int i = 0; i < times; i++) deflate.Write(block);
        }

        return output.ToArray();
    }
}
