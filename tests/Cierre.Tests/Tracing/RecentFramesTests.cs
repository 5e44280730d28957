using Cierre.Protocol;
using Cierre.Tracing;
using Xunit;

namespace Cierre.Tests.Tracing;

public sealed class RecentFramesTests
{
    [Theory]
    [InlineData(0, new long[] { })]
    [InlineData(2, new long[] { 0, 1 })]
    [InlineData(3, new long[] { 0, 1, 2 })]
    [InlineData(8, new long[] { 5, 6, 7 })]
    public void Keeps_the_last_ones_the_oldest_first(int count, long[] kept)
    {
        var recent = new RecentFrames(3);
        for (int i = 0; i < count; i++) recent.Add(TimeSpan.FromSeconds(i), ObservedFrame.Sent(WebSocketRole.Client, WebSocketOpcode.Text, fin: true, compressed: false, i));
        WebSocketTraceFrame[] frames = recent.ToArray();
        Assert.Equal(kept, frames.Select(frame => frame.Length!.Value));
        Assert.Equal(kept, frames.Select(frame => (long)frame.Elapsed.TotalSeconds));
    }

    [Fact]
    public void Frame_takes_24_bytes() => Assert.Equal(24, System.Runtime.CompilerServices.Unsafe.SizeOf<(TimeSpan, ObservedFrame)>());
}
