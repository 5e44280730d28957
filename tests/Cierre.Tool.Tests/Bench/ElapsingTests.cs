using Cierre.Tool.Bench;
using Xunit;

namespace Cierre.Tool.Tests.Bench;

public sealed class ElapsingTests
{
    private static readonly TimeSpan Asked = TimeSpan.FromMilliseconds(500.25);

    [Fact]
    public async Task Timer_that_comes_early_does_not_end_the_wait()
    {
        var clock = new EarlyClock();
        await clock.WaitAsync(clock.GetTimestamp(), Asked, new TaskCompletionSource().Task, CancellationToken.None);
        Assert.InRange(clock.Now, Asked, Asked + TimeSpan.FromMilliseconds(1));
        Assert.True(clock.Timers > 1);
    }

    [Fact]
    public async Task Time_that_has_passed_is_not_waited_for()
    {
        var clock = new EarlyClock();
        await clock.WaitAsync(clock.GetTimestamp() - Asked.Ticks, Asked, new TaskCompletionSource().Task, CancellationToken.None);
        Assert.Equal((TimeSpan.Zero, 0), (clock.Now, clock.Timers));
    }

    [Fact]
    public async Task Nothing_left_to_wait_for_ends_the_wait()
    {
        var over = new TaskCompletionSource();
        Task wait = TimeProvider.System.WaitAsync(TimeProvider.System.GetTimestamp(), TimeSpan.FromHours(1), over.Task, CancellationToken.None);
        Assert.False(wait.IsCompleted);
        over.SetResult();
        await wait.WaitAsync(ToolProcess.Bound);
    }

    [Fact]
    public async Task Interruption_ends_the_wait_without_an_exception()
    {
        using var interruption = new CancellationTokenSource();
        Task wait = TimeProvider.System.WaitAsync(TimeProvider.System.GetTimestamp(), TimeSpan.FromHours(1), new TaskCompletionSource().Task, interruption.Token);
        Assert.False(wait.IsCompleted);
        await interruption.CancelAsync();
        await wait.WaitAsync(ToolProcess.Bound);
    }

    /// <summary>A clock that only its timers move, each by nine tenths of what it was to wait for.</summary>
    private sealed class EarlyClock : TimeProvider
    {
        public TimeSpan Now { get; private set; }

        public int Timers { get; private set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Timers++;
            Now += dueTime.TotalMilliseconds > 1 ? dueTime * 0.9 : dueTime;
            return System.CreateTimer(callback, state, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }
}
