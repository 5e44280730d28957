using Cierre.Buffers;
using Cierre.Closing;
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
                Assert.Equal(text, Inflate(inflater, data));
                Assert.Equal(text, Inflate(inflater, [.. data.Select(b => (byte[])[b])]));
            }
        }
    }

    [Fact]
    public void Window_is_shared_with_takeover_and_never_without()
    {
        // 7.2.3.2.
        using var keeps = new MessageInflater(takeover: true, 1000);
        Assert.Equal("Hello", Inflate(keeps, Convert.FromHexString("f248cdc9c90700")));
        Assert.Equal("Hello", Inflate(keeps, Convert.FromHexString("f200110000")));
        using var forgets = new MessageInflater(takeover: false, 1000);
        Assert.Equal("Hello", Inflate(forgets, Convert.FromHexString("f248cdc9c90700")));
        Assert.Equal("DeflateNotValid", Inflate(forgets, Convert.FromHexString("f200110000")));
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
        Assert.Equal("DeflateNotValid", Inflate(inflater, Convert.FromHexString(hex)));
    }

    [Theory]
    [InlineData("stored", true)]
    [InlineData("fixed codes", true)]
    [InlineData("codes of its own", true)]
    [InlineData("stored", false)]
    [InlineData("fixed codes", false)]
    [InlineData("codes of its own", false)]
    public void Message_that_breaks_off_inside_a_block_is_invalid_at_its_own_end(string kind, bool takeover)
    {
        byte[] whole = kind switch
        {
            "stored" => [.. DeflateKit.Stored("Hello, hello"u8), 0],
            "fixed codes" => DeflateKit.Compress("Hello, hello"u8),
            _ => DeflateKit.Compress(Words(2000)),
        };
        // 3 bits say the kind. RFC 1951 3.2.3.
        Assert.Equal(kind switch { "stored" => 0, "fixed codes" => 1, _ => 2 }, (whole[0] >> 1) & 3);
        // A byte of zero is an empty message.
        for (int cut = kind == "stored" ? 2 : 1; cut < whole.Length; cut++)
        {
            using var inflater = new MessageInflater(takeover, 100_000);
            string end = Inflate(inflater, whole[..cut]);
            // Inside the table of codes, before anything has come out, a context that goes on cannot be asked.
            if (takeover && kind == "codes of its own" && end.Length == 0) continue;
            Assert.True(end == "DeflateNotValid", $"cut to {cut} of {whole.Length} bytes: '{end}'");
        }
    }

    [Fact]
    public void Message_after_one_that_breaks_off_in_a_table_of_codes_comes_to_the_same_in_each_way_it_arrives()
    {
        byte[] whole = DeflateKit.Compress(Words(207));
        byte[][] nexts = [whole, Convert.FromHexString("f348cdc9c9070000"), Convert.FromHexString("f348cdc9c90700f248cdc9c90700"), [.. Enumerable.Repeat((byte)0x55, 300)], [.. DeflateKit.Stored(Words(100), final: true), 0]];
        int passed = 0;
        for (int cut = 1; cut < whole.Length; cut++)
        {
            foreach (byte[] next in nexts)
            {
                using MessageInflater inPieces = new(takeover: true, 100_000), atOnce = new(takeover: true, 100_000);
                if (Inflate(inPieces, whole[..cut]).Length != 0 || Inflate(atOnce, whole[..cut]).Length != 0) continue;
                passed++;
                Assert.Equal(Inflate(atOnce, next), Inflate(inPieces, [.. next.Select(b => (byte[])[b])]));
            }
        }

        Assert.NotEqual(0, passed);
    }

    [Fact]
    public void Messages_of_every_kind_pass_one_after_another_through_one_context()
    {
        using var inflater = new MessageInflater(takeover: true, 100_000);
        using var sender = new MessageDeflater(new DeflateDirection(15, Takeover: true), System.IO.Compression.CompressionLevel.Optimal);
        var random = new Random(1);
        for (int i = 0; i < 500; i++)
        {
            byte[] payload = Words(random.Next(3000));
            if (random.Next(4) == 0) random.NextBytes(payload);
            byte[] compressed = sender.Deflate(payload, last: true).ToArray();
            sender.Release();
            Assert.Equal(System.Text.Encoding.Latin1.GetString(payload), Inflate(inflater, System.Text.Encoding.Latin1, random.Next(2) == 0 ? [compressed] : [.. compressed.Chunk(1 + random.Next(50))]));
        }
    }

    [Theory]
    [InlineData(1024, "")]
    [InlineData(1025, "DeflateNotValid")]
    public void Final_blocks_without_end_are_refused(int count, string result)
    {
        using var inflater = new MessageInflater(takeover: false, 1000);
        Assert.Equal(result, Inflate(inflater, [.. Enumerable.Repeat((byte[])[3, 0], count).SelectMany(b => b), 0]));
    }

    [Fact]
    public void Limit_is_a_size_that_is_still_allowed()
    {
        using var inflater = new MessageInflater(takeover: false, 100);
        Assert.Equal(100, Inflate(inflater, DeflateKit.Compress(new byte[100])).Length);
        Assert.Equal("InflatedTooBig", Inflate(inflater, DeflateKit.Compress(new byte[101])));
    }

    [Fact]
    public void Bomb_is_refused_before_its_memory_is_spent()
    {
        // Under 1 MiB that would be 900 MiB.
        byte[] bomb = Repeated(new byte[64 * 1024], times: 14_400);
        Assert.InRange(bomb.Length, 800_000, 1 << 20);
        using var inflater = new MessageInflater(takeover: false, 1 << 20);
        PooledBuffer target = default;
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal("InflatedTooBig", inflater.Inflate(bomb, ref target)!.Reason.Key);
        Assert.Equal(1 << 20, target.Length);
        // The buffer doubles: 2 MiB at most, after 1 MiB and all before it.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
        target.Release();
    }

    [Fact]
    public void Many_final_blocks_end()
    {
        using var inflater = new MessageInflater(takeover: true, 1000);
        Assert.Equal("", Inflate(inflater, [.. Enumerable.Repeat((byte[])[3, 0], 500).SelectMany(b => b), 0]));
        Assert.Equal("Hello", Inflate(inflater, Convert.FromHexString("f248cdc9c90700")));
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

    /// <summary>Text with enough in common that it gets codes of its own.</summary>
    private static byte[] Words(int length)
    {
        var random = new Random(length);
        return [.. Enumerable.Range(0, length).Select(_ => (byte)('a' + Math.Min(random.Next(26), random.Next(26))))];
    }

    /// <summary>The text, or the row of the violation.</summary>
    private static string Inflate(MessageInflater inflater, params byte[][] pieces) => Inflate(inflater, System.Text.Encoding.UTF8, pieces);

    private static string Inflate(MessageInflater inflater, System.Text.Encoding encoding, byte[][] pieces)
    {
        PooledBuffer target = default;
        inflater.Begin();
        Violation? violation = null;
        foreach (byte[] piece in pieces) violation ??= inflater.Inflate(piece, ref target);
        violation ??= inflater.End();
        string text = violation?.Reason.Key ?? encoding.GetString(target.Span);
        target.Release();
        return text;
    }
}
