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
