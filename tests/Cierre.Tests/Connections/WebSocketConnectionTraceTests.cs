using Cierre.TestKit;
using Xunit;

namespace Cierre.Tests.Connections;

public sealed class WebSocketConnectionTraceTests
{
    [Fact]
    public async Task Last_frames_are_kept_where_the_options_say_so()
    {
        var played = new Played(setup: options => options.MaxRecentFrames = 2);
        foreach (string text in (string[])["a", "bb", "ccc"]) await played.Connection.SendAsync(text);
        played.PeerText("dddd");
        IReadOnlyList<WebSocketTraceFrame> frames = played.Connection.GetRecentFrames();
        Assert.Equal([(false, 3L), (true, 4L)], frames.Select(frame => (frame.IsReceived, frame.Length!.Value)));
        Assert.All(frames, frame => Assert.True(frame.Payload.IsEmpty));
        played.Wire.End();
        await played.Ended;
        Assert.Equal(2, played.Connection.GetRecentFrames().Count);
    }

    [Fact]
    public async Task Last_frames_are_kept_from_when_somebody_asks_for_it()
    {
        var played = new Played();
        await played.Connection.SendAsync("before");
        Assert.Empty(played.Connection.GetRecentFrames());
        await played.Connection.SendAsync("looked at, and not kept");
        Assert.Empty(played.Connection.GetRecentFrames());
        played.Connection.KeepRecentFrames(16);
        Assert.Empty(played.Connection.GetRecentFrames());
        for (int i = 0; i < 20; i++) await played.Connection.SendAsync("after");
        Assert.Equal(16, played.Connection.GetRecentFrames().Count);
    }

    [Fact]
    public async Task Another_count_keeps_the_last_of_those_that_are_kept()
    {
        var played = new Played(setup: options => options.MaxRecentFrames = 4);
        for (int length = 1; length <= 5; length++) await played.Connection.SendAsync(new byte[length]);
        played.Connection.KeepRecentFrames(3);
        Assert.Equal([3L, 4L, 5L], played.Connection.GetRecentFrames().Select(frame => frame.Length!.Value));
        played.Connection.KeepRecentFrames(5);
        for (int length = 6; length <= 8; length++) await played.Connection.SendAsync(new byte[length]);
        Assert.Equal([4L, 5L, 6L, 7L, 8L], played.Connection.GetRecentFrames().Select(frame => frame.Length!.Value));
        played.Wire.End();
        await played.Ended;
        played.Connection.KeepRecentFrames(1);
        Assert.Equal(5, played.Connection.GetRecentFrames().Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1025)]
    public void Count_of_frames_to_keep_has_bounds(int count) =>
        Assert.Equal("count", Assert.Throws<ArgumentOutOfRangeException>(() => new Played().Connection.KeepRecentFrames(count)).ParamName);

    [Fact]
    public Task Echo_with_kept_frames_still_allocates_nothing() => OwnProcess.RunAsync(typeof(WebSocketConnectionTraceTests), async () =>
    {
        var played = new Played(setup: options => options.MaxRecentFrames = 16) { Wire = { Captures = false } };
        Task echo = Echo();
        byte[] frame = played.Frame(Played.Binary, new byte[32]), scratch = new byte[frame.Length];
        long least = long.MaxValue;
        for (int run = 0; run < 20 && least != 0; run++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 1_000; i++)
            {
                frame.CopyTo(scratch, 0);
                played.Wire.PushInPlace(scratch);
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        OwnProcess.Figure("bytes allocated for 1,000 messages", least, 0);
        Assert.Equal(16, played.Connection.GetRecentFrames().Count);
        played.Wire.End();
        await Played.Within(echo);

        async Task Echo()
        {
            await foreach (WebSocketMessage message in played.Connection.ReadAllAsync()) await played.Connection.SendAsync(message);
        }
    });
}
