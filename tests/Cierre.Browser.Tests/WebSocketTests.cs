using System.Net;
using Cierre.TestKit;
using Cierre.Tests.Client;
using Xunit;

namespace Cierre.Browser.Tests;

/// <summary>WHATWG WebSockets 3: the constructor and the attributes.</summary>
public sealed class WebSocketTests
{
    [Fact]
    public async Task Constructor_returns_at_once_in_CONNECTING()
    {
        await using var socket = new WebSocket($"ws://127.0.0.1:{ClientRig.ClosedPort()}");
        Assert.StartsWith("ws://127.0.0.1:", socket.Url, StringComparison.Ordinal);
        Assert.EndsWith("/", socket.Url, StringComparison.Ordinal);
        Assert.Equal((0L, "", "", BinaryType.Blob), (socket.BufferedAmount, socket.Extensions, socket.Protocol, socket.BinaryType));
        Assert.Equal((null, null, null, null), (socket.OnOpen, socket.OnMessage, socket.OnError, socket.OnClose));
        Assert.Equal((0, 1, 2, 3), (WebSocket.CONNECTING, WebSocket.OPEN, WebSocket.CLOSING, WebSocket.CLOSED));
    }

    [Theory]
    [InlineData("/chat")]
    [InlineData("ftp://example.org")]
    [InlineData("ws://example.org/#x")]
    public void Url_that_will_not_do_is_a_SyntaxError(string url)
    {
        Assert.Equal("SyntaxError", Assert.Throws<DomException>(() => new WebSocket(url)).Name);
        Assert.Equal("SyntaxError", Assert.Throws<DomException>(() => new WebSocket(url, new List<string>())).Name);
        Assert.Equal("SyntaxError", Assert.Throws<DomException>(() => new WebSocket(url, new BrowserWebSocketOptions())).Name);
    }

    [Fact]
    public void Subprotocols_that_will_not_do_are_a_SyntaxError()
    {
        Assert.Equal("SyntaxError", Assert.Throws<DomException>(() => new WebSocket("ws://127.0.0.1", "a", "A")).Name);
        Assert.Equal("SyntaxError", Assert.Throws<DomException>(() => new WebSocket("ws://127.0.0.1", new List<string> { "" })).Name);
        Assert.Equal("SyntaxError", Assert.Throws<DomException>(() => new WebSocket("ws://127.0.0.1", new BrowserWebSocketOptions(), "a b")).Name);
    }

    [Fact]
    public void Null_is_refused()
    {
        Assert.Throws<ArgumentNullException>(() => new WebSocket(null!));
        Assert.Throws<ArgumentNullException>(() => new WebSocket("ws://127.0.0.1", (BrowserWebSocketOptions)null!));
        Assert.Throws<ArgumentNullException>(() => new WebSocket("ws://127.0.0.1", (IEnumerable<string>)null!));
    }

    [Fact]
    public void Header_that_cannot_be_sent_is_refused_at_once()
    {
        var options = new BrowserWebSocketOptions { Headers = { new("Sec-WebSocket-Key", "x") } };
        Assert.Throws<ArgumentException>(() => new WebSocket("ws://127.0.0.1", options));
    }

    [Fact]
    public async Task Subprotocols_are_asked_for_in_order_and_the_chosen_one_is_there_from_open_on()
    {
        await using var server = RawServer.Start(async peer =>
        {
            Assert.Equal("chat.v2, chat.v1", peer.Header("Sec-WebSocket-Protocol"));
            await peer.SwitchProtocolsAsync("Sec-WebSocket-Protocol: chat.v1");
            await peer.ReadFrameAsync();
        }, switchProtocols: false);
        WebSocket socket = SocketRig.Make(server.Url, null, "chat.v2", "chat.v1");
        // An open event waits for the first listener of its type, and for no other.
        var inOpen = new TaskCompletionSource<string>();
        socket.OnOpen = _ => inOpen.SetResult(socket.Protocol);
        Assert.Equal("chat.v1", await inOpen.Task.WaitAsync(SocketRig.Bound));
        Assert.Equal("chat.v1", socket.Protocol);
        socket.Close();
        await socket.Closed.WaitAsync(SocketRig.Bound);
    }

    [Fact]
    public async Task Server_that_chooses_none_of_the_subprotocols_fails_the_opening()
    {
        await using var server = RawServer.Start(peer => peer.ReadToEndAsync());
        SocketRig rig = SocketRig.To(server, null, "chat");
        CloseEvent close = await rig.CloseAsync();
        Assert.Equal((1006, CloseCause.BadHandshake), (close.Code, close.Record!.Cause));
        Assert.Equal(["error 3", "close 3"], rig.Seen);
    }

    [Fact]
    public async Task Options_reach_the_connection_and_later_changes_do_not()
    {
        var sent = new TaskCompletionSource<string?>();
        await using var server = RawServer.Start(async peer =>
        {
            sent.SetResult(peer.Header("X-Token"));
            await peer.SwitchProtocolsAsync();
            await peer.ReadFrameAsync();
            await peer.SendCloseAsync(1000);
        }, switchProtocols: false);
        var options = new BrowserWebSocketOptions { Headers = { new("X-Token", "t1") } };
        SocketRig rig = SocketRig.To(server, options);
        options.Headers[0] = new("X-Token", "t2");
        Assert.Equal("t1", await sent.Task.WaitAsync(SocketRig.Bound));
        await rig.OpenAsync();
        rig.Socket.Close();
        await rig.CloseAsync();
    }

    [Fact]
    public async Task Opened_and_Closed_wait_for_no_listener()
    {
        await using var server = RawServer.Start(async peer =>
        {
            await peer.ReadFrameAsync();
            await peer.SendCloseAsync(4001, "bye");
        });
        WebSocket socket = SocketRig.Make(server.Url);
        await socket.Opened.WaitAsync(SocketRig.Bound);
        Assert.Equal(WebSocket.OPEN, socket.ReadyState);
        socket.Send("x");
        CloseEvent close = await socket.Closed.WaitAsync(SocketRig.Bound);
        Assert.Equal((4001, "bye", true, WebSocket.CLOSED), (close.Code, close.Reason, close.WasClean, socket.ReadyState));
        // The event is kept for the first listener, and is the one that Closed gave.
        Assert.Same(close, await new SocketRig(socket).CloseAsync());
    }

    [Fact]
    public async Task Opened_fails_with_the_record_where_the_opening_failed()
    {
        WebSocket socket = SocketRig.Make(new Uri($"ws://127.0.0.1:{ClientRig.ClosedPort()}"));
        var failed = await Assert.ThrowsAsync<WebSocketConnectException>(() => socket.Opened.WaitAsync(SocketRig.Bound));
        CloseEvent close = await socket.Closed.WaitAsync(SocketRig.Bound);
        Assert.Equal((1006, CloseCause.ConnectionRefused), (close.Code, close.Record!.Cause));
        Assert.Same(close.Record, failed.Record);
    }

    [Fact]
    public async Task Set_up_that_throws_ends_in_a_close_event_too()
    {
        var failure = new InvalidOperationException("mine");
        WebSocket socket = SocketRig.Make(new Uri("ws://127.0.0.1:81"), new BrowserWebSocketOptions { ConfigureHandler = _ => throw failure });
        CloseEvent close = await socket.Closed.WaitAsync(SocketRig.Bound);
        Assert.Equal(1006, close.Code);
        Assert.Same(failure, close.Record!.Exception);
    }

    [Theory]
    [InlineData(BinaryType.Blob)]
    [InlineData(BinaryType.ArrayBuffer)]
    public async Task Binary_messages_are_what_BinaryType_says(BinaryType type)
    {
        await using var server = RawServer.Start(async peer =>
        {
            await peer.SendFrameAsync(2, new byte[] { 1, 2, 3 });
            await peer.ReadFrameAsync();
            await peer.SendCloseAsync(1000);
        });
        WebSocket socket = SocketRig.Make(server.Url);
        socket.BinaryType = type;
        Assert.Equal(type, socket.BinaryType);
        var got = new TaskCompletionSource<MessageEvent>();
        socket.OnMessage = got.SetResult;
        MessageEvent e = await got.Task.WaitAsync(SocketRig.Bound);
        byte[] bytes = type == BinaryType.Blob ? (await Assert.IsType<Blob>(e.Data).ArrayBufferAsync()).ToArray() : Assert.IsType<ReadOnlyMemory<byte>>(e.Data).ToArray();
        Assert.Equal([1, 2, 3], bytes);
        Assert.Equal(($"ws://localhost:{server.Port}", true, socket), (e.Origin, e.IsTrusted, e.Target));
        await socket.DisposeAsync();
    }

    [Fact]
    public void BinaryType_takes_no_other_value()
    {
        var socket = new WebSocket("ws://127.0.0.1:1");
        Assert.Throws<ArgumentOutOfRangeException>(() => socket.BinaryType = (BinaryType)7);
        Assert.Equal(BinaryType.Blob, socket.BinaryType);
    }

    [Fact]
    public async Task DisposeAsync_closes_with_1001_and_waits()
    {
        await using var server = RawServer.Start(async peer =>
        {
            RawFrame close = await peer.ReadFrameAsync();
            Assert.Equal(1001, close.CloseCode);
            await peer.SendCloseAsync(1001);
        });
        SocketRig rig = SocketRig.To(server);
        await rig.OpenAsync();
        await rig.Socket.DisposeAsync();
        Assert.Equal(WebSocket.CLOSED, rig.Socket.ReadyState);
        CloseEvent close = await rig.CloseAsync();
        Assert.Equal((1001, true, CloseCause.Disposed, EndedBy.Local), (close.Code, close.WasClean, close.Record!.Cause, close.Record.EndedBy));
        await rig.Socket.DisposeAsync();
        await server.ScriptsAsync();
    }

    [Fact]
    public async Task DisposeAsync_gives_an_opening_up()
    {
        await using var server = RawServer.Start(async peer => await peer.ReadToEndAsync(), switchProtocols: false);
        SocketRig rig = SocketRig.To(server);
        await rig.Socket.DisposeAsync();
        CloseEvent close = await rig.CloseAsync();
        Assert.Equal((1006, CloseCause.Disposed, false), (close.Code, close.Record!.Cause, close.Record.WasOpen));
        Assert.Equal(["error 3", "close 3"], rig.Seen);
    }

    [Fact]
    public async Task Events_come_on_the_context_of_the_constructor()
    {
        await using var server = RawServer.Start(async peer =>
        {
            await peer.SendTextAsync("hello");
            await peer.SendCloseAsync(1000);
            await peer.ReadFrameAsync();
        });
        using var loop = new EventLoop();
        SocketRig rig = SocketRig.WithContext(loop, () => new SocketRig(new WebSocket(server.Url.ToString())));
        HashSet<int> threads = [];
        foreach (string type in new[] { "open", "message", "close" }) rig.Socket.AddEventListener(type, _ => threads.Add(Environment.CurrentManagedThreadId));
        await rig.CloseAsync();
        await loop.EndAsync();
        Assert.Equal([loop.ThreadId], threads);
        Assert.Equal(["open 1", "message hello 1", "close 3"], rig.Seen);
    }

    [Fact]
    public async Task Path_and_query_go_out_as_Url_says()
    {
        string head = "";
        await using var server = RawServer.Start(async peer =>
        {
            head = peer.Head;
            await peer.SendCloseAsync(1000);
            await peer.ReadFrameAsync();
        });
        WebSocket socket = SocketRig.WithContext(null, () => new WebSocket($"ws://127.0.0.1:{server.Port}/%7e%41%zz|b/a/../c?q|%7e=^"));
        await socket.Closed.WaitAsync(SocketRig.Bound);
        Assert.EndsWith("/%7e%41%zz|b/c?q|%7e=^", socket.Url, StringComparison.Ordinal);
        Assert.StartsWith("GET /%7e%41%zz|b/c?q|%7e=^ HTTP/1.1\r\n", head, StringComparison.Ordinal);
    }
}
