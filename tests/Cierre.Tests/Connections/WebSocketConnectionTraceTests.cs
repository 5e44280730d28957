using Cierre.TestKit;
using Xunit;

namespace Cierre.Tests.Connections;

public sealed class WebSocketConnectionTraceTests
{
    [Fact]
    public async Task Last_frames_are_kept_where_the_options_say_so()
    {
        var played = new Played(setup: options => options.RecentFrames = 2);
        foreach (string text in (string[])["a", "bb", "ccc"]) await played.Connection.SendAsync(text);
        played.PeerText("dddd");
        IReadOnlyList<WebSocketTraceFrame> frames = played.Connection.GetRecentFrames();
        Assert.Equal([(false, 3L), (true, 4L)], frames.Select(frame => (frame.Received, frame.Length!.Value)));
        Assert.All(frames, frame => Assert.True(frame.Payload.IsEmpty));
        played.Wire.End();
        await played.Ended;
        Assert.Equal(2, played.Connection.GetRecentFrames().Count);
    }

    [Fact]
    public async Task First_look_begins_to_keep_the_last_16()
    {
        var played = new Played();
        await played.Connection.SendAsync("before");
        Assert.Empty(played.Connection.GetRecentFrames());
        for (int i = 0; i < 20; i++) await played.Connection.SendAsync("after");
        Assert.Equal(16, played.Connection.GetRecentFrames().Count);
    }

    [Fact]
    public Task Echo_with_kept_frames_still_allocates_nothing() => OwnProcess.RunAsync(typeof(WebSocketConnectionTraceTests), async () =>
    {
        var played = new Played(setup: options => options.RecentFrames = 16) { Wire = { Captures = false } };
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
