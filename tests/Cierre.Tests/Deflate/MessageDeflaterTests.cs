using System.Diagnostics;
using System.IO.Compression;
using Cierre.Deflate;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Tests.Deflate;

/// <summary>RFC 7692 7.2.1. The other side is the framework's inflater, or zlib's own with a window of its own.</summary>
public sealed class MessageDeflaterTests
{
    private const string Python = """
        import sys, zlib
        bits = int(sys.argv[1])
        inflater = zlib.decompressobj(-bits)
        for line in sys.stdin:
            line = line.strip()
            if line == 'new': inflater = zlib.decompressobj(-bits)
            elif line:
                try: print(inflater.decompress(bytes.fromhex(line) + b'\x00\x00\xff\xff').hex())
                except zlib.error as e: print('error', e)
        """;

    [Theory]
    [InlineData(CompressionLevel.Fastest)]
    [InlineData(CompressionLevel.Optimal)]
    [InlineData(CompressionLevel.SmallestSize)]
    [InlineData(CompressionLevel.NoCompression)]
    public void What_it_makes_inflates_to_what_it_was(CompressionLevel level)
    {
        using var deflater = new MessageDeflater(new DeflateDirection(15, Takeover: false), level);
        byte[] message = [.. Enumerable.Range(0, 200_000).Select(i => (byte)(i * i / 7))];
        Assert.Equal(message, DeflateKit.Inflate(deflater.Deflate(message, last: true)));
        deflater.Release();
    }

    [Fact]
    public void The_end_of_the_flush_is_taken_away_and_an_empty_message_is_one_byte()
    {
        using var deflater = new MessageDeflater(DeflateDirection.Full, CompressionLevel.Optimal);
        // 7.2.3.1, and 7.2.3.2 for the message that refers to the one before it.
        Assert.Equal("F248CDC9C90700", Convert.ToHexString(deflater.Deflate("Hello"u8, last: true)));
        deflater.Release();
        Assert.Equal("F200110000", Convert.ToHexString(deflater.Deflate("Hello"u8, last: true)));
        deflater.Release();
        Assert.Equal("00", Convert.ToHexString(deflater.Deflate([], last: true)));
        deflater.Release();
    }

    [Fact]
    public void Without_takeover_each_message_is_like_the_first()
    {
        using var deflater = new MessageDeflater(new DeflateDirection(15, Takeover: false), CompressionLevel.Optimal);
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal("F248CDC9C90700", Convert.ToHexString(deflater.Deflate("Hello"u8, last: true)));
            deflater.Release();
        }
    }

    [Fact]
    public void Each_piece_can_be_inflated_when_it_comes()
    {
        using var deflater = new MessageDeflater(DeflateDirection.Full, CompressionLevel.Fastest);
        byte[] whole = [];
        foreach ((string piece, bool last) in (ReadOnlySpan<(string, bool)>)[("one ", false), ("two ", false), ("", true)])
        {
            ReadOnlySpan<byte> made = deflater.Deflate(System.Text.Encoding.ASCII.GetBytes(piece), last);
            if (!last) Assert.Equal([0, 0, 0xFF, 0xFF], made[^4..].ToArray());
            whole = [.. whole, .. made];
            deflater.Release();
        }

        Assert.Equal("one two ", System.Text.Encoding.ASCII.GetString(DeflateKit.Inflate(whole)));
    }

    public static TheoryData<int, bool> Windows => [.. Enumerable.Range(8, 8).SelectMany(bits => (TheoryDataRow<int, bool>[])[(bits, true), (bits, false)])];

    [Theory]
    [MemberData(nameof(Windows))]
    public async Task Zlib_with_a_window_of_that_size_inflates_what_refers_as_far_back_as_it_can(int bits, bool takeover)
    {
        using var deflater = new MessageDeflater(new DeflateDirection(bits, takeover), CompressionLevel.SmallestSize);
        (byte[][] messages, List<string> lines) = (Repeating(bits), []);
        foreach (byte[] message in messages)
        {
            if (!takeover) lines.Add("new");
            lines.Add(Convert.ToHexString(deflater.Deflate(message, last: true)));
            deflater.Release();
        }

        Assert.Equal(messages.Select(m => Convert.ToHexString(m).ToLowerInvariant()), await InflateByZlib(bits, lines));
    }

    [Theory]
    [InlineData(9)]
    [InlineData(12)]
    public async Task The_same_data_breaks_a_window_that_was_not_kept_to(int bits)
    {
        using var deflater = new MessageDeflater(DeflateDirection.Full, CompressionLevel.SmallestSize);
        List<string> lines = [];
        foreach (byte[] message in Repeating(bits))
        {
            lines.Add(Convert.ToHexString(deflater.Deflate(message, last: true)));
            deflater.Release();
        }

        Assert.Contains(await InflateByZlib(bits, lines), line => line.Contains("too far back", StringComparison.Ordinal));
    }

    [Fact]
    public Task With_takeover_a_message_allocates_nothing() => OwnProcess.RunAsync(typeof(MessageDeflaterTests), () =>
    {
        using var deflater = new MessageDeflater(DeflateDirection.Full, CompressionLevel.Fastest);
        byte[] message = new byte[2000];
        long least = long.MaxValue;
        for (int run = 0; run < 20 && least != 0; run++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 100; i++)
            {
                message[i]++;
                deflater.Deflate(message, last: true);
                deflater.Release();
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        OwnProcess.Figure("bytes allocated for 100 messages", least, 0);
    });

    /// <summary>Noise that comes again at distances just within and just beyond the window, in messages of several sizes.</summary>
    private static byte[][] Repeating(int bits)
    {
        var random = new Random(bits);
        byte[] noise = new byte[(1 << bits) + 300];
        random.NextBytes(noise);
        return [noise[..100], [.. noise, .. noise, .. noise], [.. noise[..(1 << bits)], .. noise[..(1 << bits)]], noise[..50], [.. noise, .. noise[..200]], noise];
    }

    private static async Task<string[]> InflateByZlib(int bits, List<string> lines)
    {
        using Process python = Process.Start(new ProcessStartInfo("python3", ["-c", Python, $"{bits}"]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        Task<string> output = python.StandardOutput.ReadToEndAsync();
        foreach (string line in lines) await python.StandardInput.WriteLineAsync(line);
        python.StandardInput.Close();
        string made = await output.WaitAsync(TimeSpan.FromSeconds(60));
        await python.WaitForExitAsync();
        return made.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
