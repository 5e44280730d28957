using Xunit;

namespace Cierre.Tests.Tracing;

public sealed class WebSocketTraceOptionsTests
{
    [Fact]
    public void Shows_no_payload_unless_asked() => Assert.Equal((0, 1024), (new WebSocketTraceOptions().PayloadBytes, new WebSocketTraceOptions().Capacity));

    [Theory]
    [InlineData(-1)]
    [InlineData(65_537)]
    public void Payload_has_its_bounds(int bytes) =>
        Assert.Equal("PayloadBytes", Assert.Throws<ArgumentOutOfRangeException>(() => new WebSocketTraceOptions { PayloadBytes = bytes }).ParamName);

    [Theory]
    [InlineData(0)]
    [InlineData(1_000_001)]
    public void Capacity_has_its_bounds(int events) =>
        Assert.Equal("Capacity", Assert.Throws<ArgumentOutOfRangeException>(() => new WebSocketTraceOptions { Capacity = events }).ParamName);

    [Theory]
    [InlineData(-1)]
    [InlineData(1025)]
    public void Recent_frames_have_their_bounds(int frames) =>
        Assert.Equal("MaxRecentFrames", Assert.Throws<ArgumentOutOfRangeException>(() => new WebSocketConnectionOptions { MaxRecentFrames = frames }).ParamName);
}
