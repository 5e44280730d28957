using Cierre.Browser;
using Cierre.TestKit;
using Xunit;
using WebSocket = Cierre.Browser.WebSocket;

namespace Cierre.Tests.Browser;

/// <summary>What runs in parallel to the socket, where the close and the network race.</summary>
public sealed class SocketLinkTests
{
    [Fact]
    public async Task Close_that_races_the_opening_ends_in_one_close_event_whoever_wins()
    {
        await using var server = RawServer.Start(async peer =>
        {
            try
            {
                RawFrame frame = await peer.ReadFrameAsync();
                await peer.SendFrameAsync(8, frame.Payload);
            }
            catch (Exception e) when (e is IOException)
            {
                // Dropped: it was faster.
            }
        });
        for (int i = 0; i < 200; i++)
        {
            SocketRig rig = SocketRig.To(server);
            for (int spin = Random.Shared.Next(2000) * 5; spin > 0; spin--) Thread.SpinWait(10);
            rig.Socket.Close(4000);
            CloseEvent close = await rig.CloseAsync();
            if (rig.Seen[0] == "open 1" || rig.Seen[0] == "open 2") Assert.Equal((4000, true), (close.Code, close.WasClean));
            else Assert.Equal((1006, false, CloseCause.Requested), (close.Code, close.WasClean, close.Record!.Cause));
            Assert.Equal(2, rig.Seen.Length);
            Assert.EndsWith("close 3", rig.Seen[^1], StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Sends_of_many_threads_all_arrive_whole()
    {
        const int Threads = 8, Each = 200;
        List<string> got = [];
        await using var server = RawServer.Start(async peer =>
        {
            for (int i = 0; i < Threads * Each; i++) got.Add((await peer.ReadFrameAsync()).Text);
            await peer.SendFrameAsync(8, (await peer.ReadFrameAsync()).Payload);
        });
        SocketRig rig = SocketRig.To(server);
        await rig.OpenAsync();
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(t => Task.Run(() =>
        {
            for (int i = 0; i < Each; i++) rig.Socket.Send($"{t} {i}");
        })));
        rig.Socket.Close(1000);
        Assert.True((await rig.CloseAsync()).WasClean);
        await server.ScriptsAsync();
        // Each thread's own are in its order.
        foreach (var own in got.Select(text => text.Split(' ')).GroupBy(parts => parts[0], parts => int.Parse(parts[1], null)))
        {
            Assert.Equal(Enumerable.Range(0, Each), own);
        }
    }
}
