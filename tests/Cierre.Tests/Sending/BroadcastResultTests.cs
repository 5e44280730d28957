using Cierre.Sending;
using Xunit;

namespace Cierre.Tests.Sending;

public sealed class BroadcastResultTests
{
    [Fact]
    public void Each_receiver_is_taken_or_closed_or_not_decided_yet() =>
        Assert.Equal(new BroadcastResult(3, 2, 1), new BroadcastResult().With(Posted.TakenForOlder).With(Posted.Taken).With(Posted.Closed).With(Posted.Waits).With(Posted.TakenForOlder));
}
