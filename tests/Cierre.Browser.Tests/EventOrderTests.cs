using Cierre.TestKit;
using Cierre.Tests.Client;
using Xunit;

namespace Cierre.Browser.Tests;

/// <summary>WHATWG WebSockets 4: which events fire, in which order, and the ready state in each.</summary>
public sealed class EventOrderTests
{
    [Fact]
    public async Task Clean_close_of_the_server_is_open_messages_and_close()
    {
        await using var server = RawServer.Start(async peer =>
        {
            await peer.SendTextAsync("a");
            await peer.SendTextAsync("b");
            await peer.SendCloseAsync(1000);
            await peer.ReadFrameAsync();
        });
        SocketRig rig = SocketRig.To(server);
        await rig.CloseAsync();
        Assert.Equal(["open 1", "message a 1", "message b 1", "close 3"], rig.Seen);
    }

    [Fact]
    public async Task Lost_connection_is_error_right_before_close()
    {
        await using var server = RawServer.Start(async peer =>
        {
            await peer.SendTextAsync("a");
            await peer.ReadFrameAsync();
            peer.Reset();
        });
        SocketRig rig = SocketRig.To(server);
        await rig.OpenAsync();
        rig.Socket.Send("go");
        CloseEvent close = await rig.CloseAsync();
        Assert.Equal(["open 1", "message a 1", "error 3", "close 3"], rig.Seen);
        Assert.Equal((CloseCause.ConnectionReset, close.Record!.Detail), (rig.Error!.Cause, rig.Error.Message));
        Assert.NotNull(rig.Error.Error);
    }

    [Fact]
    public async Task Failed_opening_is_error_and_close_without_open()
    {
        var rig = new SocketRig(SocketRig.Make(new Uri($"ws://127.0.0.1:{ClientRig.ClosedPort()}")));
        CloseEvent close = await rig.CloseAsync();
        Assert.Equal((1006, "", false), (close.Code, close.Reason, close.WasClean));
        Assert.Equal(["error 3", "close 3"], rig.Seen);
    }

    [Fact]
    public async Task Violation_of_the_server_fails_the_connection()
    {
        await using var server = RawServer.Start(async peer =>
        {
            await peer.SendFrameAsync(1, "x"u8.ToArray(), rsv: 4);
            await peer.ReadFrameAsync();
        });
        SocketRig rig = SocketRig.To(server);
        CloseEvent close = await rig.CloseAsync();
        Assert.Equal((1006, 1002, CloseCause.ProtocolViolation), (close.Code, close.Record!.Sent!.Code, close.Record.Cause));
        Assert.Equal(["open 1", "error 3", "close 3"], rig.Seen);
    }

    [Fact]
    public async Task Ready_state_is_CLOSING_from_the_servers_close_frame_on()
    {
        var mayEnd = new TaskCompletionSource();
        await using var server = RawServer.Start(async peer =>
        {
            await peer.SendCloseAsync(1000);
            await peer.ReadFrameAsync();
            await mayEnd.Task.WaitAsync(SocketRig.Bound);
        });
        SocketRig rig = SocketRig.To(server);
        await rig.OpenAsync();
        Assert.True(SpinWait.SpinUntil(() => rig.Socket.ReadyState != WebSocket.OPEN, SocketRig.Bound));
        Assert.Equal(WebSocket.CLOSING, rig.Socket.ReadyState);
        mayEnd.SetResult();
        await rig.CloseAsync();
        Assert.Equal(["open 1", "close 3"], rig.Seen);
    }

    [Fact]
    public async Task Events_are_trusted_and_neither_bubble_nor_can_be_cancelled()
    {
        await using var server = RawServer.Start(async peer =>
        {
            await peer.SendTextAsync("a");
            peer.Reset();
        });
        WebSocket socket = SocketRig.Make(server.Url);
        List<Event> seen = [];
        foreach (string type in new[] { "open", "message", "error" }) socket.AddEventListener(type, seen.Add);
        var closed = new TaskCompletionSource();
        socket.OnClose = e =>
        {
            seen.Add(e);
            closed.SetResult();
        };
        await closed.Task.WaitAsync(SocketRig.Bound);
        Assert.All(seen, e => Assert.Equal((true, false, false, false, socket), (e.IsTrusted, e.Bubbles, e.Cancelable, e.Composed, e.Target)));
        Assert.IsType<ErrorEvent>(seen[^2]);
        Assert.IsType<CloseEvent>(seen[^1]);
    }

    [Fact]
    public async Task Events_never_overlap()
    {
        const int Count = 2000;
        await using var server = RawServer.Start(async peer =>
        {
            for (int i = 0; i < Count; i++) await peer.SendTextAsync($"{i}");
            await peer.SendCloseAsync(1000);
            await peer.ReadFrameAsync();
        });
        WebSocket socket = SocketRig.Make(server.Url);
        int inside = 0, overlaps = 0, next = 0;
        var closed = new TaskCompletionSource<int>();
        socket.OnMessage = e =>
        {
            if (Interlocked.Increment(ref inside) != 1) overlaps++;
            Assert.Equal($"{next}", e.Data);
            next++;
            Interlocked.Decrement(ref inside);
        };
        socket.OnClose = _ =>
        {
            if (Interlocked.Increment(ref inside) != 1) overlaps++;
            closed.SetResult(next);
        };
        Assert.Equal(Count, await closed.Task.WaitAsync(SocketRig.Bound));
        Assert.Equal(0, overlaps);
    }

    [Fact]
    public async Task Late_listeners_get_what_they_missed_in_order()
    {
        await using var server = RawServer.Start(async peer =>
        {
            await peer.SendTextAsync("a");
            await peer.SendTextAsync("b");
            await peer.SendCloseAsync(4001, "bye");
            await peer.ReadFrameAsync();
        });
        WebSocket socket = SocketRig.Make(server.Url);
        CloseEvent ended = await socket.Closed.WaitAsync(SocketRig.Bound);
        List<string> seen = [];
        var got = new SemaphoreSlim(0);
        socket.AddEventListener("message", (MessageEvent e) => Note($"message {e.Data}"));
        for (int i = 0; i < 2; i++) Assert.True(await got.WaitAsync(SocketRig.Bound));
        socket.OnOpen = _ => Note("open");
        Assert.True(await got.WaitAsync(SocketRig.Bound));
        socket.OnClose = e => Note($"close {e.Code} {ReferenceEquals(e, ended)}");
        Assert.True(await got.WaitAsync(SocketRig.Bound));
        Assert.Equal(["message a", "message b", "open", "close 4001 True"], seen);

        void Note(string what)
        {
            seen.Add(what);
            got.Release();
        }
    }

    [Fact]
    public async Task Listener_that_blocks_stops_the_reading_before_the_memory_is_full()
    {
        // 40 MiB for a listener that does not take them: what waits stays bounded, and all of it comes in the end.
        const int Count = 640;
        byte[] payload = new byte[64 * 1024];
        int sent = 0;
        await using var server = RawServer.Start(async peer =>
        {
            for (; sent < Count; sent++) await peer.SendFrameAsync(2, payload);
            await peer.SendCloseAsync(1000);
            await peer.ReadFrameAsync();
        });
        WebSocket socket = SocketRig.Make(server.Url);
        socket.BinaryType = BinaryType.ArrayBuffer;
        using var mayGo = new ManualResetEventSlim();
        int received = 0;
        var closed = new TaskCompletionSource<CloseEvent>();
        socket.OnMessage = _ =>
        {
            Assert.True(mayGo.Wait(SocketRig.Bound));
            received++;
        };
        socket.OnClose = closed.SetResult;
        int last = -1;
        // The server comes to a halt: sockets hold some megabytes, we one or two.
        Assert.True(SpinWait.SpinUntil(() =>
        {
            bool halted = sent != 0 && sent == last;
            last = sent;
            Thread.Sleep(50);
            return halted;
        }, SocketRig.Bound));
        Assert.InRange(sent, 16, Count - 1);
        mayGo.Set();
        CloseEvent close = await closed.Task.WaitAsync(SocketRig.Bound);
        Assert.Equal((Count, 1000, "1000 clean peer-closed"), (received, (int)close.Code, close.Record!.ToString()));
    }
}
