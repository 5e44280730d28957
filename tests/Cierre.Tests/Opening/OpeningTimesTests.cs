using System.Globalization;
using Xunit;

namespace Cierre.Tests.Opening;

public sealed class OpeningTimesTests
{
    [Fact]
    public void Phase_that_was_gone_through_twice_takes_the_sum_and_one_that_was_not_has_none()
    {
        var times = new OpeningTimes([Step(OpeningPhase.Tcp, 0, 1), Step(OpeningPhase.Upgrade, 1, 2), Step(OpeningPhase.Tcp, 3, 4)], TimeSpan.FromSeconds(9));
        Assert.Equal(TimeSpan.FromSeconds(5), times.GetDuration(OpeningPhase.Tcp));
        Assert.Null(times.GetDuration(OpeningPhase.Tls));
    }

    [Fact]
    public void Addresses_that_were_tried_beside_each_other_take_the_time_that_passed()
    {
        var times = new OpeningTimes([Step(OpeningPhase.Tcp, 1, 4), Step(OpeningPhase.Tcp, 2, 1), Step(OpeningPhase.Tcp, 3, 4), Step(OpeningPhase.Tcp, 9, 1)], TimeSpan.FromSeconds(10));
        Assert.Equal(TimeSpan.FromSeconds(7), times.GetDuration(OpeningPhase.Tcp));
    }

    private static OpeningStep Step(OpeningPhase phase, int start, int seconds) => new(phase, TimeSpan.FromSeconds(start), TimeSpan.FromSeconds(seconds), succeeded: true);
}

public sealed class OpeningStepTests
{
    [Theory]
    [InlineData(OpeningPhase.NameResolution, "name resolution", "resolución del nombre")]
    [InlineData(OpeningPhase.Tcp, "TCP connection", "conexión TCP")]
    [InlineData(OpeningPhase.Proxy, "way through the proxy", "paso por el proxy")]
    [InlineData(OpeningPhase.Tls, "TLS handshake", "negociación TLS")]
    [InlineData(OpeningPhase.Upgrade, "opening handshake", "negociación de apertura")]
    public void Phase_has_its_name_in_both_languages(OpeningPhase phase, string english, string spanish)
    {
        var step = new OpeningStep(phase, TimeSpan.Zero, TimeSpan.Zero, succeeded: true);
        Assert.Equal((english, spanish), (step.Describe(CultureInfo.InvariantCulture), step.Describe(CultureInfo.GetCultureInfo("es-MX"))));
    }
}
