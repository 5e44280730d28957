using Cierre.Sending;
using Cierre.Tests.Connections;
using Xunit;

namespace Cierre.Tests.Sending;

public sealed class SlowReceiversTests
{
    [Fact]
    public async Task Result_is_there_when_each_is_decided_and_names_the_slow_ones()
    {
        var slow = new SlowReceivers();
        WebSocketConnection dropped = new Played().Connection;
        slow.Add(dropped);
        slow.Expect();
        slow.Expect();
        slow.Took();
        Task<BroadcastResult> result = slow.AwaitAsync(new BroadcastResult(5, 1, 2), CancellationToken.None).AsTask();
        Assert.False(result.IsCompleted);
        slow.Lost();
        Assert.Equal(new BroadcastResult(6, 1, 3), await Played.Within(result));
        Assert.Equal([dropped], (await result).SlowReaders);
    }

    [Fact]
    public void Nothing_to_wait_for_is_decided_at_once()
    {
        var slow = new SlowReceivers();
        slow.Add(new Played().Connection);
        Assert.True(slow.AwaitAsync(new BroadcastResult(1, 1, 0), CancellationToken.None).IsCompletedSuccessfully);
    }
}

public sealed class WaitingBroadcastTests
{
    private readonly WebSocketConnection _receiver = new Played().Connection;
    private readonly SlowReceivers _slow = new();

    [Fact]
    public async Task Message_that_finds_room_is_taken_once_and_fails_later_as_any()
    {
        var waiting = Waiting();
        Assert.Equal((TimeSpan.FromSeconds(1), false, 3), (waiting.TakenBy, waiting.IsTaken, waiting.Rest));
        waiting.Take();
        Assert.Equal((TimeSpan.MaxValue, true), (waiting.TakenBy, waiting.IsTaken));
        waiting.Fail(new InvalidOperationException());
        Assert.Equal(new BroadcastResult(1, 0, 0), await _slow.AwaitAsync(default, CancellationToken.None));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Message_that_finds_none_loses_its_receiver_which_is_slow_only_where_that_is_why(bool slow)
    {
        WaitingBroadcast waiting = Waiting();
        if (slow) waiting.NoteSlow();
        waiting.Fail(new InvalidOperationException());
        BroadcastResult result = await _slow.AwaitAsync(default, CancellationToken.None);
        Assert.Equal(new BroadcastResult(0, 0, 1), result);
        Assert.Equal(slow ? [_receiver] : [], result.SlowReaders);
    }

    private WaitingBroadcast Waiting()
    {
        _slow.Expect();
        return new WaitingBroadcast(new UnawaitedSend(WebSocketOpcode.Binary, Cierre.Buffers.SharedBytes.CopyOf(new byte[3]), compressible: true), TimeSpan.FromSeconds(1), _receiver, _slow);
    }
}
