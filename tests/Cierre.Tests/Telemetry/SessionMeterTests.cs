using Cierre.Telemetry;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Tests.Telemetry;

public sealed class SessionMeterTests
{
    [Fact]
    public void Resumption_is_counted_with_its_pause_and_what_was_repeated()
    {
        using var probe = new MeterProbe(CierreTelemetry.MeterName, "http.route", "/resumed");
        SessionMeter.Resumed("/resumed", TimeSpan.FromSeconds(1.5), toPeer: 6, byPeer: 2);
        SessionMeter.Resumed("/resumed", TimeSpan.FromSeconds(3), toPeer: 1, byPeer: null);
        Assert.Equal([("resumed", 1), ("resumed", 1)], probe.Of("cierre.session.resumptions").Select(one => ((string)one.Attributes["cierre.session.outcome"]!, one.Value)));
        Assert.Equal([1.5, 3], probe.Of("cierre.session.pause").Select(one => one.Value));
        Assert.Equal([("transmit", 6), ("receive", 2), ("transmit", 1)],
            probe.Of("cierre.session.repeated").Select(one => ((string)one.Attributes["network.io.direction"]!, one.Value)));
    }

    [Fact]
    public void What_does_not_go_on_says_why()
    {
        using var probe = new MeterProbe(CierreTelemetry.MeterName, "http.route", "/not-resumed");
        SessionMeter.NotResumed("/not-resumed", loss: null);
        SessionMeter.NotResumed("/not-resumed", "expired");
        SessionMeter.Ended("/not-resumed", loss: null);
        SessionMeter.Ended("/not-resumed", "buffer-full");
        Assert.Equal([("ended", null), ("lost", "expired")], probe.Of("cierre.session.resumptions").Select(one =>
            ((string)one.Attributes["cierre.session.outcome"]!, (string?)one.Attributes.GetValueOrDefault("cierre.session.loss"))));
        Assert.Equal([null, "buffer-full"], probe.Of("cierre.session.ends").Select(one => (string?)one.Attributes.GetValueOrDefault("cierre.session.loss")));
    }

    [Fact]
    public void Sessions_are_asked_for_when_somebody_collects_until_they_are_forgotten()
    {
        IEnumerable<(string, bool)> Sessions() => [("/active", true), ("/active", false), ("/active", false), ("/another", false)];
        Func<IEnumerable<(string Route, bool IsAway)>> source = Sessions;
        using var probe = new MeterProbe(CierreTelemetry.MeterName, "http.route", "/active");
        SessionMeter.Observe(source);
        Assert.Equal([("away", 1), ("carried", 2)],
            probe.Observe("cierre.session.active").Select(one => ((string)one.Attributes["cierre.session.state"]!, one.Value)).Order());
        SessionMeter.Forget(source);
        Assert.Empty(probe.Observe("cierre.session.active"));
    }

    [Fact]
    public void Gap_has_its_reason()
    {
        using var probe = new MeterProbe(CierreTelemetry.MeterName, "cierre.topic.gap", "of this test");
        SessionMeter.Gap("of this test");
        Assert.Equal(1, Assert.Single(probe.Of("cierre.topic.gaps")).Value);
    }
}
