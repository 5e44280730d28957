using Cierre.Resuming;
using Cierre.Sending;
using Cierre.Sessions;
using Cierre.Tests.Resuming;
using Xunit;

namespace Cierre.Tests.Sessions;

public sealed class WindowQueueTests
{
    private readonly ResumeSession _session = ResumeSession.OfServer(new ResumeLimits(2, 1000), TimeSpan.FromMinutes(1));
    private WindowQueue _queue;

    [Fact]
    public void Sends_are_taken_in_their_order_as_room_comes()
    {
        var first = new AwaitedSend(WebSocketOpcode.Binary, new byte[3], final: true);
        var second = new AwaitedSend("dos");
        _queue.Add(first);
        _queue.Add(second);
        Assert.Equal(6, _queue.Bytes);
        Assert.True(_queue.TryTake(_session, out AwaitedSend? taken));
        Assert.Same(first, taken);
        for (int i = 0; i < 2; i++) _session.Send(WebSocketOpcode.Binary, [1], ResumeLine.Nowhere);
        Assert.False(_queue.TryTake(_session, out _));
        _session.Receive(WebSocketOpcode.Text, "+1"u8.ToArray(), ResumeLine.Nowhere, default);
        Assert.True(_queue.TryTake(_session, out taken));
        Assert.Equal("dos"u8, taken!.Payload);
        Assert.True(_queue.IsEmpty);
        Assert.Equal(0, _queue.Bytes);
        taken.Complete();
    }

    [Fact]
    public async Task One_that_is_taken_out_waits_no_more_and_the_others_fail_together()
    {
        var first = new AwaitedSend(WebSocketOpcode.Binary, new byte[3], final: true);
        var second = new AwaitedSend(WebSocketOpcode.Binary, new byte[5], final: true);
        _queue.Add(first);
        _queue.Add(second);
        Assert.True(_queue.Remove(first));
        Assert.False(_queue.Remove(first));
        Assert.Equal(5, _queue.Bytes);
        _queue.Fail(ResumeLine.Record(4001));
        Assert.True(_queue.IsEmpty);
        Assert.Equal(4001, (await Assert.ThrowsAsync<WebSocketClosedException>(async () => await second.Task)).Record.Code);
        Assert.False(first.Task.IsCompleted);
    }
}
