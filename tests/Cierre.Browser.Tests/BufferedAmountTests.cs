using Cierre.TestKit;
using Xunit;

namespace Cierre.Browser.Tests;

/// <summary>WHATWG WebSockets 3, bufferedAmount.</summary>
public sealed class BufferedAmountTests
{
    [Fact]
    public async Task It_counts_bytes_of_UTF_8_and_stands_still_while_a_handler_runs()
    {
        await using var server = RawServer.Start(async peer =>
        {
            for (int i = 0; i < 4; i++) await peer.ReadFrameAsync();
            await peer.SendCloseAsync(1000);
            await peer.ReadFrameAsync();
        });
        WebSocket socket = SocketRig.Make(server.Url);
        List<long> amounts = [];
        socket.OnOpen = _ =>
        {
            socket.Send("hello");
            amounts.Add(socket.BufferedAmount);
            socket.Send("\u20AC");
            amounts.Add(socket.BufferedAmount);
            socket.Send(new byte[100]);
            amounts.Add(socket.BufferedAmount);
            socket.Send(new Blob(new byte[1000]));
            amounts.Add(socket.BufferedAmount);
        };
        await socket.Closed.WaitAsync(SocketRig.Bound);
        Assert.Equal([5, 8, 108, 1108], amounts);
        Assert.Equal(0, socket.BufferedAmount);
    }

    [Fact]
    public async Task What_the_network_has_not_taken_stays_and_falls_to_exactly_nothing()
    {
        const int Count = 40, Size = 512 * 1024;
        var mayRead = new TaskCompletionSource();
        await using var server = RawServer.Start(async peer =>
        {
            await mayRead.Task;
            long got = 0;
            while (got < (long)Count * Size) got += (await peer.ReadFrameAsync()).Payload.Length;
            await peer.SendTextAsync("all");
            await peer.ReadFrameAsync();
        });
        SocketRig rig = SocketRig.To(server);
        var all = new TaskCompletionSource();
        rig.Socket.AddEventListener("message", _ => all.SetResult());
        await rig.OpenAsync();
        for (int i = 0; i < Count; i++) rig.Socket.Send(new byte[Size]);
        // Sockets hold a few megabytes; the rest is ours.
        Assert.InRange(rig.Socket.BufferedAmount, 4L * 1024 * 1024, (long)Count * Size);
        mayRead.SetResult();
        await all.Task.WaitAsync(SocketRig.Bound);
        Assert.True(SpinWait.SpinUntil(() => rig.Socket.BufferedAmount == 0, SocketRig.Bound));
        rig.Socket.Close();
        await rig.CloseAsync();
    }

    [Fact]
    public async Task It_grows_on_sends_after_close_and_does_not_fall_any_more()
    {
        await using var server = RawServer.Start(async peer =>
        {
            await peer.ReadFrameAsync();
            await peer.SendFrameAsync(8);
            Assert.Empty((await peer.ReadToEndAsync()).Bytes);
        });
        SocketRig rig = SocketRig.To(server);
        await rig.OpenAsync();
        rig.Socket.Close();
        rig.Socket.Send("abc");
        Assert.Equal(3, rig.Socket.BufferedAmount);
        await rig.CloseAsync();
        rig.Socket.Send(new byte[10]);
        rig.Socket.Send(Blob.FromStream(() => throw new InvalidOperationException("not to be read"), 100));
        Assert.Equal(113, rig.Socket.BufferedAmount);
        await server.ScriptsAsync();
    }

    [Fact]
    public async Task A_blob_counts_from_the_moment_it_is_given_and_as_it_is_sent()
    {
        const int Size = 300_000;
        var content = new TaskCompletionSource<byte[]>();
        await using var server = RawServer.Start(async peer =>
        {
            while (!(await peer.ReadFrameAsync()).Fin) { }
            await peer.SendTextAsync("got it");
            await peer.ReadFrameAsync();
        });
        SocketRig rig = SocketRig.To(server);
        await rig.OpenAsync();
        rig.Socket.Send(Blob.FromStream(() => LaterStream.Of(content.Task), Size));
        Assert.Equal(Size, rig.Socket.BufferedAmount);
        content.SetResult(new byte[Size]);
        Assert.True(SpinWait.SpinUntil(() => rig.Socket.BufferedAmount == 0, SocketRig.Bound));
        rig.Socket.Close();
        await rig.CloseAsync();
    }

    [Fact]
    public async Task What_was_on_its_way_when_the_connection_was_lost_stays()
    {
        var mayGo = new TaskCompletionSource();
        await using var server = RawServer.Start(async peer =>
        {
            await mayGo.Task;
            peer.Reset();
        });
        SocketRig rig = SocketRig.To(server);
        await rig.OpenAsync();
        for (int i = 0; i < 40; i++) rig.Socket.Send(new byte[512 * 1024]);
        mayGo.SetResult();
        Assert.Equal(1006, (await rig.CloseAsync()).Code);
        Assert.NotEqual(0, rig.Socket.BufferedAmount);
    }
}
