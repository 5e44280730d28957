using System.IO.Compression;
using Cierre.Deflate;
using Cierre.Protocol;
using Cierre.Sending;
using Xunit;

namespace Cierre.Tests.Sending;

public sealed class BroadcastMessageTests
{
    [Fact]
    public void Message_is_compressed_once_for_equal_settings_and_not_where_it_may_not_be()
    {
        var terms = new DeflateTerms(new DeflateDirection(15, Takeover: false), DeflateDirection.Full, CompressionLevel.Fastest, Threshold: 256);
        using var message = new BroadcastMessage(WebSocketOpcode.Text, new byte[1000]);
        FramedMessage plain = message.FramesFor(null)!, compressed = message.FramesFor(terms)!;
        Assert.Same(compressed, message.FramesFor(terms with { Threshold = 1000 }));
        Assert.NotSame(compressed, message.FramesFor(terms with { Level = CompressionLevel.SmallestSize }));
        Assert.NotSame(compressed, message.FramesFor(terms with { Sending = new DeflateDirection(9, Takeover: false) }));
        Assert.Same(plain, message.FramesFor(terms with { Threshold = 1001 }));
        Assert.Null(message.FramesFor(terms with { Sending = DeflateDirection.Full }));
        Assert.True(compressed.Length < plain.Length);
        Assert.Equal((1000, 1000), (plain.Payload, compressed.Payload));

        using var secret = new BroadcastMessage(WebSocketOpcode.Text, new byte[1000], compressible: false);
        Assert.Same(secret.FramesFor(null), secret.FramesFor(terms));
        byte[] noise = new byte[1000];
        new Random(1).NextBytes(noise);
        using var incompressible = new BroadcastMessage(WebSocketOpcode.Binary, noise);
        Assert.Same(incompressible.FramesFor(null), incompressible.FramesFor(terms));
    }

    [Fact]
    public void Every_form_is_given_back_by_the_last_that_holds_it()
    {
        var message = new BroadcastMessage(WebSocketOpcode.Text, new byte[10]);
        FramedMessage frames = message.FramesFor(null)!;
        frames.Bytes.Share();
        message.Dispose();
        Assert.Equal(12, frames.Bytes.Memory.Length);
        frames.Bytes.Release();
        Assert.Throws<ObjectDisposedException>(() => frames.Bytes.Memory);
    }
}
