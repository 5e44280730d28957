using System.Net.Sockets;
using Cierre.EventLoops.Linux;
using Cierre.EventLoops.Loops;
using Xunit;
using EventLoop = Cierre.EventLoops.Loops.EventLoop;

namespace Cierre.EventLoops.Tests.Loops;

/// <summary>A loop goes on whatever its sockets, the kernel and the calls it makes do.</summary>
public sealed class EventLoopTests : OnLoop
{
    [Fact]
    public async Task Socket_that_the_kernel_does_not_watch_is_told_and_so_is_the_log_once()
    {
        // A regular file: epoll_ctl(2) EPERM.
        for (int i = 0; i < 3; i++)
        {
            using Microsoft.Win32.SafeHandles.SafeFileHandle file = File.OpenHandle(typeof(EventLoopTests).Assembly.Location);
            var events = new Events();
            WatchedSocket watched = Watch(file, events);
            watched.Watch(EpollEvents.In);
            Assert.IsType<SocketException>(await events.Failure.Task.WaitAsync(Bound, TestContext.Current.CancellationToken));
            // Nothing throws behind that.
            watched.Watch(EpollEvents.Out);
            watched.Unwatch(EpollEvents.In);
            watched.Leave();
        }

        Assert.True(Log.Comes("The kernel does not watch"));
        Assert.Single(Log.Lines, line => line.StartsWith("The kernel does not watch a connection's socket (errno 1)", StringComparison.Ordinal));
        await AssertGoesOnAsync();
    }

    [Fact]
    public async Task Call_that_throws_ends_its_own_connection_and_no_other()
    {
        var events = new Events { OnReadable = () => throw new NotSupportedException() };
        (Socket peer, _) = Connect(events);
        peer.Send(new byte[1]);
        Assert.IsType<NotSupportedException>(await events.Failure.Task.WaitAsync(Bound, TestContext.Current.CancellationToken));
        await AssertGoesOnAsync();
    }

    [Fact]
    public async Task Thread_that_dies_is_followed_by_another()
    {
        var events = new Events { OnEndpoint = () => throw new NotSupportedException() };
        (Socket peer, WatchedSocket watched) = Connect(events);
        peer.Send(new byte[1]);
        Assert.True(Log.Comes("The thread of an event loop met"));
        watched.Leave();
        await AssertGoesOnAsync();
    }

    [Fact]
    public async Task Posted_work_that_throws_is_logged_and_the_loop_goes_on()
    {
        (_, WatchedSocket watched) = Connect(new Events());
        Loop.Post(watched, () => throw new NotSupportedException());
        await AssertGoesOnAsync();
        Assert.True(Log.Comes("A connection was ended"));
    }

    [Fact]
    public async Task End_of_the_loop_is_told_to_the_sockets_on_it_and_what_is_posted_later_runs_all_the_same()
    {
        var events = new Events();
        (_, WatchedSocket watched) = Connect(events);
        Loop.Dispose();
        Assert.Equal(SocketError.OperationAborted,
            ((SocketException)await events.Failure.Task.WaitAsync(Bound, TestContext.Current.CancellationToken)).SocketErrorCode);
        var ran = new TaskCompletionSource();
        Loop.Post(watched, ran.SetResult);
        await ran.Task.WaitAsync(Bound, TestContext.Current.CancellationToken);
        Loop.Dispose();
    }

    [Fact]
    public async Task Socket_that_comes_while_the_end_of_the_loop_is_told_is_told_too()
    {
        var late = new Events();
        var early = new Events { OnFailed = () => Connect(late) };
        Connect(early);
        Loop.Dispose();
        await early.Failure.Task.WaitAsync(Bound, TestContext.Current.CancellationToken);
        await late.Failure.Task.WaitAsync(Bound, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Room_to_send_that_throws_is_logged_and_ends_its_connection_behind_the_call_that_is_under_way()
    {
        int inside = 0, thrown = 0;
        bool beside = false;
        using var goOn = new ManualResetEventSlim();
        var endpoint = new LoopEndpoint("/");
        // Its calls have threads of their own.
        endpoint.HasBlocked(TimeSpan.FromHours(1));
        var events = new Events
        {
            OnEndpoint = () => endpoint,
            OnReadable = () =>
            {
                Interlocked.Increment(ref inside);
                Assert.True(goOn.Wait(Bound));
                Interlocked.Decrement(ref inside);
            },
            OnWritable = () =>
            {
                Interlocked.Increment(ref thrown);
                throw new NotSupportedException();
            },
        };
        events.OnFailed = () => beside |= Volatile.Read(ref inside) > 0;
        (Socket peer, WatchedSocket watched) = Connect(events);
        peer.Send(new byte[1]);
        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref inside) == 1, Bound));
        watched.Watch(EpollEvents.Out);
        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref thrown) > 0, Bound));
        // The loop has done with it, and with what it has brought about.
        await AssertGoesOnAsync();
        goOn.Set();
        await events.Failure.Task.WaitAsync(Bound, TestContext.Current.CancellationToken);
        Assert.False(beside);
        Assert.True(Log.Comes("A connection was ended"));
        // The kernel tells nothing of it any more.
        Assert.Equal(1, thrown);
    }

    [Fact]
    public void Watch_that_comes_too_late_for_a_handler_lets_go_of_nothing_but_its_own_hold()
    {
        var endpoint = new LoopEndpoint("/");
        int inside = 0, most = 0, calls = 0;
        using var first = new ManualResetEventSlim();
        using var second = new ManualResetEventSlim();
        var events = new Events { OnEndpoint = () => endpoint };
        events.OnReadable = () =>
        {
            most = Math.Max(most, Interlocked.Increment(ref inside));
            events.Watched!.Watch(EpollEvents.In);
            Assert.True((Interlocked.Increment(ref calls) == 1 ? first : second).Wait(Bound));
            Interlocked.Decrement(ref inside);
        };
        (Socket peer, WatchedSocket watched) = Connect(events);
        peer.Send(new byte[1]);
        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref calls) == 1, Bound));
        long word = Loop.Turn.Word;
        // A handler of the endpoint has blocked elsewhere, so this one's next call has a thread of its own.
        endpoint.HasBlocked(TimeSpan.FromHours(1));
        first.Set();
        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref calls) == 2, Bound));
        Assert.Null(TakeLate(watched, word));
        Assert.True(watched.IsHeld);
        second.Set();
        Assert.True(SpinWait.SpinUntil(() => !watched.IsHeld || Volatile.Read(ref calls) > 2, Bound));
        watched.Leave();
        Assert.Equal(1, most);
    }

    [Fact]
    public async Task Handler_that_begins_as_theWatcher_goes_to_rest_is_noticed()
    {
        Watcher.Add(Loop);
        Watcher.Start();
        Assert.True(SpinWait.SpinUntil(() => Watcher.Rests, Bound));
        using var goOn = new ManualResetEventSlim();
        // The loop is woken by nobody who tells the watch: it is as if it had told it a moment before.
        (_, WatchedSocket watched) = Connect(new Events());
        var lost = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        Threads.Run(new Entering(Loop, watched, goOn, lost));
        Assert.True(SpinWait.SpinUntil(() => watched.IsHeld, Bound));
        // Held first, and then taken.
        Assert.True(SpinWait.SpinUntil(() => !LoopTurn.IsInHandler(Loop.Turn.Word), Bound));
        goOn.Set();
        Assert.True(await lost.Task.WaitAsync(Bound, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Posts_and_the_end_of_the_loop_may_meet()
    {
        for (int i = 0; i < 500; i++)
        {
            var loop = NewLoop();
            loop.Start();
            var watched = new WatchedSocket(loop, new SafeSocketHandle(-1, ownsHandle: false), new Events());
            Task[] posts = [.. Enumerable.Range(0, 3).Select(_ => Task.Run(
                () =>
                {
                    for (int post = 0; post < 30; post++) loop.Post(watched, () => { });
                },
                TestContext.Current.CancellationToken))];
            loop.Dispose();
            await Task.WhenAll(posts).WaitAsync(Bound, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task Wait_that_begins_on_a_loop_that_has_ended_ends()
    {
        Loop.Dispose();
        Assert.True(SpinWait.SpinUntil(() => Loop.HasEnded, Bound));
        (_, WatchedSocket watched) = Connect(new Events());
        await ((Events)watched.Events).Failure.Task.WaitAsync(Bound, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Work_and_the_end_of_the_loop_may_meet()
    {
        for (int i = 0; i < 200; i++)
        {
            var loop = NewLoop();
            loop.Start();
            var watched = new WatchedSocket(loop, new SafeSocketHandle(-1, ownsHandle: false), new Events());
            TaskCompletionSource[] ran = [.. Enumerable.Range(0, 20).Select(_ => new TaskCompletionSource())];
            Task posts = Task.Run(() => Array.ForEach(ran, one => loop.Post(watched, one.SetResult)), TestContext.Current.CancellationToken);
            loop.Dispose();
            await posts;
            await Task.WhenAll(ran.Select(one => one.Task)).WaitAsync(Bound, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>What the watch does that has seen the handler of a word.</summary>
    private WatchedSocket? TakeLate(WatchedSocket socket, long word)
    {
        socket.Hold();
        if (Loop.Turn.TryTake(word)) return socket;
        socket.LetGo();
        return null;
    }

    /// <summary>A loop's thread that enters a handler.</summary>
    private sealed class Entering(EventLoop loop, WatchedSocket socket, ManualResetEventSlim goOn, TaskCompletionSource<bool> lost) : ILoopJob
    {
        public bool IsLoop => true;

        public void Run(LoopThread thread)
        {
            loop.Turn.Thread = thread;
            long word = loop.Turn.Enter(socket);
            goOn.Wait(Bound);
            lost.SetResult(!loop.Turn.Leave(word));
            socket.LetGo();
        }

        public void Failed(Exception exception) => lost.SetException(exception);
    }
}
