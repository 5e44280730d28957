using Cierre.Connections;
using Xunit;

namespace Cierre.Tests.Connections;

public sealed class BroadcastResultTests
{
    [Fact]
    public void Each_receiver_counts_once() =>
        Assert.Equal(new BroadcastResult(1, 2, 1), new BroadcastResult().With(Posted.Dropped).With(Posted.Taken).With(Posted.Closed).With(Posted.Dropped));
}
