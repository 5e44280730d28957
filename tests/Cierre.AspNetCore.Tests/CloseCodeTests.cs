using Microsoft.AspNetCore.Builder;
using Cierre.TestKit;
using Xunit;

namespace Cierre.AspNetCore.Tests;

/// <summary>Ordinary closes, begun by either side.</summary>
public class CloseCodeTests
{
    public static TheoryData<Carrier, int> Codes => [.. from carrier in Enum.GetValues<Carrier>() from code in (int[])[1000, 1001, 1011, 3000, 4999] select (carrier, code)];

    [Theory]
    [MemberData(nameof(Codes))]
    public async Task Client_s_code_is_reported_by_both(Carrier carrier, int code)
    {
        await using TestServer server = await TestServer.StartAsync(carrier, TestServer.EchoAsync);
        await using WebSocketConnection client = await server.ConnectAsync();
        CloseRecord record = await client.CloseAsync((ushort)code, "why").Soon();
        CloseRecord theirs = await server.RecordAsync();
        Assert.Equal((code, "", true, EndedBy.Local, CloseCause.Requested), (record.Code, record.Reason, record.WasClean, record.EndedBy, record.Cause));
        Assert.Equal((code, "why", true, true, EndedBy.Remote, CloseCause.PeerClosed), (theirs.Code, theirs.Reason, theirs.WasClean, theirs.ReceivedFirst, theirs.EndedBy, theirs.Cause));
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public async Task Server_s_code_is_reported_by_both(Carrier carrier, int code)
    {
        await using TestServer server = await TestServer.StartAsync(carrier, connection => connection.CloseAsync((ushort)code, "why"));
        await using WebSocketConnection client = await server.ConnectAsync();
        CloseRecord record = await client.Closed.Soon();
        CloseRecord theirs = await server.RecordAsync();
        Assert.Equal((code, "why", true, EndedBy.Remote, CloseCause.PeerClosed), (record.Code, record.Reason, record.WasClean, record.EndedBy, record.Cause));
        Assert.Equal((code, "", true, EndedBy.Local, CloseCause.Requested), (theirs.Code, theirs.Reason, theirs.WasClean, theirs.EndedBy, theirs.Cause));
    }

    [Theory]
    [MemberData(nameof(Carriers.All), MemberType = typeof(Carriers))]
    public async Task Disposed_connection_says_1001(Carrier carrier)
    {
        await using TestServer server = await TestServer.StartAsync(carrier, async connection => await connection.DisposeAsync());
        await using WebSocketConnection client = await server.ConnectAsync();
        CloseRecord record = await client.Closed.Soon();
        CloseRecord theirs = await server.RecordAsync();
        Assert.Equal((1001, "the connection object was disposed without a close", true), (record.Code, record.Reason, record.WasClean));
        Assert.Equal((1001, true, EndedBy.Local, CloseCause.Disposed), (theirs.Code, theirs.WasClean, theirs.EndedBy, theirs.Cause));
    }

    [Fact]
    public async Task Connection_that_is_disposed_after_its_handler_returned_is_closed_by_the_handler_s_return()
    {
        TaskCompletionSource over = null!;
        TaskCompletionSource<WebSocketConnection> handed = null!;
        // Handed over: whoever has the connection lets the handler return, and leaves by disposing before the endpoint has had its turn.
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync, map: app => app.MapWebSocket("/handed", connection =>
        {
            handed.SetResult(connection);
            return over.Task;
        }));
        for (int i = 0; i < 20; i++)
        {
            (over, handed) = (new(TaskCreationOptions.RunContinuationsAsynchronously), new(TaskCreationOptions.RunContinuationsAsynchronously));
            await using WebSocketConnection client = await server.ConnectAsync(path: "/handed");
            WebSocketConnection connection = await handed.Task.Soon();
            await Waits.Until(() => connection.Handler is not null, "the handler's task");
            over.SetResult();
            await connection.DisposeAsync().Soon();
            CloseRecord theirs = await client.Closed.Soon(), ours = await connection.Closed.Soon();
            Assert.Equal((1000, "", true), (theirs.Code, theirs.Reason, theirs.WasClean));
            Assert.Equal((1000, CloseCause.HandlerReturned, EndedBy.Local), (ours.Code, ours.Cause, ours.EndedBy));
        }
    }

    [Theory]
    [MemberData(nameof(Carriers.All), MemberType = typeof(Carriers))]
    public async Task Empty_close_frame_is_answered_by_an_empty_one_and_reported_as_1005(Carrier carrier)
    {
        await using TestServer server = await TestServer.StartAsync(carrier, TestServer.EchoAsync);
        await using RawPeer peer = await server.RawAsync();
        await peer.SendFrameAsync(8);
        RawFrame answer = await peer.ReadFrameAsync();
        Assert.Equal((8, 0), (answer.Opcode, answer.Payload.Length));
        Assert.Equal((0, RawEnd.Fin), await RestAsync(peer));
        await peer.DisposeAsync();
        CloseRecord record = await server.RecordAsync();
        Assert.Equal((1005, "", true, EndedBy.Remote), (record.Code, record.Reason, record.WasClean, record.EndedBy));
    }

    [Theory]
    [MemberData(nameof(Carriers.All), MemberType = typeof(Carriers))]
    public async Task Close_is_answered_with_its_code_and_no_reason_and_the_server_ends_first(Carrier carrier)
    {
        await using TestServer server = await TestServer.StartAsync(carrier, TestServer.EchoAsync);
        await using RawPeer peer = await server.RawAsync();
        await peer.SendCloseAsync(4321, "a reason");
        RawFrame answer = await peer.ReadFrameAsync();
        Assert.Equal((8, 4321, ""), (answer.Opcode, answer.CloseCode, answer.CloseReason));
        Assert.Equal((0, RawEnd.Fin), await RestAsync(peer));
        await peer.DisposeAsync();
        CloseRecord record = await server.RecordAsync();
        Assert.Equal((4321, "a reason", true), (record.Code, record.Reason, record.WasClean));
    }

    [Theory]
    [MemberData(nameof(Carriers.Http1Only), MemberType = typeof(Carriers))]
    public async Task Peer_that_ends_its_stream_right_behind_its_close_frame_is_answered(Carrier carrier)
    {
        await using TestServer server = await TestServer.StartAsync(carrier, TestServer.EchoAsync);
        for (int i = 0; i < 20; i++)
        {
            await using RawPeer peer = await server.RawAsync();
            await peer.SendCloseAsync(1000);
            await peer.HalfCloseAsync();
            Assert.Equal(1000, (await peer.ReadFrameAsync()).CloseCode);
            Assert.Equal((0, RawEnd.Fin), await RestAsync(peer));
            Assert.True((await server.RecordAsync()).WasClean);
        }
    }

    [Theory]
    [MemberData(nameof(Carriers.All), MemberType = typeof(Carriers))]
    public async Task When_both_close_at_once_each_reports_the_other_s_code(Carrier carrier)
    {
        await using TestServer server = await TestServer.StartAsync(carrier, connection => connection.CloseAsync(4002, "theirs"));
        await using RawPeer peer = await server.RawAsync();
        RawFrame frame = await peer.ReadFrameAsync();
        Assert.Equal((8, 4002, "theirs"), (frame.Opcode, frame.CloseCode, frame.CloseReason));
        await peer.SendCloseAsync(4001, "ours");
        Assert.Equal((0, RawEnd.Fin), await RestAsync(peer));
        await peer.DisposeAsync();
        CloseRecord record = await server.RecordAsync();
        Assert.Equal((4001, "ours", true, 4002, EndedBy.Local, CloseCause.Requested), (record.Code, record.Reason, record.WasClean, record.Sent!.Code, record.EndedBy, record.Cause));
    }

    [Theory]
    [MemberData(nameof(Carriers.All), MemberType = typeof(Carriers))]
    public async Task Second_close_frame_and_data_after_a_close_are_dropped(Carrier carrier)
    {
        await using TestServer server = await TestServer.StartAsync(carrier, TestServer.EchoAsync);
        await using RawPeer peer = await server.RawAsync();
        byte[] close = RawPeer.Frame(8, [0x0F, 0xA0], fin: true, rsv: 0, mask: true);
        byte[] second = RawPeer.Frame(8, [0x0F, 0xA1], fin: true, rsv: 0, mask: true);
        byte[] text = RawPeer.Frame(1, "late"u8, fin: true, rsv: 0, mask: true);
        byte[] ping = RawPeer.Frame(9, [], fin: true, rsv: 0, mask: true);
        await peer.SendAsync((byte[])[.. close, .. text, .. ping, .. second]);
        Assert.Equal(4000, (await peer.ReadFrameAsync()).CloseCode);
        Assert.Equal((0, RawEnd.Fin), await RestAsync(peer));
        await peer.DisposeAsync();
        Assert.Equal(4000, (await server.RecordAsync()).Code);
    }

    [Theory]
    [MemberData(nameof(Carriers.All), MemberType = typeof(Carriers))]
    public async Task Close_between_fragments_drops_the_unfinished_message(Carrier carrier)
    {
        int received = 0;
        await using TestServer server = await TestServer.StartAsync(carrier, async connection =>
        {
            await foreach (WebSocketMessage message in connection.ReadAllAsync()) received++;
        });
        await using RawPeer peer = await server.RawAsync();
        await peer.SendFrameAsync(1, "half of a"u8.ToArray(), fin: false);
        await peer.SendCloseAsync(1000);
        Assert.Equal(1000, (await peer.ReadFrameAsync()).CloseCode);
        await peer.DisposeAsync();
        Assert.True((await server.RecordAsync()).WasClean);
        Assert.Equal(0, received);
    }

    [Theory]
    [MemberData(nameof(Carriers.All), MemberType = typeof(Carriers))]
    public async Task Messages_sent_before_the_close_arrive_before_it(Carrier carrier)
    {
        await using TestServer server = await TestServer.StartAsync(carrier, async connection =>
        {
            for (int i = 0; i < 20; i++) _ = connection.SendAsync(new byte[30_000]).AsTask();
            await connection.CloseAsync(4000);
        });
        await using WebSocketConnection client = await server.ConnectAsync();
        int count = 0;
        await foreach (WebSocketMessage message in client.ReadAllAsync()) count += message.Data.Length;
        Assert.Equal(20 * 30_000, count);
        Assert.Equal(4000, (await client.Closed.Soon()).Code);
    }

    internal static async Task<(int Bytes, RawEnd End)> RestAsync(RawPeer peer)
    {
        (byte[] bytes, RawEnd end) = await peer.ReadToEndAsync();
        return (bytes.Length, end);
    }
}
