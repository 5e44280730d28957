using Cierre.Tests.Connections;
using Xunit;

namespace Cierre.Tests.Sending;

public sealed class WebSocketBroadcastTests
{
    [Fact]
    public async Task Text_bytes_of_text_and_a_received_message_keep_their_kind()
    {
        var played = new Played();
        var source = new Played();
        await To(played).BroadcastAsync("a\uD800");
        await To(played).BroadcastTextAsync("b"u8.ToArray());
        source.PeerText("c");
        await To(played).BroadcastAsync((await source.Connection.ReceiveAsync())!.Value);
        Assert.Equal([(1, "a\uFFFD"), (1, "b"), (1, "c")], played.Sent.Select(f => (f.Opcode, f.Text)));
        await Assert.ThrowsAsync<ArgumentException>(async () => await To(played).BroadcastTextAsync(new byte[] { 0xFF }));
        Assert.Equal(default, await To().BroadcastAsync("nobody"));
    }

    [Theory]
    [InlineData(WebSocketSendOptions.None)]
    [InlineData(WebSocketSendOptions.DisableCompression)]
    public async Task Sender_says_whether_a_message_may_be_compressed(WebSocketSendOptions compress)
    {
        var options = new WebSocketConnectionOptions { Compression = new DeflateOptions() };
        (WebSocketConnection client, WebSocketConnection server) = WebSocketConnection.CreatePair(options, options);
        await new[] { server }.BroadcastAsync(WebSocketMessageKind.Binary, new byte[5000], compress);
        Assert.Equal(5000, (await Played.Within(client.ReceiveAsync().AsTask()))!.Value.Data.Length);
        await Assert.ThrowsAsync<ArgumentException>(async () => await new[] { server }.BroadcastAsync(WebSocketMessageKind.Text, new byte[] { 0xFF }, compress));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await new[] { server }.BroadcastAsync((WebSocketMessageKind)8, default, compress));
        await client.DisposeAsync();
    }

    private static IEnumerable<WebSocketConnection> To(params Played[] all) => all.Select(p => p.Connection);
}
