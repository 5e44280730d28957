using Cierre.Protocol;
using Cierre.Sending;
using Cierre.Tests.Connections;
using Xunit;

namespace Cierre.Tests.Sending;

/// <summary>What becomes of a message of a broadcast at one connection.</summary>
public sealed class BroadcastSendsTests
{
    [Fact]
    public void Message_that_finds_room_is_taken_and_leaves_with_the_flush()
    {
        var played = new Played();
        Assert.Equal(EnqueueResult.Taken, Enqueue(played, 100));
        Assert.Empty(played.Sent);
        played.Connection.Driver.Sending.FlushEnqueued();
        Assert.Equal(100, Assert.Single(played.Sent).Payload.Length);
    }

    [Fact]
    public async Task Connection_that_closes_takes_none()
    {
        var played = new Played();
        played.PeerClose(1000);
        played.Wire.End();
        await played.Ended;
        Assert.Equal(EnqueueResult.Closed, Enqueue(played, 100));
    }

    [Theory]
    [InlineData(SlowReaderPolicy.Wait, EnqueueResult.Waits)]
    [InlineData(SlowReaderPolicy.DropOldest, EnqueueResult.TakenForOlder)]
    [InlineData(SlowReaderPolicy.Close, EnqueueResult.Closed)]
    internal void Message_without_room_goes_as_the_policy_says(SlowReaderPolicy policy, EnqueueResult expected)
    {
        var played = new Played(setup: options => (options.SlowReaderPolicy, options.SendBufferLimit) = (policy, 1000)) { Wire = { HoldsFlushes = true } };
        EnqueueResult result = EnqueueResult.Taken;
        for (int i = 0; i < 5 && result == EnqueueResult.Taken; i++)
        {
            result = Enqueue(played, 600);
            played.Connection.Driver.Sending.FlushEnqueued();
        }

        Assert.Equal(expected, result);
    }

    private static EnqueueResult Enqueue(Played played, int size)
    {
        using var message = new BroadcastMessage(WebSocketOpcode.Binary, new byte[size]);
        return played.Connection.Driver.Sending.Broadcasts.Enqueue(message, played.Connection);
    }
}
