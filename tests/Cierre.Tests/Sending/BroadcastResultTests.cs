using Cierre.Sending;
using Xunit;

namespace Cierre.Tests.Sending;

public sealed class BroadcastResultTests
{
    [Fact]
    public void Each_receiver_is_taken_or_closed_or_not_decided_yet() =>
        Assert.Equal(new BroadcastResult(3, 2, 1), new BroadcastResult().With(EnqueueResult.TakenForOlder).With(EnqueueResult.Taken).With(EnqueueResult.Closed).With(EnqueueResult.Waits).With(EnqueueResult.TakenForOlder));

    [Fact]
    public void Results_are_equal_by_their_counts_whoever_reads_slowly()
    {
        (WebSocketConnection client, _) = WebSocketConnection.CreatePair();
        BroadcastResult result = new(3, 2, 1), same = result with { SlowReaders = [client] };
        Assert.True(result == same && result.Equals((object)same) && result.GetHashCode() == same.GetHashCode());
        Assert.All([new(4, 2, 1), new(3, 1, 1), new(3, 2, 0), default], (BroadcastResult other) => Assert.True(result != other && !result.Equals((object)other)));
        Assert.Equal("3 taken, 2 dropped, 1 closed", result.ToString());
        Assert.Empty(default(BroadcastResult).SlowReaders);
    }
}
