using Cierre.Sending;
using Xunit;

namespace Cierre.Tests.Sending;

public sealed class OutboxEntryTests
{
    [Fact]
    public void Send_holds_the_bytes_of_its_text_from_when_it_is_taken()
    {
        var send = new AwaitedSend("né");
        Assert.Equal((3, false, TimeSpan.MaxValue), (send.Rest, send.IsTaken, send.TakenBy));
        send.Take();
        Assert.Equal((3, true), (send.Rest, send.IsTaken));
        send.Complete();
        Assert.True(send.Task.IsCompletedSuccessfully);
    }

    [Fact]
    public void Send_of_bytes_has_as_many_before_and_after()
    {
        var send = new AwaitedSend(WebSocketOpcode.Binary, new byte[5], final: true);
        Assert.Equal((5, false), (send.Rest, send.MayDrop));
        send.Take();
        Assert.Equal(5, send.Rest);
    }
}
