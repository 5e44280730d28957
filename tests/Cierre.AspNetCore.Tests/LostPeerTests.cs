using Cierre.TestKit;
using Xunit;

namespace Cierre.AspNetCore.Tests;

/// <summary>Peers that vanish, fall silent or misbehave while a connection closes.</summary>
public class LostPeerTests
{
    [Theory]
    [MemberData(nameof(Carriers.Http1Only), MemberType = typeof(Carriers))]
    public async Task End_of_stream_without_a_close_frame_is_1006_end_of_stream(Carrier carrier)
    {
        await using TestServer server = await TestServer.StartAsync(carrier, TestServer.EchoAsync);
        await using RawPeer peer = await server.RawAsync();
        await peer.HalfCloseAsync();
        CloseRecord record = await server.RecordAsync();
        Assert.Equal((1006, false, (CloseFrame?)null, (CloseFrame?)null, EndedBy.Network, CloseCause.EndOfStream), (record.Code, record.WasClean, record.Sent, record.Received, record.EndedBy, record.Cause));
        Assert.Equal((0, RawEnd.Fin), await CloseCodeTests.RestAsync(peer));
    }

    [Theory]
    [MemberData(nameof(Carriers.All), MemberType = typeof(Carriers))]
    public async Task Socket_closed_without_a_close_frame_is_1006(Carrier carrier)
    {
        await using TestServer server = await TestServer.StartAsync(carrier, TestServer.EchoAsync);
        RawPeer peer = await server.RawAsync();
        await peer.DisposeAsync();
        CloseRecord record = await server.RecordAsync();
        Assert.Equal((1006, false, EndedBy.Network), (record.Code, record.WasClean, record.EndedBy));
        // To a stream of HTTP/2 it is all the same how its connection was lost.
        Assert.Equal(carrier.IsHttp2() ? CloseCause.ConnectionReset : CloseCause.EndOfStream, record.Cause);
    }

    [Theory]
    [MemberData(nameof(Carriers.All), MemberType = typeof(Carriers))]
    public async Task Reset_is_1006_connection_reset(Carrier carrier)
    {
        await using TestServer server = await TestServer.StartAsync(carrier, TestServer.EchoAsync);
        RawPeer peer = await server.RawAsync();
        peer.Reset();
        CloseRecord record = await server.RecordAsync();
        Assert.Equal((1006, false, EndedBy.Network, CloseCause.ConnectionReset), (record.Code, record.WasClean, record.EndedBy, record.Cause));
    }

    [Theory]
    [MemberData(nameof(Carriers.All), MemberType = typeof(Carriers))]
    public async Task Peer_that_does_not_answer_our_close_is_dropped_after_the_close_timeout(Carrier carrier)
    {
        await using TestServer server = await TestServer.StartAsync(carrier, c => c.CloseAsync(4000, "bye"), o => o.CloseTimeout = TimeSpan.FromMilliseconds(200));
        await using RawPeer peer = await server.RawAsync();
        long begun = TimeProvider.System.GetTimestamp();
        CloseRecord record = await server.RecordAsync();
        Assert.InRange(TimeProvider.System.GetElapsedTime(begun).TotalMilliseconds, 100, 1200);
        Assert.Equal((1006, false, 4000, EndedBy.Local, CloseCause.CloseTimeout), (record.Code, record.WasClean, record.Sent!.Code, record.EndedBy, record.Cause));
        Assert.Equal(4000, (await peer.ReadFrameAsync()).CloseCode);
        Assert.Equal(RawEnd.Fin, (await peer.ReadToEndAsync()).End);
    }

    [Theory]
    [MemberData(nameof(Carriers.Http1Only), MemberType = typeof(Carriers))]
    public async Task Peer_that_answers_but_never_ends_its_stream_is_let_go_after_the_close_timeout(Carrier carrier)
    {
        await using TestServer server = await TestServer.StartAsync(carrier, c => c.CloseAsync(4000), o => o.CloseTimeout = TimeSpan.FromMilliseconds(200));
        await using RawPeer peer = await server.RawAsync();
        Assert.Equal(4000, (await peer.ReadFrameAsync()).CloseCode);
        await peer.SendCloseAsync(4000);
        CloseRecord record = await server.RecordAsync();
        Assert.Equal((4000, true, CloseCause.Requested), (record.Code, record.WasClean, record.Cause));
        Assert.Equal(RawEnd.Fin, (await peer.ReadToEndAsync()).End);
    }

    [Theory]
    [MemberData(nameof(Carriers.All), MemberType = typeof(Carriers))]
    public async Task Violation_after_our_close_fails_without_a_second_close_frame(Carrier carrier)
    {
        await using TestServer server = await TestServer.StartAsync(carrier, c => c.CloseAsync(4000));
        await using RawPeer peer = await server.RawAsync();
        Assert.Equal(4000, (await peer.ReadFrameAsync()).CloseCode);
        await peer.SendFrameAsync(1, new byte[] { 0xFF });
        Assert.Equal((0, RawEnd.Fin), await CloseCodeTests.RestAsync(peer));
        await peer.DisposeAsync();
        CloseRecord record = await server.RecordAsync();
        Assert.Equal((1006, false, 4000, CloseCause.InvalidData), (record.Code, record.WasClean, record.Sent!.Code, record.Cause));
    }

    [Theory]
    [MemberData(nameof(Carriers.All), MemberType = typeof(Carriers))]
    public async Task Pings_are_answered_and_data_is_dropped_after_our_close(Carrier carrier)
    {
        await using TestServer server = await TestServer.StartAsync(carrier, c => c.CloseAsync(4000));
        await using RawPeer peer = await server.RawAsync();
        Assert.Equal(4000, (await peer.ReadFrameAsync()).CloseCode);
        await peer.SendFrameAsync(2, new byte[300_000]);
        await peer.SendFrameAsync(9, "still there?"u8.ToArray());
        RawFrame pong = await peer.ReadFrameAsync();
        Assert.Equal((10, "still there?"), (pong.Opcode, pong.Text));
        await peer.SendCloseAsync(4000);
        Assert.Equal((0, RawEnd.Fin), await CloseCodeTests.RestAsync(peer));
        await peer.DisposeAsync();
        Assert.True((await server.RecordAsync()).WasClean);
    }

    [Theory]
    [InlineData(Carrier.Http1, true)]
    [InlineData(Carrier.Tls, true)]
    [InlineData(Carrier.Http2, true)]
    [InlineData(Carrier.Http1, false)]
    [InlineData(Carrier.Tls, false)]
    [InlineData(Carrier.Http2, false)]
    public async Task Handler_that_lingers_does_not_keep_the_peer_waiting_for_the_end(Carrier carrier, bool answers)
    {
        var go = new TaskCompletionSource();
        await using TestServer server = await TestServer.StartAsync(
            carrier,
            async connection =>
            {
                _ = connection.CloseAsync(4000);
                await go.Task;
            },
            // Only a peer that does not answer is to meet it, however slow the machine is.
            o => o.CloseTimeout = answers ? TimeSpan.FromMinutes(5) : TimeSpan.FromMilliseconds(200));
        await using RawPeer peer = await server.RawAsync();
        Assert.Equal(4000, (await peer.ReadFrameAsync()).CloseCode);
        if (answers) await peer.SendCloseAsync(4000);
        // The end is there while the handler still lingers.
        Assert.Equal((0, RawEnd.Fin), await CloseCodeTests.RestAsync(peer));
        if (answers) await peer.HalfCloseAsync();
        CloseRecord record = await server.RecordAsync();
        Assert.Equal((answers ? 4000 : 1006, answers), (record.Code, record.WasClean));
        go.SetResult();
    }

    [Theory]
    [MemberData(nameof(Carriers.All), MemberType = typeof(Carriers))]
    public async Task Abort_sends_nothing_and_cuts(Carrier carrier)
    {
        await using TestServer server = await TestServer.StartAsync(carrier, c =>
        {
            c.Abort();
            return Task.CompletedTask;
        });
        await using RawPeer peer = await server.RawAsync();
        CloseRecord record = await server.RecordAsync();
        Assert.Equal((1006, (CloseFrame?)null, EndedBy.Local, CloseCause.Aborted), (record.Code, record.Sent, record.EndedBy, record.Cause));
        Assert.Equal((0, RawEnd.Reset), await CloseCodeTests.RestAsync(peer));
    }

    [Theory]
    [MemberData(nameof(Carriers.All), MemberType = typeof(Carriers))]
    public async Task Silent_peer_gets_1011_and_then_the_connection_ends_for_ping_timeout(Carrier carrier)
    {
        TimeSpan brief = TimeSpan.FromMilliseconds(100);
        await using TestServer server = await TestServer.StartAsync(carrier, TestServer.EchoAsync, o => (o.PingInterval, o.PingTimeout, o.CloseTimeout) = (brief, brief, brief));
        await using RawPeer peer = await server.RawAsync();
        Assert.Equal(9, (await peer.ReadFrameAsync()).Opcode);
        RawFrame frame = await peer.ReadFrameAsync();
        while (frame.Opcode == 9) frame = await peer.ReadFrameAsync();
        Assert.Equal((1011, "ping was not answered within 0.1 s"), (frame.CloseCode, frame.CloseReason));
        CloseRecord record = await server.RecordAsync();
        Assert.Equal((1006, false, 1011, EndedBy.Local, CloseCause.PingTimeout), (record.Code, record.WasClean, record.Sent!.Code, record.EndedBy, record.Cause));
    }

    [Theory]
    [MemberData(nameof(Carriers.All), MemberType = typeof(Carriers))]
    public async Task Idle_connection_gets_3008_although_pings_pass(Carrier carrier)
    {
        await using TestServer server = await TestServer.StartAsync(
            carrier, TestServer.EchoAsync, o => (o.PingInterval, o.IdleTimeout) = (TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(300)));
        await using WebSocketConnection client = await server.ConnectAsync();
        CloseRecord record = await client.Closed.Soon();
        CloseRecord theirs = await server.RecordAsync();
        Assert.Equal((3008, "no message either way for 0.3 s", true), (record.Code, record.Reason, record.WasClean));
        Assert.Equal((3008, true, EndedBy.Local, CloseCause.IdleTimeout), (theirs.Code, theirs.WasClean, theirs.EndedBy, theirs.Cause));
        Assert.True(theirs.Traffic.PongsReceived > 0);
    }
}
