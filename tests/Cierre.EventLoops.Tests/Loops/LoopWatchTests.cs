using System.Net.Sockets;
using Cierre.EventLoops.Loops;
using Xunit;

namespace Cierre.EventLoops.Tests.Loops;

/// <summary>The watch takes a loop from a handler that blocks, whatever the application's code does that it meets.</summary>
public sealed class LoopWatchTests : OnLoop
{
    [Fact]
    public async Task Watch_that_meets_an_exception_goes_on_and_says_so()
    {
        Watcher.Add(Loop);
        Watcher.Start();
        int asked = 0;
        using var goOn = new ManualResetEventSlim();
        var events = new Events
        {
            // The loop asks first, and then the watch.
            OnEndpoint = () => Interlocked.Increment(ref asked) == 1 ? null : throw new NotSupportedException(),
            OnReadable = () => goOn.Wait(Bound),
        };
        (Socket peer, _) = Connect(events);
        peer.Send(new byte[1]);
        Assert.True(Log.Comes("The watch over the event loops met"));
        goOn.Set();
        await events.Read.Task.WaitAsync(Bound, TestContext.Current.CancellationToken);
        // It still takes a loop away.
        using var goOnToo = new ManualResetEventSlim();
        (peer, _) = Connect(new Events { OnReadable = () => goOnToo.Wait(Bound) });
        peer.Send(new byte[1]);
        Assert.True(Log.Comes("A handler of (none) has kept an event loop"));
        await AssertGoesOnAsync();
        goOnToo.Set();
    }

    [Fact]
    public async Task Log_that_blocks_stops_neither_the_watch_nor_the_loop()
    {
        using var goOn = new ManualResetEventSlim();
        Log.OnLine = () => goOn.Wait(Bound);
        Watcher.Add(Loop);
        Watcher.Start();
        var blocking = new List<Events>();
        for (int i = 0; i < 2; i++)
        {
            var events = new Events { OnReadable = () => goOn.Wait(Bound) };
            blocking.Add(events);
            (Socket peer, _) = Connect(events);
            peer.Send(new byte[1]);
            // The loop was taken from this one.
            await AssertGoesOnAsync();
        }

        // Told on the loop's own thread until now.
        Loop.Post(blocking[0].Watched!, () => throw new NotSupportedException());
        await AssertGoesOnAsync();
        goOn.Set();
        foreach (Events events in blocking) await events.Read.Task.WaitAsync(Bound, TestContext.Current.CancellationToken);
        Assert.True(Log.Comes("A connection was ended"));
        Assert.StartsWith("A handler of", Log.Lines.First(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Endpoint_that_has_blocked_keeps_no_loop_while_no_thread_is_left()
    {
        // All but the loop's own.
        using var goOn = new ManualResetEventSlim();
        for (int i = 0; i < 3; i++) Threads.Run(new Blocking(goOn));
        var endpoint = new LoopEndpoint("/");
        endpoint.HasBlocked(TimeSpan.Zero);
        Assert.False(endpoint.Blocks);
        var events = new Events { OnEndpoint = () => endpoint, OnReadable = () => goOn.Wait(Bound) };
        (Socket peer, _) = Connect(events);
        peer.Send(new byte[1]);
        await AssertGoesOnAsync();
        Assert.False(events.Read.Task.IsCompleted);
        goOn.Set();
        await events.Read.Task.WaitAsync(Bound, TestContext.Current.CancellationToken);
    }

    private sealed class Blocking(ManualResetEventSlim goOn) : ILoopJob
    {
        public bool IsLoop => false;

        public void Run(LoopThread thread) => goOn.Wait(Bound);

        public void Failed(Exception exception)
        {
        }
    }
}
