using Cierre.Resuming;
using Xunit;

namespace Cierre.Tests.Resuming;

public sealed class ResumeLimitsTests
{
    [Theory]
    [InlineData(0, 0, 1000, true)]
    [InlineData(1, 5, 5, true)]
    [InlineData(1, 5, 6, false)]
    [InlineData(2, 0, 0, false)]
    public void Window_has_room_within_both_limits_and_for_one_message_whatever_its_size(long messages, long bytes, long another, bool hasRoom) =>
        Assert.Equal(hasRoom, new ResumeLimits(2, 10).HasRoom(messages, bytes, another));
}
