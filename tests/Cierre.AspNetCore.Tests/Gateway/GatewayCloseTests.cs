using Cierre.TestKit;
using Microsoft.AspNetCore.Builder;
using Xunit;

namespace Cierre.AspNetCore.Tests.Gateway;

/// <summary>What the close of one side of a gateway is to the other.</summary>
public sealed class GatewayCloseTests
{
    public static TheoryData<Carrier, int> Passing => [.. from carrier in Enum.GetValues<Carrier>() from code in (int[])[1000, 1001, 1002, 1003, 1007, 1008, 1009, 1011, 1012, 1013, 1014, 3000, 3003, 3008, 3999, 4000, 4999] select (carrier, code)];

    [Theory]
    [MemberData(nameof(Passing))]
    public async Task Upstream_s_code_and_reason_pass(Carrier carrier, int code)
    {
        await using RawServer upstream = RawServer.Start(peer => peer.SendCloseAsync(code, "por qué"));
        await using GatewayRig rig = await GatewayRig.StartAsync(carrier, upstream.Url);
        await using RawPeer client = await rig.Server.RawAsync("/gw");
        RawFrame close = await client.ReadFrameAsync();
        Assert.Equal((8, code, "por qué"), (close.Opcode, close.CloseCode, close.CloseReason));
        await client.SendCloseAsync(code);
        await client.ReadToEndAsync();
        await client.DisposeAsync();
        (CloseRecord ofClient, CloseRecord ofUpstream) = await rig.EndedAsync();
        Assert.Equal((code, true, CloseCause.Requested, EndedBy.Local), (ofClient.Code, ofClient.WasClean, ofClient.Cause, ofClient.EndedBy));
        Assert.Equal((code, "por qué", true, CloseCause.PeerClosed), (ofUpstream.Code, ofUpstream.Reason, ofUpstream.WasClean, ofUpstream.Cause));
    }

    [Theory]
    [MemberData(nameof(Passing))]
    public async Task Client_s_code_and_reason_pass(Carrier carrier, int code)
    {
        RawFrame? close = null;
        await using RawServer upstream = RawServer.Start(async peer =>
        {
            close = await peer.ReadFrameAsync();
            await peer.SendCloseAsync(close.CloseCode!.Value);
        });
        await using GatewayRig rig = await GatewayRig.StartAsync(carrier, upstream.Url);
        await using RawPeer client = await rig.Server.RawAsync("/gw");
        await client.SendCloseAsync(code, "adiós");
        Assert.Equal(code, (await client.ReadFrameAsync()).CloseCode);
        await client.DisposeAsync();
        (CloseRecord ofClient, CloseRecord ofUpstream) = await rig.EndedAsync();
        Assert.Equal((code, "adiós"), (close!.CloseCode, close.CloseReason));
        Assert.Equal((code, CloseCause.PeerClosed, true), (ofClient.Code, ofClient.Cause, ofClient.WasClean));
        Assert.Equal((code, CloseCause.Requested, true), (ofUpstream.Code, ofUpstream.Cause, ofUpstream.WasClean));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Empty_body_passes_as_an_empty_body(bool fromUpstream)
    {
        RawFrame? close = null;
        await using RawServer upstream = RawServer.Start(async peer =>
        {
            if (fromUpstream) await peer.SendFrameAsync(8);
            close = await peer.ReadFrameAsync();
            if (!fromUpstream) await peer.SendFrameAsync(8);
        });
        await using GatewayRig rig = await GatewayRig.StartAsync(Carrier.Http1, upstream.Url);
        await using RawPeer client = await rig.Server.RawAsync("/gw");
        if (!fromUpstream) await client.SendFrameAsync(8);
        RawFrame got = await client.ReadFrameAsync();
        if (fromUpstream) await client.SendFrameAsync(8);
        await client.DisposeAsync();
        (CloseRecord ofClient, CloseRecord ofUpstream) = await rig.EndedAsync();
        Assert.Equal((0, 0), (got.Payload.Length, close!.Payload.Length));
        Assert.Equal((1005, true, 1005, true), (ofClient.Code, ofClient.WasClean, ofUpstream.Code, ofUpstream.WasClean));
    }

    [Theory]
    [InlineData("fin", "the connection to the upstream was lost")]
    [InlineData("reset", "the connection to the upstream was lost")]
    [InlineData("violation", "the upstream broke the protocol")]
    [InlineData("1010", "the upstream broke the protocol")]
    [InlineData("half a message", "the connection to the upstream was lost")]
    public async Task Upstream_that_fails_is_1014_with_a_reason_that_names_the_trouble(string trouble, string reason)
    {
        await using RawServer upstream = RawServer.Start(async peer =>
        {
            if (trouble is "half a message") await peer.SendFrameAsync(1, new byte[100_000], fin: false);
            if (trouble is "reset") peer.Reset();
            if (trouble is "violation") await peer.SendFrameAsync(3);
            if (trouble is "1010") await peer.SendCloseAsync(1010, "x");
            if (trouble is "violation" or "1010") await peer.ReadToEndAsync();
        });
        await using GatewayRig rig = await GatewayRig.StartAsync(Carrier.Http1, upstream.Url);
        await using WebSocketConnection client = await rig.Server.ConnectAsync(path: "/gw");
        Assert.Null(await client.ReceiveAsync().Soon());
        CloseRecord record = await client.Closed.Soon();
        Assert.Equal((1014, reason, true, 0L), (record.Code, record.Reason, record.WasClean, record.Traffic.MessagesReceived));
        (CloseRecord ofClient, CloseRecord ofUpstream) = await rig.EndedAsync();
        Assert.Equal((CloseCause.UpstreamFailed, EndedBy.Local), (ofClient.Cause, ofClient.EndedBy));
        Assert.Equal($"{reason}: {ofUpstream.Detail}", ofClient.Detail);
    }

    [Theory]
    [InlineData("fin")]
    [InlineData("reset")]
    [InlineData("violation")]
    [InlineData("1010")]
    public async Task Client_that_is_lost_is_1001_to_the_upstream(string trouble)
    {
        RawFrame? close = null;
        await using RawServer upstream = RawServer.Start(async peer =>
        {
            close = await peer.ReadFrameAsync();
            await peer.SendCloseAsync(1001);
        });
        await using GatewayRig rig = await GatewayRig.StartAsync(Carrier.Http1, upstream.Url);
        RawPeer client = await rig.Server.RawAsync("/gw");
        if (trouble is "reset") client.Reset();
        if (trouble is "violation") await client.SendFrameAsync(3);
        if (trouble is "1010") await client.SendCloseAsync(1010, "permessage-deflate");
        if (trouble is "violation" or "1010") await client.ReadFrameAsync();
        await client.DisposeAsync();
        await rig.EndedAsync();
        Assert.Equal((1001, "the client has gone"), (close!.CloseCode, close.CloseReason));
    }

    [Fact]
    public async Task Upstream_that_never_answers_a_close_does_not_keep_the_client_waiting()
    {
        await using RawServer upstream = RawServer.Start(async peer =>
        {
            await peer.SendFrameAsync(3);
            await peer.ReadToEndAsync();
            // The gateway waits for this end; the client must not.
            await Task.Delay(500);
        });
        await using GatewayRig rig = await GatewayRig.StartAsync(Carrier.Http1, upstream.Url);
        await using WebSocketConnection client = await rig.Server.ConnectAsync(path: "/gw");
        Assert.Equal(1014, (await client.Closed.Soon()).Code);
    }
}
