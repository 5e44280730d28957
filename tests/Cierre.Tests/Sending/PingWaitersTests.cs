using Cierre.Sending;
using Xunit;

namespace Cierre.Tests.Sending;

public sealed class PingWaitersTests
{
    [Fact]
    public async Task Answer_completes_its_ping_and_those_before_it()
    {
        PingWaiters waiters = default;
        Task<TimeSpan> first = waiters.Add(1, TimeSpan.FromSeconds(1)), second = waiters.Add(2, TimeSpan.FromSeconds(2)), third = waiters.Add(3, TimeSpan.FromSeconds(3));
        waiters.Answer(2, TimeSpan.FromSeconds(5));
        Assert.Equal((4, 3), ((await first).TotalSeconds, (await second).TotalSeconds));
        Assert.False(third.IsCompleted);
        waiters.Answer(3, TimeSpan.FromSeconds(6));
        Assert.Equal(3, (await third).TotalSeconds);
    }

    [Fact]
    public async Task Failing_fails_those_that_wait_and_nothing_later()
    {
        PingWaiters waiters = default;
        var record = new CloseRecord();
        waiters.Answer(1, default);
        waiters.Fail(record);
        Task<TimeSpan> waiting = waiters.Add(1, default);
        waiters.Fail(record);
        Assert.Same(record, (await Assert.ThrowsAsync<WebSocketClosedException>(() => waiting)).Record);
        Assert.False(waiters.Add(2, default).IsCompleted);
    }
}
