using Cierre.TestKit;
using Cierre.Testing.Network;

namespace Cierre.Testing.Tests.Network;

public sealed class FrameScannerTests
{
    private static readonly byte[] Stream = Frames.Join(
        Frames.Text(Side.Client, "hel", fin: false), Frames.Ping(Side.Client, "now"), Frames.Continuation(Side.Client, "lo"),
        Frames.Binary(Side.Server, new byte[70_000]), Frames.Raw(Side.Server, 0xC1, new byte[300]), Frames.EmptyClose(Side.Server), Frames.Close(Side.Client, 4001, "bye\n"));

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    [InlineData(int.MaxValue)]
    public void Frames_are_the_same_however_their_bytes_are_split(int piece)
    {
        var seen = new List<string>();
        var scanner = new FrameScanner(frame => seen.Add(frame.ToString()));
        for (int at = 0; at < Stream.Length; at += piece)
        {
            scanner.Add(Stream.AsSpan(at, Math.Min(piece, Stream.Length - at)));
            if (piece == int.MaxValue) break;
        }

        Assert.Equal(
            [
                "text \"hel\", not the last", "ping 3 bytes", "continuation 2 bytes", "binary 70000 bytes", "text 300 bytes, reserved bits 4", "close without a body",
                "close 4001 " + UntrustedText.Quote("bye\n"),
            ],
            seen);
        Assert.False(scanner.IsInside);
    }

    [Fact]
    public void Frame_that_is_not_whole_is_not_told()
    {
        var scanner = new FrameScanner(_ => Assert.Fail("a whole frame"));
        scanner.Add(Frames.Text(Side.Client, "hello").AsSpan(..^1));
        Assert.True(scanner.IsInside);
    }
}
