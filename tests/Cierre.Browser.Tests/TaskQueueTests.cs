using System.Collections.Concurrent;
using Xunit;

namespace Cierre.Browser.Tests;

public sealed class TaskQueueTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Leaving_the_thread_goes_on_on_the_pool_and_not_in_its_callers_place()
    {
        using var goesOn = new ManualResetEventSlim();
        Task<(bool Waited, bool IsPool, SynchronizationContext? Context)> later = SocketRig.WithContext(new ManualContext(), LaterAsync);
        goesOn.Set();
        Assert.Equal((true, true, null), await later.WaitAsync(Bound));

        async Task<(bool Waited, bool IsPool, SynchronizationContext? Context)> LaterAsync()
        {
            await TaskQueue.LeaveThread();
            return (goesOn.Wait(Bound), Thread.CurrentThread.IsThreadPoolThread, SynchronizationContext.Current);
        }
    }

    [Fact]
    public void Leaving_the_thread_in_a_simulation_goes_on_among_its_own_work()
    {
        var simulation = new Simulation();
        bool ran = false;
        Task later = SocketRig.WithContext(simulation, LaterAsync);
        Assert.False(ran);
        simulation.RunOne();
        Assert.True(ran && later.IsCompletedSuccessfully);

        async Task LaterAsync()
        {
            await TaskQueue.LeaveThread();
            ran = true;
        }
    }

    [Fact]
    public void At_most_one_callback_is_outstanding()
    {
        var context = new ManualContext();
        var queue = new TaskQueue(context);
        List<int> ran = [];
        for (int i = 0; i < 5; i++)
        {
            int n = i;
            queue.Enqueue(() => ran.Add(n));
        }

        Assert.Equal(1, context.Outstanding);
        context.RunOne();
        Assert.Equal([0, 1, 2, 3, 4], ran);
        Assert.Equal(0, context.Outstanding);
    }

    [Fact]
    public void Task_added_by_a_task_runs_after_those_before_it_and_never_inside_it()
    {
        var context = new ManualContext();
        var queue = new TaskQueue(context);
        List<string> ran = [];
        queue.Enqueue(() =>
        {
            queue.Enqueue(() => ran.Add("added"));
            Assert.Equal(0, context.Outstanding);
            ran.Add("first");
        });
        queue.Enqueue(() => ran.Add("second"));
        context.RunAll();
        Assert.Equal(["first", "second", "added"], ran);
    }

    [Fact]
    public void Many_tasks_give_the_thread_back_in_between()
    {
        var context = new ManualContext();
        var queue = new TaskQueue(context);
        int ran = 0;
        for (int i = 0; i < 100; i++) queue.Enqueue(() => ran++);
        context.RunOne();
        Assert.InRange(ran, 1, 99);
        Assert.Equal(1, context.Outstanding);
        context.RunAll();
        Assert.Equal(100, ran);
    }

    [Fact]
    public async Task On_the_pool_and_on_a_context_without_order_they_neither_overlap_nor_overtake()
    {
        foreach (SynchronizationContext? context in new[] { null, new SynchronizationContext() })
        {
            const int Count = 20_000;
            var queue = new TaskQueue(context);
            var ran = new List<int>();
            int inside = 0, overlaps = 0;
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            for (int i = 0; i < Count; i++)
            {
                int n = i;
                queue.Enqueue(() =>
                {
                    if (Interlocked.Increment(ref inside) != 1) overlaps++;
                    ran.Add(n);
                    Interlocked.Decrement(ref inside);
                    if (n == Count - 1) done.SetResult();
                });
            }

            await done.Task.WaitAsync(Bound);
            Assert.Equal(0, overlaps);
            Assert.Equal(Enumerable.Range(0, Count), ran);
        }
    }

    [Fact]
    public async Task Context_whose_thread_is_gone_gives_way_to_the_pool()
    {
        var queue = new TaskQueue(new GoneContext());
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        queue.Enqueue(done.SetResult);
        await done.Task.WaitAsync(Bound);
    }

    private sealed class ManualContext : SynchronizationContext
    {
        private readonly ConcurrentQueue<(SendOrPostCallback, object?)> _posted = new();

        public int Outstanding => _posted.Count;

        public override void Post(SendOrPostCallback d, object? state) => _posted.Enqueue((d, state));

        public void RunOne()
        {
            Assert.True(_posted.TryDequeue(out var posted));
            posted.Item1(posted.Item2);
        }

        public void RunAll()
        {
            while (!_posted.IsEmpty) RunOne();
        }
    }

    private sealed class GoneContext : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) => throw new InvalidOperationException("the thread has ended");
    }

    private sealed class Simulation : SimulationContext
    {
        private readonly Queue<Action> _work = new();

        public override void Post(SendOrPostCallback d, object? state) => _work.Enqueue(() => d(state));

        public void RunOne() => SocketRig.WithContext<object?>(this, () =>
        {
            _work.Dequeue()();
            return null;
        });
    }
}
