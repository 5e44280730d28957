using Cierre.Sending;
using Xunit;

namespace Cierre.Tests.Sending;

public sealed class BroadcastResultTests
{
    [Fact]
    public void Each_receiver_is_taken_or_closed_or_not_decided_yet() =>
        Assert.Equal(new BroadcastResult(3, 2, 1), new BroadcastResult().With(EnqueueResult.TakenForOlder).With(EnqueueResult.Taken).With(EnqueueResult.Closed).With(EnqueueResult.Waits).With(EnqueueResult.TakenForOlder));
}
