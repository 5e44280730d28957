using Cierre.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Cierre.AspNetCore.Tests.Gateway;

/// <summary>A gateway on a host that stops: its client has the drain's code, its upstream is told that the client goes, and neither holds the stop up.</summary>
public sealed class GatewayDrainTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(300);

    [Theory]
    [MemberData(nameof(Carriers.EachKind), MemberType = typeof(Carriers))]
    public async Task Client_and_upstream_that_answer_both_close_clean(Carrier carrier)
    {
        RawFrame? close = null;
        await using RawServer upstream = RawServer.Start(async peer =>
        {
            await peer.SendTextAsync((await peer.ReadFrameAsync()).Text);
            close = await peer.ReadFrameAsync();
            await peer.SendCloseAsync(close.CloseCode!.Value);
        });
        await using GatewayRig rig = await GatewayRig.StartAsync(carrier, upstream.Url);
        await using WebSocketConnection client = await rig.Server.ConnectAsync(path: "/gw");
        await client.SendAsync("x");
        Assert.Equal("x", (await client.ReceiveAsync().Soon())!.Value.GetText());
        Task stop = rig.Server.StopAsync();
        CloseRecord theirs = await client.DiscardAllAsync().Soon();
        await stop.Soon();
        (CloseRecord ofClient, CloseRecord ofUpstream) = await rig.EndedAsync();
        Assert.Equal((1001, "the server is stopping", true), (theirs.Code, theirs.Reason, theirs.WasClean));
        Assert.Equal((1001, true, CloseCause.HostStopping), (ofClient.Code, ofClient.WasClean, ofClient.Cause));
        Assert.Equal(1001, close!.CloseCode);
        Assert.Equal((1001, true), (ofUpstream.Code, ofUpstream.WasClean));
    }

    [Fact]
    public async Task Upstream_that_reads_nothing_keeps_no_handler_behind_its_client()
    {
        var over = new TaskCompletionSource();
        await using RawServer upstream = RawServer.Start(_ => over.Task, bound: TimeSpan.FromSeconds(5));
        await using GatewayRig rig = await StartAsync(upstream);
        await using RawPeer client = await rig.Server.RawAsync("/gw");
        long sent = 0;
        bool stops = false;
        Task sending = Task.Run(async () =>
        {
            byte[] data = new byte[64 * 1024];
            for (; !Volatile.Read(ref stops); Interlocked.Increment(ref sent)) await client.SendFrameAsync(2, data);
        });
        await Waits.Until(Stands, "the buffers on the way to be full");
        Task stop = rig.Server.StopAsync();
        Assert.Equal(1001, (await client.ReadCloseAsync())?.CloseCode);
        Volatile.Write(ref stops, true);
        await sending.Soon();
        await client.SendCloseAsync(1001);
        await stop.Soon();
        (CloseRecord ofClient, CloseRecord ofUpstream) = await rig.EndedAsync();
        over.SetResult();
        Assert.Equal((1001, true, CloseCause.HostStopping), (ofClient.Code, ofClient.WasClean, ofClient.Cause));
        Assert.Equal((1006, false, EndedBy.Local), (ofUpstream.Code, ofUpstream.WasClean, ofUpstream.EndedBy));

        // Nobody announces it: no message has gone out for a while.
        bool Stands()
        {
            long before = Interlocked.Read(ref sent);
            return before > 1 && !SpinWait.SpinUntil(() => Interlocked.Read(ref sent) != before, TimeSpan.FromSeconds(1));
        }
    }

    [Fact]
    public async Task Upstream_that_never_answers_the_close_is_cut_after_its_close_timeout()
    {
        RawFrame? close = null;
        await using RawServer upstream = RawServer.Start(async peer =>
        {
            close = await peer.ReadFrameAsync();
            await peer.ReadToEndAsync();
        });
        await using GatewayRig rig = await StartAsync(upstream);
        await using WebSocketConnection client = await rig.Server.ConnectAsync(path: "/gw");
        Task stop = rig.Server.StopAsync();
        Assert.Equal((1001, true), ((await client.DiscardAllAsync().Soon()).Code, (await client.Closed).WasClean));
        await stop.Soon();
        (CloseRecord ofClient, CloseRecord ofUpstream) = await rig.EndedAsync();
        Assert.Equal((1001, true), (ofClient.Code, ofClient.WasClean));
        Assert.Equal(1001, close!.CloseCode);
        Assert.Equal((1006, false), (ofUpstream.Code, ofUpstream.WasClean));
    }

    [Fact]
    public async Task Client_that_never_answers_is_cut_and_its_upstream_closes_clean()
    {
        RawFrame? close = null;
        await using RawServer upstream = RawServer.Start(async peer =>
        {
            close = await peer.ReadFrameAsync();
            await peer.SendCloseAsync(close.CloseCode!.Value);
        });
        await using GatewayRig rig = await StartAsync(upstream);
        await using RawPeer client = await rig.Server.RawAsync("/gw");
        Task stop = rig.Server.StopAsync();
        Assert.Equal(1001, (await client.ReadCloseAsync())?.CloseCode);
        await stop.Soon();
        (CloseRecord ofClient, CloseRecord ofUpstream) = await rig.EndedAsync();
        Assert.Equal((1006, false, EndedBy.Local), (ofClient.Code, ofClient.WasClean, ofClient.EndedBy));
        Assert.Equal((1001, "the client has gone"), (close!.CloseCode, close.CloseReason));
        Assert.Equal((1001, true), (ofUpstream.Code, ofUpstream.WasClean));
    }

    [Fact]
    public async Task All_that_a_client_sent_before_its_close_reaches_an_upstream_that_takes_it_late()
    {
        const int Count = 500;
        var closed = new TaskCompletionSource();
        int texts = 0;
        RawFrame? last = null;
        await using RawServer upstream = RawServer.Start(async peer =>
        {
            await closed.Task;
            while ((last = await peer.ReadFrameAsync()).Opcode != 8) texts++;
            await peer.SendCloseAsync(4000);
        });
        await using GatewayRig rig = await GatewayRig.StartAsync(Carrier.Http1, upstream.Url);
        await using WebSocketConnection client = await rig.Server.ConnectAsync(path: "/gw");
        for (int i = 0; i < Count; i++) await client.SendAsync("message");
        Assert.Equal(4000, (await client.CloseAsync(4000, "enough").Soon()).Code);
        closed.SetResult();
        await rig.EndedAsync();
        Assert.Equal((Count, 4000, "enough"), (texts, last!.CloseCode, last.CloseReason));
    }

    /// <summary>Nothing but the close timeouts ends what is stuck.</summary>
    private static Task<GatewayRig> StartAsync(RawServer upstream) => GatewayRig.StartAsync(
        Carrier.Http1,
        upstream.Url,
        options =>
        {
            (options.Endpoint.CloseTimeout, options.Endpoint.SendTimeout) = (Short, Timeout.InfiniteTimeSpan);
            options.ConfigureUpstream = (_, to) => (to.CloseTimeout, to.SendTimeout) = (Short, Timeout.InfiniteTimeSpan);
        },
        builder => builder.Services.Configure<WebSocketDrainOptions>(drain => drain.Timeout = TimeSpan.FromSeconds(2)));
}
