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
    [InlineData(1024, "")]
    [InlineData(1025, "DeflateNotValid")]
    public void Final_blocks_without_end_are_refused(int count, string result)
    {
        using var inflater = new MessageInflater(takeover: false, 1000);
        Assert.Equal(result, DeflateKit.Inflate(inflater, [.. Enumerable.Repeat((byte[])[3, 0], count).SelectMany(b => b), 0]));
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
