using Cierre.Sending;
using Xunit;

namespace Cierre.Tests.Sending;

public sealed class SendBufferTests
{
    [Fact]
    public void Buffer_takes_one_message_and_then_up_to_its_limit()
    {
        var buffer = new SendBuffer(10, SlowReaderPolicy.Wait);
        Assert.True(buffer.HasRoom(0, 100) && buffer.HasRoom(5, 5));
        Assert.False(buffer.HasRoom(5, 6));
    }
}
