using Cierre.TestKit;
using Xunit;

namespace Cierre.Browser.Tests;

/// <summary>WHATWG WebSockets 3, close().</summary>
public sealed class WebSocketCloseTests
{
    private static RawServer Echoing(TaskCompletionSource<RawFrame> seen) => RawServer.Start(async peer =>
    {
        RawFrame close = await peer.ReadFrameAsync();
        seen.SetResult(close);
        await peer.SendFrameAsync(8, close.Payload);
    });

    [Theory]
    [InlineData(null, null, null, "", 1005)]
    [InlineData(null, "", null, "", 1005)]
    [InlineData(null, "done", 1000, "done", 1000)]
    [InlineData(1000, null, 1000, "", 1000)]
    [InlineData(3000, "r", 3000, "r", 3000)]
    [InlineData(4999, "", 4999, "", 4999)]
    public async Task Close_frame_is_what_was_given(int? code, string? reason, int? sentCode, string sentReason, int reported)
    {
        var seen = new TaskCompletionSource<RawFrame>();
        await using RawServer server = Echoing(seen);
        SocketRig rig = SocketRig.To(server);
        await rig.OpenAsync();
        rig.Socket.Close((ushort?)code, reason);
        Assert.Equal(WebSocket.CLOSING, rig.Socket.ReadyState);
        RawFrame frame = await seen.Task.WaitAsync(SocketRig.Bound);
        Assert.Equal((8, sentCode, sentReason, sentCode is null ? 0 : 2 + sentReason.Length), (frame.Opcode, frame.CloseCode, frame.CloseReason, frame.Payload.Length));
        CloseEvent close = await rig.CloseAsync();
        Assert.Equal((reported, sentReason, true), (close.Code, close.Reason, close.WasClean));
        Assert.Equal((EndedBy.Local, CloseCause.Requested), (close.Record!.EndedBy, close.Record.Cause));
        Assert.Equal(["open 1", "close 3"], rig.Seen);
    }

    [Fact]
    public async Task Lone_surrogates_in_the_reason_become_the_replacement_character()
    {
        var seen = new TaskCompletionSource<RawFrame>();
        await using RawServer server = Echoing(seen);
        SocketRig rig = SocketRig.To(server);
        await rig.OpenAsync();
        rig.Socket.Close(1000, "a\uD800");
        Assert.Equal("a\uFFFD", (await seen.Task.WaitAsync(SocketRig.Bound)).CloseReason);
        await rig.CloseAsync();
    }

    [Fact]
    public async Task Arguments_are_checked_in_every_state_the_code_first()
    {
        await using RawServer server = Echoing(new TaskCompletionSource<RawFrame>());
        SocketRig rig = SocketRig.To(server);
        Check();
        await rig.OpenAsync();
        Check();
        Assert.Equal(WebSocket.OPEN, rig.Socket.ReadyState);
        rig.Socket.Close();
        Check();
        await rig.CloseAsync();
        Assert.Equal(WebSocket.CLOSED, rig.Socket.ReadyState);
        Check();

        void Check()
        {
            string tooLong = new('x', 124);
            Assert.Equal("InvalidAccessError", Assert.Throws<DomException>(() => rig.Socket.Close(1001, tooLong)).Name);
            Assert.Equal("SyntaxError", Assert.Throws<DomException>(() => rig.Socket.Close(1000, tooLong)).Name);
            Assert.Equal("SyntaxError", Assert.Throws<DomException>(() => rig.Socket.Close(null, tooLong)).Name);
        }
    }

    [Fact]
    public async Task Close_while_CONNECTING_fails_the_opening()
    {
        var asked = new TaskCompletionSource();
        await using var server = RawServer.Start(async peer =>
        {
            asked.SetResult();
            await peer.ReadToEndAsync();
        }, switchProtocols: false);
        SocketRig rig = SocketRig.To(server);
        await asked.Task.WaitAsync(SocketRig.Bound);
        rig.Socket.Close(4000, "never sent");
        Assert.Equal(WebSocket.CLOSING, rig.Socket.ReadyState);
        CloseEvent close = await rig.CloseAsync();
        Assert.Equal((1006, "", false), (close.Code, close.Reason, close.WasClean));
        Assert.Equal((CloseCause.Requested, EndedBy.Local, false), (close.Record!.Cause, close.Record.EndedBy, close.Record.WasOpen));
        Assert.Equal(["error 3", "close 3"], rig.Seen);
        Assert.Equal(CloseCause.Requested, rig.Error!.Cause);
        await Assert.ThrowsAsync<WebSocketConnectException>(() => rig.Socket.Opened);
    }

    [Fact]
    public async Task Close_before_anything_happened_is_a_failed_opening_too()
    {
        // It answers nothing: this thread may be slower than an opening.
        await using var server = RawServer.Start(peer => peer.ReadToEndAsync(), switchProtocols: false);
        SocketRig rig = SocketRig.To(server);
        rig.Socket.Close();
        Assert.Equal((1006, false), ((await rig.CloseAsync()).Code, rig.Seen.Contains("open 1")));
        Assert.Equal(["error 3", "close 3"], rig.Seen);
    }

    [Fact]
    public async Task Close_between_the_answer_and_the_open_event_lets_open_never_fire()
    {
        // The context does not run before the connection stands: the socket still says CONNECTING.
        await using var server = RawServer.Start(peer => peer.ReadToEndAsync());
        var held = new HeldContext();
        SocketRig rig = SocketRig.WithContext(held, () => new SocketRig(new WebSocket(server.Url.ToString())));
        await held.Posted.WaitAsync(SocketRig.Bound);
        rig.Socket.Close();
        held.Release();
        CloseEvent close = await rig.CloseAsync();
        Assert.Equal((1006, CloseCause.Requested, EndedBy.Local), (close.Code, close.Record!.Cause, close.Record.EndedBy));
        Assert.Equal(["error 3", "close 3"], rig.Seen);
        await Assert.ThrowsAsync<WebSocketConnectException>(() => rig.Socket.Opened);
    }

    [Fact]
    public async Task Second_close_does_nothing()
    {
        var seen = new TaskCompletionSource<RawFrame>();
        await using RawServer server = Echoing(seen);
        SocketRig rig = SocketRig.To(server);
        await rig.OpenAsync();
        rig.Socket.Close(4001);
        rig.Socket.Close(4002);
        Assert.Equal(4001, (await rig.CloseAsync()).Code);
        rig.Socket.Close(4003);
        Assert.Equal(WebSocket.CLOSED, rig.Socket.ReadyState);
    }

    [Fact]
    public async Task What_was_sent_before_goes_out_first_and_messages_after_are_dropped()
    {
        await using var server = RawServer.Start(async peer =>
        {
            Assert.Equal("one", (await peer.ReadFrameAsync()).Text);
            Assert.Equal("two", (await peer.ReadFrameAsync()).Text);
            Assert.Equal(1000, (await peer.ReadFrameAsync()).CloseCode);
            await peer.SendTextAsync("too late");
            await peer.SendCloseAsync(1000);
        });
        SocketRig rig = SocketRig.To(server);
        await rig.OpenAsync();
        rig.Socket.Send("one");
        rig.Socket.Send("two");
        rig.Socket.Close(1000);
        await rig.CloseAsync();
        Assert.Equal(["open 1", "close 3"], rig.Seen);
        await server.ScriptsAsync();
    }

    [Fact]
    public async Task Messages_that_wait_for_their_task_when_the_socket_closes_are_dropped()
    {
        var both = new TaskCompletionSource();
        await using var server = RawServer.Start(async peer =>
        {
            await peer.SendTextAsync("a");
            await peer.SendTextAsync("b");
            await peer.SendFrameAsync(9);
            Assert.Equal(10, (await peer.ReadFrameAsync()).Opcode);
            // The pong is out: "b" was read before the ping.
            both.SetResult();
            await peer.SendFrameAsync(8, (await peer.ReadFrameAsync()).Payload);
        });
        WebSocket socket = SocketRig.Make(server.Url);
        List<object?> got = [];
        socket.OnMessage = e =>
        {
            got.Add(e.Data);
            Assert.True(both.Task.Wait(SocketRig.Bound));
            socket.Close(1000);
        };
        var closed = new TaskCompletionSource<bool>();
        socket.OnClose = e => closed.SetResult(e.WasClean);
        Assert.True(await closed.Task.WaitAsync(SocketRig.Bound));
        Assert.Equal(["a"], got);
    }

    [Fact]
    public async Task Silent_server_is_left_after_the_close_timeout_with_error_and_1006()
    {
        await using var server = RawServer.Start(peer => peer.ReadToEndAsync());
        SocketRig rig = SocketRig.To(server, new BrowserWebSocketOptions { CloseTimeout = TimeSpan.FromMilliseconds(200) });
        await rig.OpenAsync();
        rig.Socket.Close(4000);
        CloseEvent close = await rig.CloseAsync();
        Assert.Equal((1006, false, CloseCause.CloseTimeout, 4000), (close.Code, close.WasClean, close.Record!.Cause, close.Record.Sent!.Code));
        Assert.Equal(["open 1", "error 3", "close 3"], rig.Seen);
    }

    /// <summary>Keeps what is posted until it is released; then the pool runs it.</summary>
    private sealed class HeldContext : SynchronizationContext
    {
        private readonly TaskCompletionSource _posted = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _released = new();

        public Task Posted => _posted.Task;

        public void Release() => _released.SetResult();

        public override void Post(SendOrPostCallback d, object? state)
        {
            _posted.TrySetResult();
            _ = _released.Task.ContinueWith(_ => d(state), TaskScheduler.Default);
        }
    }
}
