using System.Security.Cryptography.X509Certificates;
using System.Threading.Channels;
using Cierre.TestKit;
using Cierre.Tests.Client;
using Xunit;

namespace Cierre.Browser.Tests;

/// <summary>WHATWG WebSockets, WebSocketStream: constructor, url, opened, closed, close().</summary>
public sealed class WebSocketStreamTests
{
    private readonly TaskCompletionSource<RawFrame> _close = new();

    [Theory]
    [InlineData("")]
    [InlineData("/relative")]
    [InlineData("ftp://example.org/")]
    [InlineData("ws://example.org/#part")]
    [InlineData("wss://example.org/#")]
    [InlineData("ws://")]
    public void Url_that_will_not_do_is_a_SyntaxError_at_once(string url) => StreamRig.Throws("SyntaxError", () => _ = new WebSocketStream(url));

    [Theory]
    [InlineData("a", "A")]
    [InlineData("a", "a")]
    [InlineData("a b")]
    [InlineData("")]
    public void Subprotocols_that_will_not_do_are_a_SyntaxError_at_once(params string[] protocols) =>
        StreamRig.Throws("SyntaxError", () => _ = new WebSocketStream("ws://localhost/", new() { Protocols = protocols }));

    [Fact]
    public async Task Open_stream_tells_url_extensions_and_protocol_and_carries_chunks()
    {
        await using var server = RawServer.Start(
            async peer =>
            {
                Assert.Equal("two, one", peer.Header("Sec-WebSocket-Protocol"));
                await peer.SwitchProtocolsAsync("Sec-WebSocket-Protocol: one");
                RawFrame frame = await peer.ReadFrameAsync();
                await peer.SendTextAsync(frame.Text);
                await StreamRig.AnswerAsync(peer);
            },
            switchProtocols: false);
        await using var stream = new WebSocketStream($"HTTP://LOCALHOST:{server.Port}", new() { Protocols = ["two", "one"] });
        Assert.Equal($"ws://localhost:{server.Port}/", stream.Url);
        WebSocketOpenInfo info = await stream.Opened.Soon();
        Assert.Equal(("", "one"), (info.Extensions, info.Protocol));
        var (readable, writable) = info;
        Assert.Same(info.Readable, readable);
        await writable.WriteAsync("hello");
        Assert.Equal("hello", (await readable.ReadAsync().Soon()).Text);
        Assert.Same(info, await stream.Opened);
    }

    [Fact]
    public async Task Subprotocol_that_the_server_does_not_choose_fails_the_opening()
    {
        await using var server = RawServer.Start(peer => peer.ReadToEndAsync());
        var stream = new WebSocketStream(server.Url.ToString(), new() { Protocols = ["one"] });
        var error = await Assert.ThrowsAsync<WebSocketError>(() => stream.Opened.Soon());
        Assert.Equal(CloseCause.BadHandshake, error.Record!.Cause);
    }

    [Fact]
    public async Task Opening_that_fails_fails_both_tasks_with_the_record()
    {
        var stream = new WebSocketStream($"ws://127.0.0.1:{ClientRig.ClosedPort()}/");
        var opened = await Assert.ThrowsAsync<WebSocketError>(() => stream.Opened.Soon());
        var closed = await Assert.ThrowsAsync<WebSocketError>(() => stream.Closed.Soon());
        Assert.Equal((null, (ushort?)1006), (opened.CloseCode, closed.CloseCode));
        Assert.Equal((CloseCause.ConnectionRefused, EndedBy.Network, false), (closed.Record!.Cause, closed.Record.EndedBy, closed.Record.WasOpen));
        Assert.Same(closed.Record, opened.Record);
        Assert.NotNull(closed.InnerException);
    }

    [Fact]
    public async Task Http_answer_that_refuses_is_in_the_record()
    {
        await using var server = RawServer.Start(peer => peer.SendAsync("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"), switchProtocols: false);
        var error = await Assert.ThrowsAsync<WebSocketError>(() => new WebSocketStream(server.Url.ToString()).Closed.Soon());
        Assert.Equal((1006, 403), (error.CloseCode!.Value, (int)error.Record!.HttpStatus!.Value));
    }

    [Fact]
    public async Task Tls_handshake_that_fails_is_1015()
    {
        using X509Certificate2 certificate = Certificates.ForLocalhost();
        await using var server = RawServer.Start(_ => Task.CompletedTask, certificate: certificate);
        var error = await Assert.ThrowsAsync<WebSocketError>(() => new WebSocketStream(server.Url.ToString()).Closed.Soon());
        Assert.Equal(((ushort?)1015, CloseCause.TlsFailed), (error.CloseCode, error.Record!.Cause));
    }

    [Theory]
    [InlineData(null, "", null, "", 1005)]
    [InlineData(null, "only", 1000, "only", 1000)]
    [InlineData(1000, "", 1000, "", 1000)]
    [InlineData(3456, "pizza", 3456, "pizza", 3456)]
    public async Task Close_sends_what_it_is_given(int? code, string reason, int? sent, string sentReason, int reported)
    {
        await using RawServer server = StreamRig.Answering(_close);
        (WebSocketStream stream, _) = await StreamRig.OpenAsync(server);
        stream.Close(new() { CloseCode = (ushort?)code, Reason = reason });
        stream.Close(new() { CloseCode = 4999, Reason = "a second close changes nothing" });
        WebSocketCloseInfo info = await stream.Closed.Soon();
        Assert.Equal((sent, sentReason), ((await _close.Task).CloseCode, (await _close.Task).CloseReason));
        Assert.Equal((reported, sentReason), (info.CloseCode!.Value, info.Reason));
        Assert.Equal((true, CloseCause.Requested, EndedBy.Local), (info.Record!.WasClean, info.Record.Cause, info.Record.EndedBy));
    }

    [Fact]
    public async Task Close_without_an_argument_sends_an_empty_body()
    {
        await using RawServer server = StreamRig.Answering(_close);
        (WebSocketStream stream, _) = await StreamRig.OpenAsync(server);
        stream.Close();
        var (code, reason) = await stream.Closed.Soon();
        Assert.Equal((1005, ""), (code!.Value, reason));
        StreamRig.AssertEmpty(await _close.Task);
    }

    [Fact]
    public async Task Close_checks_its_arguments_in_every_state_the_code_first()
    {
        await using RawServer server = StreamRig.Answering(_close);
        var stream = new WebSocketStream(server.Url.ToString());
        Check(stream);
        await stream.Opened.Soon();
        Check(stream);
        stream.Close();
        Check(stream);
        await stream.Closed.Soon();
        Check(stream);
        stream.Close(new() { CloseCode = 4000 });

        static void Check(WebSocketStream stream)
        {
            foreach (ushort code in (ushort[])[0, 999, 1001, 1005, 1006, 2999, 5000])
            {
                StreamRig.Throws("InvalidAccessError", () => stream.Close(new() { CloseCode = code, Reason = new string('x', 124) }));
            }

            StreamRig.Throws("SyntaxError", () => stream.Close(new() { Reason = new string('x', 124) }));
            StreamRig.Throws("SyntaxError", () => stream.Close(new() { CloseCode = 3000, Reason = new string('é', 62) }));
        }
    }

    [Fact]
    public async Task Close_while_connecting_drops_the_opening_and_fails_both_tasks()
    {
        TaskCompletionSource came = new(), gone = new();
        await using RawServer server = StreamRig.Mute(came, gone);
        var stream = new WebSocketStream(server.Url.ToString());
        await came.Task.Soon();
        stream.Close(new() { CloseCode = 4000, Reason = "never sent" });
        var opened = await Assert.ThrowsAsync<WebSocketError>(() => stream.Opened.Soon());
        var closed = await Assert.ThrowsAsync<WebSocketError>(() => stream.Closed.Soon());
        Assert.Equal((null, (ushort?)1006, ""), (opened.CloseCode, closed.CloseCode, closed.Reason));
        Assert.Equal((CloseCause.Requested, EndedBy.Local, false), (closed.Record!.Cause, closed.Record.EndedBy, closed.Record.WasOpen));
        await gone.Task.Soon();
    }

    [Fact]
    public async Task Close_right_after_the_constructor_fails_the_opening()
    {
        await using var server = RawServer.Start(peer => peer.ReadToEndAsync());
        var stream = new WebSocketStream(server.Url.ToString());
        stream.Close();
        await Assert.ThrowsAsync<WebSocketError>(() => stream.Opened.Soon());
        Assert.Equal((ushort?)1006, (await Assert.ThrowsAsync<WebSocketError>(() => stream.Closed.Soon())).CloseCode);
    }

    [Fact]
    public async Task Signal_that_is_aborted_already_fails_both_tasks_at_once_and_connects_to_nobody()
    {
        var stream = new WebSocketStream("ws://127.0.0.1:1/", new() { Signal = new CancellationToken(canceled: true) });
        Assert.True(stream.Opened.IsCanceled && stream.Closed.IsCanceled);
        StreamRig.Throws("SyntaxError", () => _ = new WebSocketStream("nonsense", new() { Signal = new CancellationToken(canceled: true) }));
        stream.Close();
        await stream.DisposeAsync().Soon();
    }

    [Fact]
    public async Task Signal_that_is_aborted_before_the_opening_fails_both_tasks_with_its_token()
    {
        TaskCompletionSource came = new(), gone = new();
        using var signal = new CancellationTokenSource();
        await using RawServer server = StreamRig.Mute(came, gone);
        var stream = new WebSocketStream(server.Url.ToString(), new() { Signal = signal.Token });
        await came.Task.Soon();
        await signal.CancelAsync();
        Assert.Equal(signal.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stream.Opened.Soon())).CancellationToken);
        Assert.Equal(signal.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stream.Closed.Soon())).CancellationToken);
        await gone.Task.Soon();
    }

    [Fact]
    public async Task Signal_that_is_aborted_after_the_opening_does_nothing()
    {
        using var signal = new CancellationTokenSource();
        await using RawServer server = StreamRig.Answering(_close, async peer => await peer.SendTextAsync((await peer.ReadFrameAsync()).Text));
        (WebSocketStream stream, WebSocketOpenInfo info) = await StreamRig.OpenAsync(server, new() { Signal = signal.Token });
        await signal.CancelAsync();
        await info.Writable.WriteAsync("still here");
        Assert.Equal("still here", (await info.Readable.ReadAsync().Soon()).Text);
        stream.Close(new() { CloseCode = 4000 });
        Assert.Equal((ushort?)4000, (await stream.Closed.Soon()).CloseCode);
    }

    [Theory]
    [InlineData(1000, "done")]
    [InlineData(1001, "restarting")]
    [InlineData(1011, "")]
    [InlineData(4999, "own")]
    public async Task Code_and_reason_of_the_peer_are_told_whatever_they_are(int code, string reason)
    {
        await using var server = RawServer.Start(async peer =>
        {
            await peer.SendCloseAsync(code, reason);
            await peer.ReadFrameAsync();
        });
        (WebSocketStream stream, _) = await StreamRig.OpenAsync(server);
        WebSocketCloseInfo info = await stream.Closed.Soon();
        Assert.Equal((code, reason), (info.CloseCode!.Value, info.Reason));
        Assert.Equal((CloseCause.PeerClosed, EndedBy.Remote, true), (info.Record!.Cause, info.Record.EndedBy, info.Record.WasClean));
    }

    [Fact]
    public async Task Connection_that_is_lost_fails_the_end_and_both_directions_with_one_error()
    {
        await using var server = RawServer.Start(peer => peer.SendTextAsync("last"));
        (WebSocketStream stream, WebSocketOpenInfo info) = await StreamRig.OpenAsync(server);
        var error = await Assert.ThrowsAsync<WebSocketError>(() => stream.Closed.Soon());
        Assert.Equal(((ushort?)1006, "", false), (error.CloseCode, error.Reason, error.Record!.WasClean));
        // What came before is not lost with it.
        Assert.Equal("last", (await info.Readable.ReadAsync().Soon()).Text);
        Assert.Same(error, await Assert.ThrowsAsync<WebSocketError>(() => info.Readable.WaitToReadAsync().Soon()));
        Assert.Same(error, await Assert.ThrowsAsync<WebSocketError>(() => info.Readable.Completion.Soon()));
        var refused = await Assert.ThrowsAsync<ChannelClosedException>(() => info.Writable.WriteAsync("late").Soon());
        Assert.Same(error, refused.InnerException);
    }

    [Fact]
    public async Task Connection_that_we_fail_is_1006_and_the_record_says_what_was_sent()
    {
        await using var server = RawServer.Start(async peer =>
        {
            await peer.SendFrameAsync(3);
            await peer.ReadToEndAsync();
        });
        (WebSocketStream stream, _) = await StreamRig.OpenAsync(server);
        var error = await Assert.ThrowsAsync<WebSocketError>(() => stream.Closed.Soon());
        Assert.Equal(((ushort?)1006, (ushort)1002, CloseCause.ProtocolViolation), (error.CloseCode, error.Record!.Sent!.Code, error.Record.Cause));
    }

    [Fact]
    public async Task Dispose_closes_with_1001_and_waits_for_the_end()
    {
        await using RawServer server = StreamRig.Answering(_close);
        (WebSocketStream stream, WebSocketOpenInfo info) = await StreamRig.OpenAsync(server);
        await stream.DisposeAsync().Soon();
        Assert.Equal(1001, (await _close.Task).CloseCode);
        Assert.True(stream.Closed.IsCompletedSuccessfully);
        Assert.Equal(CloseCause.Disposed, (await stream.Closed).Record!.Cause);
        Assert.False(await info.Readable.WaitToReadAsync().Soon());
        await stream.DisposeAsync().Soon();
    }

    [Fact]
    public async Task Dispose_while_connecting_drops_the_opening()
    {
        TaskCompletionSource came = new(), gone = new();
        await using RawServer server = StreamRig.Mute(came, gone);
        var stream = new WebSocketStream(server.Url.ToString());
        await came.Task.Soon();
        await stream.DisposeAsync().Soon();
        await gone.Task.Soon();
        var error = await Assert.ThrowsAsync<WebSocketError>(() => stream.Closed);
        Assert.Equal(((ushort?)1006, CloseCause.Disposed), (error.CloseCode, error.Record!.Cause));
        await Assert.ThrowsAsync<WebSocketError>(() => stream.Opened);
    }

    [Fact]
    public async Task Dispose_after_a_close_waits_for_that_close()
    {
        await using RawServer server = StreamRig.Answering(_close);
        (WebSocketStream stream, _) = await StreamRig.OpenAsync(server);
        stream.Close(new() { CloseCode = 4001, Reason = "mine" });
        await stream.DisposeAsync().Soon();
        StreamRig.AssertClose(4001, "mine", await _close.Task);
        Assert.Equal((ushort?)4001, (await stream.Closed).CloseCode);
    }
}
