using System.Globalization;
using Xunit;

namespace Cierre.Tests.Resuming;

public sealed class SessionSimulationTests
{
    // A million: CIERRE_SEEDS=1000000.
    private static readonly int Seeds = int.TryParse(Environment.GetEnvironmentVariable("CIERRE_SEEDS"), CultureInfo.InvariantCulture, out int seeds) ? seeds : 50_000;

    [Fact]
    public void Each_direction_is_whole_and_in_order_or_the_client_was_told() => Parallel.For(0, Seeds, seed =>
    {
        var simulation = new SessionSimulation(seed);
        string? broken = simulation.Run(steps: 50 + seed % 400) ?? simulation.EndIsWrong();
        if (broken is not null) Assert.Fail($"seed {seed}: {broken}\n{string.Join('\n', simulation.Story)}");
    });
}
