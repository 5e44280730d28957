using System.Net;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Tests.Client;

public sealed class WebSocketConnectionConnectTests
{
    [Theory]
    [InlineData("ws://example.org/a?b")]
    [InlineData("https://[::1]:8443/")]
    public void URL_that_can_be_opened_is_taken(string url) => WebSocketConnection.ValidateUrl(new Uri(url));

    [Theory]
    [InlineData("/chat")]
    [InlineData("ftp://example.org/")]
    [InlineData("ws://example.org/#top")]
    public void URL_that_cannot_be_opened_is_refused_before_anything_is(string url)
    {
        var address = new Uri(url, UriKind.RelativeOrAbsolute);
        string message = Assert.Throws<ArgumentException>(nameof(url), () => WebSocketConnection.ValidateUrl(address)).Message;
        Assert.Equal(message, Assert.ThrowsAsync<ArgumentException>(() => WebSocketConnection.ConnectAsync(address)).Result.Message);
        Assert.Throws<ArgumentNullException>(nameof(url), () => WebSocketConnection.ValidateUrl(null!));
    }

    [Fact]
    public async Task Open_connection_says_what_was_agreed_on_and_carries_messages()
    {
        await using var server = RawServer.Start(
            async peer =>
            {
                Assert.StartsWith("GET / HTTP/1.1", peer.Head, StringComparison.Ordinal);
                Assert.Equal(("13", "two, one", "there"), (peer.Header("Sec-WebSocket-Version"), peer.Header("Sec-WebSocket-Protocol"), peer.Header("X-Mine")));
                Assert.Null(peer.Header("Sec-WebSocket-Extensions"));
                await peer.SwitchProtocolsAsync("Sec-WebSocket-Protocol: one");
                await peer.SendTextAsync((await peer.ReadFrameAsync()).Text);
                RawFrame close = await peer.ReadFrameAsync();
                await peer.SendCloseAsync(close.CloseCode!.Value);
            },
            switchProtocols: false);
        WebSocketConnection connection = await ClientRig.ConnectAsync(server.Url, o =>
        {
            o.Subprotocols.Add("two");
            o.Subprotocols.Add("one");
            o.Headers.Add(new("X-Mine", "there"));
        });
        Assert.Equal(("one", "", server.Url, HttpVersion.Version11), (connection.Subprotocol, connection.Extensions, connection.Url, connection.HttpVersion));
        await connection.SendAsync("echo");
        Assert.Equal("echo", (await connection.ReceiveAsync())!.Value.GetText());
        Assert.True((await connection.CloseAsync(4001).WaitAsync(ClientRig.Bound)).WasClean);
    }

    [Fact]
    public async Task Message_in_the_same_packet_as_the_answer_is_received()
    {
        await using var server = RawServer.Start(
            async peer =>
            {
                string accept = RawPeer.AcceptFor(peer.Header("Sec-WebSocket-Key")!);
                await peer.SendAsync((byte[])
                [
                    .. System.Text.Encoding.Latin1.GetBytes($"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"),
                    .. RawPeer.Frame(1, "early"u8, fin: true, rsv: 0, mask: false),
                    .. RawPeer.Frame(8, [0x0F, 0xA1], fin: true, rsv: 0, mask: false),
                ]);
                await peer.ReadToEndAsync();
            },
            switchProtocols: false);
        WebSocketConnection connection = await ClientRig.ConnectAsync(server.Url);
        Assert.Equal("early", (await connection.ReceiveAsync())!.Value.GetText());
        Assert.Null(await connection.ReceiveAsync());
        connection.Abort();
        Assert.Equal(4001, (await connection.Closed.WaitAsync(ClientRig.Bound)).Code);
    }

    [Theory]
    [InlineData("/relative")]
    [InlineData("ftp://localhost/")]
    [InlineData("ws://localhost/#fragment")]
    [InlineData("ws://localhost/#")]
    public async Task Address_that_is_none_of_a_WebSocket_is_refused_before_anything_is_dialled(string url)
    {
        var refused = await Assert.ThrowsAsync<ArgumentException>(() => WebSocketConnection.ConnectAsync(new Uri(url, UriKind.RelativeOrAbsolute)));
        Assert.Equal("url", refused.ParamName);
    }

    [Fact]
    public async Task Address_must_not_be_null() => await Assert.ThrowsAsync<ArgumentNullException>(() => WebSocketConnection.ConnectAsync(null!));

    [Theory]
    [InlineData("http", "ws")]
    [InlineData("ws", "ws")]
    public async Task Scheme_of_HTTP_means_the_same(string given, string dialled)
    {
        await using var server = RawServer.Start(_ => Task.CompletedTask);
        WebSocketConnection connection = await ClientRig.ConnectAsync(new UriBuilder(server.Url) { Scheme = given, Path = "/a", Query = "b=c" }.Uri);
        Assert.Equal($"{dialled}://localhost:{server.Port}/a?b=c", connection.Url!.ToString());
        connection.Abort();
    }

    [Theory]
    [InlineData("Sec-WebSocket-Key", "x")]
    [InlineData("sec-websocket-extensions", "x")]
    [InlineData("Content-Type", "text/plain")]
    [InlineData("bad name", "x")]
    [InlineData("X", "line\r\nbreak")]
    [InlineData("X", "nul\0")]
    public async Task Header_that_cannot_be_part_of_the_request_is_refused(string name, string value) =>
        await Assert.ThrowsAsync<ArgumentException>(() => ClientRig.ConnectAsync(new Uri("ws://localhost:1/"), o => o.Headers.Add(new(name, value))));

    [Theory]
    [InlineData("two words")]
    [InlineData("")]
    public async Task Subprotocol_that_is_no_token_is_refused(string name) =>
        await Assert.ThrowsAsync<ArgumentException>(() => ClientRig.ConnectAsync(new Uri("ws://localhost:1/"), o => o.Subprotocols.Add(name)));

    [Fact]
    public async Task Subprotocol_that_is_asked_for_twice_is_refused() =>
        await Assert.ThrowsAsync<ArgumentException>(() => ClientRig.ConnectAsync(new Uri("ws://localhost:1/"), o =>
        {
            o.Subprotocols.Add("a");
            o.Subprotocols.Add("a");
        }));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Cancelling_gives_an_operation_cancelled_exception(bool before)
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = RawServer.Start(
            async peer =>
            {
                asked.SetResult();
                await peer.ReadToEndAsync();
            },
            switchProtocols: false);
        using var source = new CancellationTokenSource();
        if (before) await source.CancelAsync();
        Task connecting = WebSocketConnection.ConnectAsync(server.Url, cancellationToken: source.Token);
        if (!before) await asked.Task.WaitAsync(ClientRig.Bound);
        await source.CancelAsync();
        var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting.WaitAsync(ClientRig.Bound));
        Assert.Equal(source.Token, cancelled.CancellationToken);
    }

    [Fact]
    public async Task Token_does_not_touch_an_open_connection()
    {
        await using var server = RawServer.Start(async peer => await peer.SendTextAsync((await peer.ReadFrameAsync()).Text));
        using var source = new CancellationTokenSource();
        WebSocketConnection connection = await WebSocketConnection.ConnectAsync(server.Url, cancellationToken: source.Token).WaitAsync(ClientRig.Bound);
        await source.CancelAsync();
        await connection.SendAsync("alive");
        Assert.Equal("alive", (await connection.ReceiveAsync())!.Value.GetText());
        connection.Abort();
    }
}
