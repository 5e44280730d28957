using Cierre.TestKit;
using Xunit;

namespace Cierre.Browser.Tests;

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

    /// <summary>Its task waits; the connection under it does not.</summary>
    [Fact]
    public async Task Context_that_blocks_when_a_message_comes_holds_no_pong_back()
    {
        var blocks = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var release = new ManualResetEventSlim();
        await using var server = RawServer.Start(async peer =>
        {
            await peer.ReadFrameAsync();
            await peer.SendFrameAsync(1, "blocks"u8.ToArray());
            await blocks.Task.WaitAsync(SocketRig.Bound);
            await peer.SendFrameAsync(9, "there?"u8.ToArray());
            RawFrame pong = await peer.ReadFrameAsync().WaitAsync(TimeSpan.FromSeconds(10));
            Assert.Equal((10, "there?"), (pong.Opcode, pong.Text));
            release.Set();
            await peer.SendFrameAsync(8, (await peer.ReadFrameAsync()).Payload);
        });
        var context = new Blocking();
        var rig = new SocketRig(SocketRig.WithContext(context, () => new WebSocket(server.Url.ToString())));
        await rig.OpenAsync();
        context.Before = () =>
        {
            blocks.TrySetResult();
            release.Wait(SocketRig.Bound);
        };
        rig.Socket.Send("go");
        await Task.Run(() => Assert.True(release.Wait(SocketRig.Bound), "no pong came"));
        Assert.True(SpinWait.SpinUntil(() => rig.Seen.Length == 2, SocketRig.Bound));
        Assert.Equal(["open 1", "message blocks 1"], rig.Seen);
        rig.Socket.Close(1000);
        Assert.True((await rig.CloseAsync()).WasClean);
        await server.ScriptsAsync();
    }

    private sealed class Blocking : SynchronizationContext
    {
        public Action? Before { get; set; }

        public override void Post(SendOrPostCallback d, object? state)
        {
            Before?.Invoke();
            base.Post(d, state);
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

    [Fact]
    public async Task Flood_of_empty_messages_is_not_read_while_nobody_takes_them()
    {
        const int Count = 100_000;
        byte[] flood = new byte[2 * Count];
        for (int i = 0; i < Count; i++) flood[2 * i] = 0x81;
        var mayRun = new TaskCompletionSource();
        bool early = false;
        await using var server = RawServer.Start(async peer =>
        {
            await peer.SendAsync(flood);
            await peer.SendFrameAsync(9);
            Task<RawFrame> pong = peer.ReadFrameAsync();
            early = await Task.WhenAny(pong, Task.Delay(1500)) == pong;
            mayRun.SetResult();
            Assert.Equal(10, (await pong).Opcode);
            await peer.SendCloseAsync(1000);
            await peer.ReadFrameAsync();
        });
        using var loop = new EventLoop();
        loop.Post(() => mayRun.Task.Wait(SocketRig.Bound));
        WebSocket socket = SocketRig.WithContext(loop, () => new WebSocket(server.Url.ToString()));
        int got = 0;
        socket.OnMessage = _ => got++;
        var closed = new TaskCompletionSource();
        socket.OnClose = _ => closed.SetResult();
        await closed.Task.WaitAsync(SocketRig.Bound);
        await loop.EndAsync();
        Assert.Equal((false, Count), (early, got));
    }
}
