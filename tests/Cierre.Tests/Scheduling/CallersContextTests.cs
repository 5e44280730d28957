using Cierre.Tests.Connections;
using Xunit;

namespace Cierre.Tests.Scheduling;

/// <summary>What awaits one of our value tasks goes on in its own context, and comes to its end where that refuses.</summary>
public sealed class CallersContextTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Reader_goes_on_in_its_context_and_on_the_pool_where_that_refuses(bool refuses)
    {
        var context = new Recording { Refuses = refuses };
        var played = new Played();
        Task<(string?, SynchronizationContext?)> reading = In(context, async () =>
        {
            string? text = (await played.Connection.ReceiveAsync())?.GetText();
            return (text, SynchronizationContext.Current);
        });
        played.PeerText("hi");
        (string? came, SynchronizationContext? there) = await Played.Within(reading);
        Assert.Equal(("hi", 1), (came, context.Posts));
        Assert.Equal(refuses ? null : context, there);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Sender_is_never_woken_under_the_connections_lock(bool refuses)
    {
        var played = new Played { Wire = { HoldsFlushes = true } };
        var context = new Recording { Refuses = refuses, During = () => Assert.True(Task.Run(() => played.Connection.QueuedBytes).Wait(TimeSpan.FromSeconds(20))) };
        await played.Connection.SendAsync(new byte[100]);
        Task<bool> sending = In(context, async () =>
        {
            await played.Connection.SendAsync(new byte[200_000]);
            return true;
        });
        while (!sending.IsCompleted)
        {
            if (played.Wire.IsFlushHeld) played.Wire.CompleteFlush();
            await Task.Yield();
        }

        Assert.True(await Played.Within(sending));
        Assert.Equal(1, context.Posts);
        Assert.Null(context.Failure);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_awaits_a_ping_is_never_told_under_the_connections_lock(bool answered)
    {
        var played = new Played();
        var context = new Recording
        {
            During = () => Assert.True(Task.Run(() => played.Connection.QueuedBytes).Wait(TimeSpan.FromSeconds(5)), "the connection's lock is held"),
        };
        Task<bool> pinging = In(context, async () =>
        {
            try
            {
                await played.Connection.PingAsync();
                return true;
            }
            catch (WebSocketClosedException)
            {
                return false;
            }
        });
        if (answered) played.Peer(Played.Pong, played.Sent[0].Payload);
        else played.PeerClose(1000);
        Assert.Equal(answered, await Played.Within(pinging));
        Assert.Equal(1, context.Posts);
        Assert.Null(context.Failure);
    }

    /// <summary>A window's thread that is at the end of its queue, or a context that waits for another thread: neither the thread that brings the bytes nor
    /// that of the deadlines waits for it.</summary>
    [Theory]
    [InlineData("receive")]
    [InlineData("receive as task")]
    [InlineData("loop")]
    [InlineData("stream")]
    [InlineData("part")]
    [InlineData("ping")]
    public async Task Context_that_blocks_holds_no_reading_up(string what)
    {
        var played = new Played();
        using var release = new ManualResetEventSlim();
        WebSocketMessageStream? stream = null;
        if (what == "part")
        {
            played.Peer(Played.Text, "begun "u8, fin: false);
            stream = await played.Connection.ReceiveStreamAsync();
            Assert.Equal(6, await stream!.ReadAsync(new byte[10]));
        }

        var context = new Recording { During = () => Assert.True(release.Wait(TimeSpan.FromSeconds(5)), "the reading waited for the context") };
        Task<bool> waiting = In(context, () => what switch
        {
            "receive" => Received(async () => await played.Connection.ReceiveAsync()),
            "receive as task" => Received(async () => await played.Connection.ReceiveAsync().AsTask()),
            "loop" => Received(async () =>
            {
                await foreach (WebSocketMessage _ in played.Connection.ReadAllAsync()) break;
            }),
            "stream" => Received(async () => await played.Connection.ReceiveStreamAsync()),
            "part" => Received(async () => await stream!.ReadAsync(new byte[10])),
            _ => Received(async () => await played.Connection.PingAsync()),
        });
        if (what == "ping") played.Peer(Played.Pong, played.Sent[0].Payload);
        else if (what == "part") played.Peer(0, "rest"u8);
        else played.PeerText("hi");
        release.Set();
        Assert.True(await Played.Within(waiting));
        Assert.Equal(1, context.Posts);
        Assert.Null(context.Failure);

        static async Task<bool> Received(Func<Task> receive)
        {
            await receive();
            return true;
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Context_that_blocks_while_it_hears_of_the_end_holds_up_neither_the_deadlines_nor_the_reader(bool stranded)
    {
        var played = new Played { Wire = { HoldsFlushes = true } };
        using var release = new ManualResetEventSlim();
        using var returns = new ManualResetEventSlim();
        var kept = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var context = new Recording { During = () => Assert.True(release.Wait(TimeSpan.FromSeconds(5)), "the end waited for the context") };
        Task<CloseRecord> told = In(context, async () => await played.Connection.Closed);
        Task<WebSocketMessage?> reader = played.Connection.ReceiveAsync().AsTask();
        Task pushed = Task.CompletedTask;
        if (stranded)
        {
            // A reader that keeps the transport's thread: the record is there without the transport's end.
            _ = KeepAsync(reader);
            pushed = Task.Run(() => played.PeerText("kept"));
            await Played.Within(kept.Task);
            _ = played.Connection.CloseAsync(1000);
            played.Clock.Advance(TimeSpan.FromSeconds(6));
        }
        else
        {
            // Whether our answer got out is waited for as long as the close timeout.
            played.PeerClose(4009);
            played.Wire.End();
            played.Clock.Advance(TimeSpan.FromSeconds(6));
            Assert.Null(await Played.Within(reader));
        }

        release.Set();
        await Played.Within(told);
        returns.Set();
        await Played.Within(pushed);
        Assert.Null(context.Failure);

        async Task KeepAsync(Task<WebSocketMessage?> reading)
        {
            await reading.ConfigureAwait(false);
            kept.SetResult();
            returns.Wait(TimeSpan.FromSeconds(20));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Scheduler_of_the_callers_is_asked_too(bool refuses)
    {
        var scheduler = new Recorder { Refuses = refuses };
        var played = new Played();
        Task<Task<string?>> started = Task.Factory.StartNew(async () => (await played.Connection.ReceiveAsync())?.GetText(), CancellationToken.None, TaskCreationOptions.None, scheduler);
        Task<string?> reading = await Played.Within(started);
        played.PeerText("hi");
        Assert.Equal("hi", await Played.Within(reading));
        Assert.Equal(2, scheduler.Queued);
    }

    /// <summary>A continuation that is no async method's has nobody who catches what it throws.</summary>
    [Fact]
    public async Task Continuation_that_throws_harms_no_connection()
    {
        var played = new Played();
        var told = new TaskCompletionSource<Exception>();
        played.Connection.Driver.CallbackFailed = told.SetResult;
        played.Connection.ReceiveAsync().GetAwaiter().UnsafeOnCompleted(() => throw new InvalidOperationException("a continuation's own trouble"));
        played.PeerText("first");
        Assert.Equal("a continuation's own trouble", (await Played.Within(told.Task)).Message);
        played.PeerClose(1000);
        played.Wire.End();
        Assert.Equal(1000, (await played.Ended).Code);
    }

    private static Task<T> In<T>(SynchronizationContext context, Func<Task<T>> run)
    {
        SynchronizationContext? before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(context);
        try
        {
            return run();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    private sealed class Recording : SynchronizationContext
    {
        private int _posts;

        public bool Refuses { get; init; }

        public Action? During { get; init; }

        public int Posts => _posts;

        public Exception? Failure { get; private set; }

        public override void Post(SendOrPostCallback d, object? state)
        {
            Interlocked.Increment(ref _posts);
            try
            {
                During?.Invoke();
            }
            catch (Exception e)
            {
                Failure = e;
            }

            if (Refuses) throw new InvalidOperationException("the window is gone");
            ThreadPool.UnsafeQueueUserWorkItem(
                _ =>
                {
                    SetSynchronizationContext(this);
                    d(state);
                    SetSynchronizationContext(null);
                },
                null);
        }
    }

    private sealed class Recorder : TaskScheduler
    {
        private int _queued;

        public bool Refuses { get; init; }

        public int Queued => _queued;

        protected override void QueueTask(Task task)
        {
            // The first is the test's own.
            if (Interlocked.Increment(ref _queued) > 1 && Refuses) throw new InvalidOperationException("the scheduler is gone");
            ThreadPool.UnsafeQueueUserWorkItem(_ => TryExecuteTask(task), null);
        }

        protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

        protected override IEnumerable<Task> GetScheduledTasks() => [];
    }
}
