using System.Runtime.CompilerServices;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Browser.Tests;

/// <summary>WHATWG WebSockets 7, garbage collection, with collections that are forced.</summary>
public sealed class SocketRootTests
{
    [Theory]
    [InlineData(WebSocket.CONNECTING, "open", true)]
    [InlineData(WebSocket.CONNECTING, "message", true)]
    [InlineData(WebSocket.CONNECTING, "error", true)]
    [InlineData(WebSocket.CONNECTING, "close", true)]
    [InlineData(WebSocket.CONNECTING, "own", false)]
    [InlineData(WebSocket.OPEN, "open", false)]
    [InlineData(WebSocket.OPEN, "message", true)]
    [InlineData(WebSocket.OPEN, "error", true)]
    [InlineData(WebSocket.OPEN, "close", true)]
    [InlineData(WebSocket.CLOSING, "open", false)]
    [InlineData(WebSocket.CLOSING, "message", false)]
    [InlineData(WebSocket.CLOSING, "error", true)]
    [InlineData(WebSocket.CLOSING, "close", true)]
    [InlineData(WebSocket.CLOSED, "open", false)]
    [InlineData(WebSocket.CLOSED, "message", false)]
    [InlineData(WebSocket.CLOSED, "error", false)]
    [InlineData(WebSocket.CLOSED, "close", false)]
    public void Listeners_that_can_still_be_called_keep_it(ushort state, string type, bool needed) =>
        Assert.Equal(needed, SocketRoot.IsNeeded(state, type.Equals, isAwaited: false, bufferedAmount: 0));

    [Theory]
    [InlineData(WebSocket.CONNECTING, true)]
    [InlineData(WebSocket.OPEN, true)]
    [InlineData(WebSocket.CLOSING, true)]
    [InlineData(WebSocket.CLOSED, false)]
    public void So_do_a_task_and_data_until_it_is_closed(ushort state, bool needed)
    {
        Assert.Equal(needed, SocketRoot.IsNeeded(state, _ => false, isAwaited: true, bufferedAmount: 0));
        Assert.Equal(needed, SocketRoot.IsNeeded(state, _ => false, isAwaited: false, bufferedAmount: 1));
        Assert.False(SocketRoot.IsNeeded(state, _ => false, isAwaited: false, bufferedAmount: 0));
    }

    [Fact]
    public async Task Open_socket_that_nobody_can_reach_closes_with_an_empty_body()
    {
        var closed = new TaskCompletionSource<RawFrame>();
        await using RawServer server = Waiting(closed);
        WeakReference socket = await OpenAsync(server, _ => { });
        await CollectAsync(() => !socket.IsAlive && closed.Task.IsCompleted);
        RawFrame frame = await closed.Task;
        Assert.Equal((8, 0), (frame.Opcode, frame.Payload.Length));
    }

    [Fact]
    public async Task Open_listener_alone_keeps_no_socket_that_is_open()
    {
        var closed = new TaskCompletionSource<RawFrame>();
        await using RawServer server = Waiting(closed);
        WeakReference socket = await OpenAsync(server, s => s.OnOpen = _ => { });
        await CollectAsync(() => !socket.IsAlive && closed.Task.IsCompleted);
    }

    [Theory]
    [InlineData("message")]
    [InlineData("error")]
    [InlineData("close")]
    public async Task Open_socket_with_a_listener_is_kept_until_the_listener_goes(string type)
    {
        var closed = new TaskCompletionSource<RawFrame>();
        await using RawServer server = Waiting(closed);
        Action<Event> listener = static _ => { };
        WeakReference socket = await OpenAsync(server, s => s.AddEventListener(type, listener));
        await KeptAsync(socket);
        Assert.False(closed.Task.IsCompleted);
        Remove(socket, type, listener);
        await CollectAsync(() => !socket.IsAlive && closed.Task.IsCompleted);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static void Remove(WeakReference socket, string type, Action<Event> listener) => ((WebSocket)socket.Target!).RemoveEventListener(type, listener);
    }

    [Fact]
    public async Task Message_reaches_the_listener_of_a_socket_that_nobody_refers_to()
    {
        var mayGo = new TaskCompletionSource();
        await using var server = RawServer.Start(async peer =>
        {
            await mayGo.Task.WaitAsync(SocketRig.Bound);
            await peer.SendTextAsync("still there");
            await peer.SendCloseAsync(1000);
            await peer.ReadFrameAsync();
        });
        var got = new TaskCompletionSource<object?>();
        var ended = new TaskCompletionSource();
        WeakReference socket = await OpenAsync(server, s =>
        {
            s.OnMessage = e => got.TrySetResult(e.Data);
            s.OnClose = _ => ended.TrySetResult();
        });
        Collect();
        mayGo.SetResult();
        Assert.Equal("still there", await got.Task.WaitAsync(SocketRig.Bound));
        await ended.Task.WaitAsync(SocketRig.Bound);
        // Closed: nothing keeps it any more.
        await CollectAsync(() => !socket.IsAlive);
    }

    [Theory]
    [InlineData("open", true)]
    [InlineData("message", true)]
    [InlineData("error", true)]
    [InlineData("close", true)]
    [InlineData("own", false)]
    public async Task Connecting_socket_is_kept_by_its_listeners_or_given_up(string type, bool kept)
    {
        var asked = new TaskCompletionSource();
        var gone = new TaskCompletionSource();
        await using var server = RawServer.Start(async peer =>
        {
            asked.SetResult();
            await peer.ReadToEndAsync();
            gone.SetResult();
        }, switchProtocols: false);
        var until = new StrongBox<WebSocket?>();
        WeakReference socket = Make(server, type, until);
        await asked.Task.WaitAsync(SocketRig.Bound);
        // Not before: one that nothing keeps might go before it has asked.
        until.Value = null;
        if (kept)
        {
            await KeptAsync(socket);
            Assert.False(gone.Task.IsCompleted);
        }
        else
        {
            await CollectAsync(() => !socket.IsAlive && gone.Task.IsCompleted);
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        static WeakReference Make(RawServer server, string type, StrongBox<WebSocket?> until)
        {
            WebSocket socket = SocketRig.Make(server.Url);
            socket.AddEventListener(type, static _ => { });
            until.Value = socket;
            return new WeakReference(socket);
        }
    }

    [Theory]
    [InlineData("error", true)]
    [InlineData("close", true)]
    [InlineData("message", false)]
    public async Task Closing_socket_is_kept_by_what_can_still_be_called(string type, bool kept)
    {
        await using var server = RawServer.Start(peer => peer.ReadToEndAsync());
        WeakReference socket = await OpenAsync(server, s => s.AddEventListener(type, static _ => { }), SocketAct.Close);
        if (!kept)
        {
            await CollectAsync(() => !socket.IsAlive);
            return;
        }

        await KeptAsync(socket);
    }

    [Fact]
    public async Task Socket_whose_Closed_is_awaited_is_kept()
    {
        var open = new TaskCompletionSource();
        var mayGo = new TaskCompletionSource();
        await using var server = RawServer.Start(async peer =>
        {
            open.SetResult();
            await mayGo.Task.WaitAsync(SocketRig.Bound);
            await peer.SendCloseAsync(4001);
            await peer.ReadFrameAsync();
        });
        var got = new TaskCompletionSource<int>();
        Forget(server, got);
        await open.Task.WaitAsync(SocketRig.Bound);
        Collect();
        mayGo.SetResult();
        Assert.Equal(4001, await got.Task.WaitAsync(SocketRig.Bound));

        [MethodImpl(MethodImplOptions.NoInlining)]
        static async void Forget(RawServer server, TaskCompletionSource<int> got)
        {
            CloseEvent close = await SocketRig.Make(server.Url).Closed.ConfigureAwait(false);
            got.SetResult(close.Code);
        }
    }

    [Fact]
    public async Task Socket_whose_Opened_is_awaited_is_kept_until_it_is_open()
    {
        var asked = new TaskCompletionSource();
        var mayGo = new TaskCompletionSource();
        var closed = new TaskCompletionSource<RawFrame>();
        await using var server = RawServer.Start(async peer =>
        {
            asked.SetResult();
            await mayGo.Task.WaitAsync(SocketRig.Bound);
            await peer.SwitchProtocolsAsync();
            closed.SetResult(await peer.ReadFrameAsync());
        }, switchProtocols: false);
        Task opened = Make(server);
        await asked.Task.WaitAsync(SocketRig.Bound);
        Collect();
        mayGo.SetResult();
        await opened.WaitAsync(SocketRig.Bound);
        await CollectAsync(() => closed.Task.IsCompleted);
        Assert.Empty((await closed.Task).Payload);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static Task Make(RawServer server) => SocketRig.Make(server.Url).Opened;
    }

    [Fact]
    public async Task Socket_with_data_queued_is_kept_until_the_network_has_it()
    {
        const int Count = 40, Size = 512 * 1024;
        var mayRead = new TaskCompletionSource();
        var closed = new TaskCompletionSource<RawFrame>();
        await using var server = RawServer.Start(async peer =>
        {
            await mayRead.Task.WaitAsync(SocketRig.Bound);
            for (long got = 0; got < (long)Count * Size;) got += (await peer.ReadFrameAsync()).Payload.Length;
            closed.SetResult(await peer.ReadFrameAsync());
        });
        WeakReference socket = await OpenAsync(server, _ => { }, SocketAct.SendMuch);
        await KeptAsync(socket);
        mayRead.SetResult();
        await CollectAsync(() => closed.Task.IsCompleted && !socket.IsAlive);
        Assert.Equal((8, 0), ((await closed.Task).Opcode, (await closed.Task).Payload.Length));
    }

    private enum SocketAct
    {
        Nothing,
        Close,
        SendMuch,
    }

    private static RawServer Waiting(TaskCompletionSource<RawFrame> closed) => RawServer.Start(async peer =>
    {
        try
        {
            closed.SetResult(await peer.ReadFrameAsync());
            await peer.SendFrameAsync(8);
        }
        catch (Exception e) when (e is TimeoutException or IOException or ObjectDisposedException)
        {
            // The test ended without a close.
        }
    });

    /// <summary>Opens a socket, does something with it, and keeps no reference to it.</summary>
    private static async Task<WeakReference> OpenAsync(RawServer server, Action<WebSocket> setup, SocketAct act = SocketAct.Nothing)
    {
        (WeakReference socket, Task opened) = Make();
        await opened.WaitAsync(SocketRig.Bound);
        return socket;

        [MethodImpl(MethodImplOptions.NoInlining)]
        (WeakReference, Task) Make()
        {
            WebSocket made = SocketRig.Make(server.Url);
            setup(made);
            return (new WeakReference(made), Act(made));
        }

        async Task Act(WebSocket made)
        {
            await made.Opened;
            if (act == SocketAct.Nothing) return;
            if (act == SocketAct.Close) made.Close();
            else for (int i = 0; i < 40; i++) made.Send(new byte[512 * 1024]);
        }
    }

    private static void Collect()
    {
        for (int i = 0; i < 3; i++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }
    }

    /// <summary>Several times, with a way to the pool in between: a stack that has just ended may still refer to it.</summary>
    private static async Task KeptAsync(WeakReference socket)
    {
        for (int i = 0; i < 5; i++)
        {
            Collect();
            Assert.True(socket.IsAlive);
            await Task.Delay(10);
        }
    }

    private static async Task CollectAsync(Func<bool> until)
    {
        long begun = System.Diagnostics.Stopwatch.GetTimestamp();
        while (!until())
        {
            Assert.True(System.Diagnostics.Stopwatch.GetElapsedTime(begun) < SocketRig.Bound, "not collected");
            Collect();
            await Task.Delay(10);
        }
    }
}
