using Cierre.AspNetCore.SystemNet;
using Cierre.TestKit;
using Xunit;

namespace Cierre.AspNetCore.Tests.SystemNet;

public sealed class ControlFramesTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Close_frame_passes_a_strict_reader(bool masked)
    {
        WireFrame frame = Assert.Single(WireFrame.ParseAll(ControlFrames.Close(new CloseFrame(1012, "the service restarts"), masked), masked ? Side.Client : Side.Server));
        Assert.True(frame.IsClose);
        Assert.Equal(new CloseFrame(1012, "the service restarts"), frame.Close);
    }

    [Fact]
    public void Reason_that_is_too_long_ends_at_the_last_character_that_fits()
    {
        WireFrame frame = Assert.Single(WireFrame.ParseAll(ControlFrames.Close(new CloseFrame(1012, "x" + new string('é', 100)), masked: false), Side.Server));
        Assert.Equal("x" + new string('é', 61), frame.Close.Reason);
    }

    [Fact]
    public void Key_is_another_each_time() =>
        Assert.NotEqual(ControlFrames.Close(new CloseFrame(1012), masked: true), ControlFrames.Close(new CloseFrame(1012), masked: true));
}
