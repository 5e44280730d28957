using Cierre.Deflate;
using Xunit;

namespace Cierre.Tests.Deflate;

public sealed class SlidingWindowTests
{
    [Theory]
    [InlineData(1, 258)]
    [InlineData(3, 10)]
    [InlineData(200, 200)]
    [InlineData(32_768, 258)]
    public void Repeats_what_is_so_far_back_also_over_its_own_beginning(int distance, int length)
    {
        using var window = new SlidingWindow();
        var all = new List<byte>();
        var random = new Random(distance);
        byte[] piece = new byte[1000];
        for (int i = 0; i < 150; i++)
        {
            random.NextBytes(piece);
            window.Append(piece);
            all.AddRange(piece);
            if (all.Count < distance) continue;
            Assert.True(window.TryRepeat(distance, length));
            for (int n = 0; n < length; n++) all.Add(all[^distance]);
            Assert.Equal(all[^length..], window.Take().ToArray());
        }
    }

    [Fact]
    public void What_was_put_is_taken_once_and_what_was_appended_never()
    {
        using var window = new SlidingWindow();
        window.Append("before"u8);
        Assert.Equal(0, window.Fresh);
        window.Put((byte)'a');
        window.Put("bc"u8);
        Assert.Equal(3, window.Fresh);
        Assert.Equal("abc"u8.ToArray(), window.Take().ToArray());
        Assert.True(window.Take().IsEmpty);
    }

    [Fact]
    public void Nothing_is_farther_back_than_the_beginning()
    {
        using var window = new SlidingWindow();
        window.Append("abc"u8);
        Assert.False(window.TryRepeat(4, 1));
        Assert.True(window.TryRepeat(3, 1));
        window.Dispose();
        Assert.False(window.TryRepeat(1, 1));
    }

    [Theory]
    [InlineData(40_000)]
    [InlineData(32_768)]
    public void Of_more_than_the_window_the_end_is_kept(int length)
    {
        byte[] data = new byte[length];
        new Random(1).NextBytes(data);
        using var window = new SlidingWindow();
        window.Append("gone"u8);
        window.Append(data);
        Assert.True(window.TryRepeat(SlidingWindow.Size, 5));
        Assert.Equal(data[^SlidingWindow.Size..][..5], window.Take().ToArray());
    }
}
