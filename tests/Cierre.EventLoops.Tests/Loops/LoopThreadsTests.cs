using Cierre.EventLoops.Loops;
using Xunit;

namespace Cierre.EventLoops.Tests.Loops;

public sealed class LoopThreadsTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Thread_that_has_done_its_job_does_the_next()
    {
        using var threads = new LoopThreads(4, TestLog.Silent);
        LoopThread? before = null;
        for (int i = 0; i < 100; i++)
        {
            var job = new Job();
            threads.Run(job);
            job.GoOn.Set();
            LoopThread thread = await job.Ran.Task.WaitAsync(Bound);
            Assert.True(SpinWait.SpinUntil(() => threads.Waiting == 1, Bound));
            Assert.Same(before ?? thread, thread);
            before = thread;
        }

        Assert.Equal(1, threads.Count);
    }

    [Fact]
    public async Task Job_beyond_the_most_waits_for_a_thread()
    {
        using var threads = new LoopThreads(2, TestLog.Silent);
        Job[] jobs = [new(), new(), new()];
        foreach (Job job in jobs) threads.Run(job);
        await jobs[0].Began.Task.WaitAsync(Bound);
        await jobs[1].Began.Task.WaitAsync(Bound);
        Assert.False(jobs[2].Began.Task.IsCompleted);
        Assert.Equal(2, threads.Count);
        jobs[1].GoOn.Set();
        await jobs[2].Began.Task.WaitAsync(Bound);
        Assert.Equal(2, threads.Count);
        foreach (Job job in jobs) job.GoOn.Set();
    }

    [Fact]
    public async Task Job_for_which_the_system_gives_no_thread_waits_for_one_of_those_there_are()
    {
        int started = 0;
        var log = new TestLog();
        using var threads = new LoopThreads(4, log.Loops, thread =>
        {
            if (++started > 1) throw new OutOfMemoryException();
            thread.Start();
        });
        Job busy = new(), waits = new();
        threads.Run(busy);
        await busy.Began.Task.WaitAsync(Bound, TestContext.Current.CancellationToken);
        threads.Run(waits);
        Assert.False(waits.Began.Task.IsCompleted);
        Assert.Equal(1, threads.Count);
        Assert.True(log.Comes("The system gives no further thread"));
        busy.GoOn.Set();
        await waits.Began.Task.WaitAsync(Bound, TestContext.Current.CancellationToken);
        waits.GoOn.Set();
    }

    [Fact]
    public async Task Loop_that_waits_for_a_thread_goes_before_the_handlers_that_do()
    {
        var log = new TestLog();
        using var threads = new LoopThreads(1, log.Loops);
        Job busy = new(), call = new(), loop = new() { IsLoop = true };
        foreach (Job job in (Job[])[busy, call, loop]) threads.Run(job);
        busy.GoOn.Set();
        await loop.Began.Task.WaitAsync(Bound, TestContext.Current.CancellationToken);
        Assert.False(call.Began.Task.IsCompleted);
        loop.GoOn.Set();
        await call.Began.Task.WaitAsync(Bound, TestContext.Current.CancellationToken);
        call.GoOn.Set();
        Assert.True(log.Comes("None of the 1 threads"));
        Assert.Single(log.Lines);
    }

    [Fact]
    public async Task Job_that_waits_for_the_system_is_begun_when_it_gives_a_thread_again()
    {
        int started = 0;
        using var threads = new LoopThreads(4, TestLog.Silent, thread =>
        {
            if (++started == 2) throw new ThreadStateException();
            thread.Start();
        });
        Job busy = new(), waits = new() { IsLoop = true };
        threads.Run(busy);
        threads.Run(waits);
        Assert.Equal(1, threads.Count);
        Assert.False(waits.Began.Task.IsCompleted);
        // It is not asked at once, but in a moment.
        Assert.True(SpinWait.SpinUntil(() => !threads.TryAgain(), Bound));
        await waits.Began.Task.WaitAsync(Bound);
        Assert.False(busy.Ran.Task.IsCompleted);
        foreach (Job job in (Job[])[busy, waits]) job.GoOn.Set();
    }

    [Fact]
    public async Task Calls_leave_to_the_loops_what_is_reserved_for_them()
    {
        using var threads = new LoopThreads(3, TestLog.Silent, reserved: 1);
        Job first = new(), second = new(), call = new(), loop = new() { IsLoop = true };
        foreach (Job job in (Job[])[first, second, call]) threads.Run(job);
        Assert.Equal(2, threads.Count);
        Assert.True(threads.TryAgain());
        Assert.Equal(2, threads.Count);
        Assert.True(threads.HasSpare);
        threads.Run(loop);
        await loop.Began.Task.WaitAsync(Bound);
        Assert.False(threads.HasSpare);
        // The thread that is free then is the one that is reserved.
        loop.GoOn.Set();
        Assert.True(SpinWait.SpinUntil(() => threads.HasSpare, Bound));
        Assert.False(call.Began.Task.IsCompleted);
        first.GoOn.Set();
        await call.Began.Task.WaitAsync(Bound);
        Assert.True(threads.HasSpare);
        foreach (Job job in (Job[])[second, call]) job.GoOn.Set();
    }

    [Fact]
    public void Job_that_cannot_wait_is_refused_where_the_system_gives_no_thread()
    {
        var failure = new OutOfMemoryException();
        using var threads = new LoopThreads(4, TestLog.Silent, _ => throw failure);
        Assert.Same(failure, Assert.Throws<InvalidOperationException>(() => threads.Begin(new Job())).InnerException);
        Assert.Equal(0, threads.Count);
    }

    [Fact]
    public async Task Thread_whose_job_throws_does_the_next_and_the_job_is_told()
    {
        using var threads = new LoopThreads(1, TestLog.Silent);
        var job = new ThrowingJob();
        threads.Run(job);
        Assert.IsType<NotSupportedException>(await job.Thrown.Task.WaitAsync(Bound, TestContext.Current.CancellationToken));
        var next = new Job();
        next.GoOn.Set();
        threads.Run(next);
        await next.Ran.Task.WaitAsync(Bound, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Disposed_they_end_when_their_jobs_do()
    {
        var threads = new LoopThreads(4, TestLog.Silent);
        Job busy = new(), done = new();
        threads.Run(busy);
        threads.Run(done);
        done.GoOn.Set();
        await done.Ran.Task.WaitAsync(Bound);
        Assert.True(SpinWait.SpinUntil(() => threads.Waiting == 1, Bound));
        threads.Dispose();
        Assert.Equal(1, threads.Count);
        busy.GoOn.Set();
        Assert.True(SpinWait.SpinUntil(() => threads.Count == 0, Bound));
    }

    private sealed class Job : ILoopJob
    {
        public TaskCompletionSource Began { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource<LoopThread> Ran { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ManualResetEventSlim GoOn { get; } = new();

        public void Run(LoopThread thread)
        {
            Began.SetResult();
            Assert.True(GoOn.Wait(Bound));
            Ran.SetResult(thread);
        }

        public bool IsLoop { get; init; }

        public void Failed(Exception exception) => throw exception;
    }

    private sealed class ThrowingJob : ILoopJob
    {
        public TaskCompletionSource<Exception> Thrown { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool IsLoop => false;

        public void Run(LoopThread thread) => throw new NotSupportedException();

        public void Failed(Exception exception) => Thrown.SetResult(exception);
    }
}
