using System.IO.Compression;
using Cierre.Deflate;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Tests.Deflate;

/// <summary>RFC 1951 3.2, held to the framework's inflater: what that takes and what comes out is what the reader takes and what comes out.</summary>
public sealed class BlockReaderTests
{
    // Some seconds on a busy machine; the inflater's target of fuzz/ plays as many as it is told to.
    private const int Seeds = 600;

    [Fact]
    public void It_inflates_whatever_the_framework_compresses_and_finds_its_end()
    {
        for (int seed = 0; seed < Seeds; seed++)
        {
            var random = new Random(seed);
            byte[] payload = Payload(random);
            byte[] data = Compress(payload, random);
            Outcome outcome = Read(data, random, window: true);
            Assert.True(outcome.Ended && outcome.Output.AsSpan().SequenceEqual(payload) && outcome.Left == 3, $"seed {seed}");
            Outcome counted = Read(data, random, window: false);
            Assert.True(counted.Ended && counted.Inflated == payload.Length && counted.Left == 3, $"seed {seed}");
        }
    }

    [Fact]
    public void What_is_broken_is_broken_for_both()
    {
        int valid = 0, invalid = 0;
        for (int seed = 0; seed < 5 * Seeds; seed++)
        {
            var random = new Random(seed);
            byte[] data = Compress(Payload(random)[..], random);
            for (int n = random.Next(1, 4); n > 0; n--) data[random.Next(Math.Min(data.Length, random.Next(2) == 0 ? 40 : data.Length))] ^= (byte)(1 << random.Next(8));
            (byte[] output, bool ended, bool broken) = ByFramework(data);
            Outcome outcome = Read(data, random, window: true);
            // A code for lengths that has no codes is seen at once here, there at the end of the header: the data may break off before that.
            Assert.True(broken == outcome.Broken || (outcome.Broken && !ended), $"seed {seed}: broken for the framework: {broken}, and here: {outcome.Broken}");
            if (outcome.Broken) invalid++;
            else valid++;
            if (outcome.Broken) continue;
            Assert.True(ended == outcome.Ended, $"seed {seed}");
            Assert.True(!ended || output.AsSpan().SequenceEqual(outcome.Output), $"seed {seed}");
        }

        Assert.True(valid > 100 && invalid > 1000, $"{valid} valid and {invalid} invalid");
    }

    [Theory]
    [InlineData("07", "a block type that is none")]
    [InlineData("0105000000", "a length and another")]
    [InlineData("4b040e0000", "a distance farther than there is")]
    [InlineData("fdff07", "more literals than there are")]
    [InlineData("05e0ffffffffffffff0f", "code lengths that are over-subscribed")]
    public void Each_way_to_be_wrong_is_refused(string hex, string why)
    {
        byte[] data = Convert.FromHexString(hex);
        Assert.True(Read(data, new Random(1), window: true).Broken, why);
        Assert.True(ByFramework(data).Broken, why);
    }

    [Fact]
    public void It_goes_on_behind_a_final_block_at_a_byte_and_refers_back_over_it()
    {
        byte[] hello = Convert.FromHexString("f348cdc9c90700"), again = Convert.FromHexString("f2001100");
        Outcome outcome = Read([.. hello, .. hello, .. again, 0], new Random(1), window: true, blocks: 3);
        Assert.Equal("HelloHelloHello"u8.ToArray(), outcome.Output);
        Assert.True(outcome.MayEnd);
    }

    [Fact]
    public void Message_may_end_between_blocks_only()
    {
        byte[] data = Convert.FromHexString("f248cdc9c90700");
        for (int length = 1; length < data.Length; length++)
        {
            var reader = new BlockReader();
            ReadOnlySpan<byte> input = data.AsSpan(0, length);
            reader.Read(ref input);
            Assert.False(reader.MayEnd, $"{length} bytes");
            input = data.AsSpan(length);
            reader.Read(ref input);
            Assert.True(reader.MayEnd);
            reader.Begin();
            Assert.False(reader.MayEnd);
        }
    }

    private static byte[] Payload(Random random)
    {
        // One in twelve is long enough to leave the window behind; each of those costs as much as a hundred others.
        byte[] payload = new byte[random.Next(random.Next(12) switch { < 4 => 30, < 11 => 3000, _ => 200_000 })];
        int kind = random.Next(4);
        if (kind == 1) random.NextBytes(payload);
        int alphabet = random.Next(1, 60);
        for (int i = 0; i < payload.Length && kind > 1; i++)
        {
            payload[i] = i < 20 || random.Next(kind * 4) == 0 ? (byte)random.Next(alphabet) : payload[i - 1 - random.Next(Math.Min(i, kind == 2 ? 20 : 32_000))];
        }

        return payload;
    }

    /// <summary>As one stream, and three bytes behind its end.</summary>
    private static byte[] Compress(byte[] payload, Random random)
    {
        using var output = new MemoryStream();
        if (random.Next(10) == 0)
        {
            for (int at = 0; at < payload.Length; at += 60_000) output.Write(DeflateKit.Stored(payload.AsSpan(at, Math.Min(60_000, payload.Length - at))));
            output.Write(DeflateKit.Stored([], final: true));
        }
        else
        {
            using var deflate = new DeflateStream(output, (CompressionLevel)random.Next(4), leaveOpen: true);
            for (int at = 0; at < payload.Length;)
            {
                int count = random.Next(1, payload.Length - at + 1);
                deflate.Write(payload, at, count);
                if (random.Next(3) == 0) deflate.Flush();
                at += count;
            }
        }

        if (output.Length == 0) output.Write([3, 0]);
        output.Write([0xAA, 0xAA, 0xAA]);
        return output.ToArray();
    }

    private static Outcome Read(byte[] data, Random random, bool window, int blocks = 1)
    {
        using var history = new SlidingWindow();
        var reader = new BlockReader { Window = window ? history : null };
        using var output = new MemoryStream();
        bool byBytes = random.Next(2) == 0;
        int at = 0;
        while (at < data.Length)
        {
            int size = byBytes ? 1 : random.Next(1, data.Length - at + 1);
            ReadOnlySpan<byte> piece = data.AsSpan(at, size);
            while (true)
            {
                if (!reader.TryRead(ref piece, out BlockStep step)) return new Outcome(output.ToArray(), reader.Inflated, false, true, 0, false);
                output.Write(history.Take());
                if (step == BlockStep.FinalBlock && --blocks == 0)
                {
                    return new Outcome(output.ToArray(), reader.Inflated, true, false, data.Length - at - size + piece.Length, reader.MayEnd);
                }

                if (step == BlockStep.Dry) break;
            }

            Assert.Equal(0, piece.Length);
            at += size;
        }

        return new Outcome(output.ToArray(), reader.Inflated, false, false, 0, reader.MayEnd);
    }

    private static (byte[] Output, bool Ended, bool Broken) ByFramework(byte[] data)
    {
        using var stream = new InflatingStream();
        using var output = new MemoryStream();
        byte[] target = new byte[4096];
        stream.Feed(data);
        try
        {
            for (int count; (count = stream.Read(target)) != 0;) output.Write(target, 0, count);
        }
        catch (InvalidDataException)
        {
            return ([], false, true);
        }

        return (output.ToArray(), stream.Ended, false);
    }

    private sealed record Outcome(byte[] Output, long Inflated, bool Ended, bool Broken, int Left, bool MayEnd);
}
