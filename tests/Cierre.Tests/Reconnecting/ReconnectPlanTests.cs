using Xunit;

namespace Cierre.Tests.Reconnecting;

public sealed class ReconnectPlanTests
{
    [Fact]
    public void Plan_whose_attempt_is_not_made_keeps_what_it_says_of_the_end()
    {
        var last = new CloseRecord { Code = 3000 };
        var url = new Uri("ws://example.com/");
        ReconnectPlan ended = new ReconnectPlan(last, 3, TimeSpan.FromSeconds(7), url, renewsCredentials: true).Ended();
        Assert.Equal((last, 3, null, url, false), (ended.Last, ended.Attempt, ended.Delay, ended.Url, ended.RenewsCredentials));
    }
}
