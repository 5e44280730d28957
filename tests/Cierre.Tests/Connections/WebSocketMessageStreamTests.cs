using Xunit;

namespace Cierre.Tests.Connections;

public sealed class WebSocketMessageStreamTests
{
    [Fact]
    public async Task Message_streams_have_no_length_no_position_and_nothing_to_flush()
    {
        var played = new Played();
        played.PeerText("x");
        await using WebSocketMessageStream read = (await Played.Within(played.Connection.ReceiveStreamAsync().AsTask()))!;
        await using WebSocketMessageStream write = await played.Connection.OpenSendStreamAsync(WebSocketMessageKind.Binary);
        foreach (WebSocketMessageStream stream in (WebSocketMessageStream[])[read, write])
        {
            Assert.False(stream.CanSeek);
            Assert.Throws<NotSupportedException>(() => stream.Length);
            Assert.Throws<NotSupportedException>(() => stream.Position);
            Assert.Throws<NotSupportedException>(() => stream.Position = 1);
            Assert.Throws<NotSupportedException>(() => stream.Seek(0, SeekOrigin.Begin));
            Assert.Throws<NotSupportedException>(() => stream.SetLength(1));
            await stream.FlushAsync();
        }

        Assert.Equal((WebSocketMessageKind.Text, WebSocketMessageKind.Binary), (read.Kind, write.Kind));
    }
}
