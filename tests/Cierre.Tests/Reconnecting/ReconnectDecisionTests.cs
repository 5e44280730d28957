using Xunit;

namespace Cierre.Tests.Reconnecting;

public sealed class ReconnectDecisionTests
{
    [Fact]
    public void Delay_is_not_negative()
    {
        Assert.Throws<ArgumentOutOfRangeException>("delay", () => ReconnectDecision.After(TimeSpan.FromTicks(-1)));
        Assert.Throws<ArgumentOutOfRangeException>("delay", () => ReconnectDecision.WithNewCredentials(TimeSpan.FromTicks(-1)));
    }

    [Fact]
    public void Each_decision_is_one_thing()
    {
        Assert.Equal((true, false, false), Facts(ReconnectDecision.Stop));
        Assert.Equal((false, true, false), Facts(ReconnectDecision.AsAdvised));
        Assert.Equal((false, false, false), Facts(ReconnectDecision.After(TimeSpan.Zero)));
        Assert.Equal((false, false, true), Facts(ReconnectDecision.WithNewCredentials()));

        static (bool, bool, bool) Facts(ReconnectDecision d) => (d.Stops, d.IsAdvice, d.Renews);
    }
}
