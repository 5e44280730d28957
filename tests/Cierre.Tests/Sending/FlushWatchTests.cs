using Cierre.Sending;
using Xunit;

namespace Cierre.Tests.Sending;

public sealed class FlushWatchTests
{
    private long _acknowledged;

    [Fact]
    public void Output_is_stuck_when_nothing_moved_for_the_timeout()
    {
        var watch = new FlushWatch(S(40));
        Assert.Equal(TimeSpan.MaxValue, watch.Deadline);
        Assert.True(watch.Begin(S(100), 0));
        Assert.Equal(S(110), watch.Deadline);
        Assert.False(IsStuck(ref watch, 110));
        Assert.False(IsStuck(ref watch, 139));
        Assert.True(IsStuck(ref watch, 140));
    }

    [Fact]
    public void Next_flush_that_waits_begins_the_time_anew_because_the_one_before_was_completed()
    {
        var watch = new FlushWatch(S(40));
        Assert.True(watch.Begin(S(100), 0));
        watch.Moved(S(101));
        _acknowledged = 5;
        Assert.False(watch.Begin(S(109), 5));
        Assert.Equal(S(110), watch.Deadline);
        Assert.False(IsStuck(ref watch, 110));
        Assert.False(IsStuck(ref watch, 148));
        Assert.True(IsStuck(ref watch, 149));
    }

    [Fact]
    public void Flush_that_completes_or_bytes_that_are_acknowledged_begin_the_time_anew()
    {
        var watch = new FlushWatch(S(40));
        watch.Begin(S(0), 0);
        watch.Moved(S(30));
        Assert.False(IsStuck(ref watch, 69));
        _acknowledged = 1;
        Assert.False(IsStuck(ref watch, 80));
        Assert.False(IsStuck(ref watch, 119));
        Assert.True(IsStuck(ref watch, 120));
    }

    [Fact]
    public void Nothing_is_watched_when_nothing_waits_or_nobody_asked()
    {
        var watch = new FlushWatch(S(40));
        watch.Begin(S(0), 0);
        Assert.False(watch.IsStuck(waits: false, S(50), () => 0));
        Assert.False(watch.IsWatched);
        var off = new FlushWatch(Timeout.InfiniteTimeSpan);
        Assert.False(off.Begin(S(0), 0) || new FlushWatch(TimeSpan.Zero).Begin(S(0), 0));
        Assert.Equal(TimeSpan.MaxValue, off.Deadline);
    }

    private bool IsStuck(ref FlushWatch watch, int now) => watch.IsStuck(waits: true, S(now), () => _acknowledged);

    private static TimeSpan S(int seconds) => TimeSpan.FromSeconds(seconds);
}
