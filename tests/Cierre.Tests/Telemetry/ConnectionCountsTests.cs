using Cierre.Telemetry;

namespace Cierre.Tests.Telemetry;

public sealed class ConnectionCountsTests
{
    [Fact]
    public void Sum_is_that_of_each_count() =>
        Assert.Equal(new ConnectionCounts(11, 22, 33, 44, 55, 66), new ConnectionCounts(1, 2, 3, 4, 5, 6) + new ConnectionCounts(10, 20, 30, 40, 50, 60));
}
