using System.Net.Sockets;
using Cierre.TestKit;
using Xunit;

namespace Cierre.AspNetCore.Tests;

/// <summary>The close frame of a server that fails a connection always reaches the peer, whatever the server has not read.</summary>
[Collection(nameof(Heavy))]
public class CloseFrameGetsOutTests
{
    // The third byte of the text is wrong; what follows has not been read, or not even come, when the server fails the connection.
    private static readonly byte[] Flood = [.. RawPeer.Frame(1, [0x61, 0x62, 0xFF], fin: false, rsv: 0, mask: true), .. new byte[1024 * 1024]];

    [Theory]
    [InlineData(Carrier.Http1, 1000)]
    [InlineData(Carrier.Tls, 200)]
    [InlineData(Carrier.Http2, 50)]
    public async Task Every_failed_peer_with_a_mebibyte_unread_gets_the_close_frame_and_then_an_orderly_end(Carrier carrier, int count)
    {
        await using TestServer server = await TestServer.StartAsync(carrier, TestServer.EchoAsync);
        var peers = new RawPeer[count];
        for (int i = 0; i < count; i++) peers[i] = await server.RawAsync();
        using var gate = new SemaphoreSlim(carrier == Carrier.Http1 ? 100 : 50);
        (string Close, RawEnd End)[] seen = await Task.WhenAll(peers.Select(async peer =>
        {
            await gate.WaitAsync();
            try
            {
                await using (peer)
                {
                    // A peer that writes before it reads is the hard case; an HTTP/2 stream has flow control, and may hold such a peer.
                    Task sent = peer.SendAsync(Flood);
                    if (carrier != Carrier.Http2) await sent;
                    RawFrame frame = await peer.ReadFrameAsync();
                    (byte[] rest, RawEnd end) = await peer.ReadToEndAsync();
                    // The server still drains, so an end that TCP knows nothing of is a close_notify.
                    if (carrier == Carrier.Tls) Assert.False(peer.Socket.Poll(0, SelectMode.SelectRead));
                    return ($"{frame.CloseCode} {frame.CloseReason} {rest.Length}", end);
                }
            }
            finally
            {
                gate.Release();
            }
        })).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal([("1007 text is not UTF-8: byte 0xFF at offset 2 0", RawEnd.Fin)], seen.Distinct());
        for (int i = 0; i < count; i++)
        {
            CloseRecord record = await server.RecordAsync();
            Assert.Equal((1006, false, 1007, CloseCause.InvalidData), (record.Code, record.WasClean, record.Sent!.Code, record.Cause));
        }
    }

    [Theory]
    [InlineData(Carrier.Http1)]
    [InlineData(Carrier.Tls)]
    public async Task Close_frame_passes_a_handler_that_never_read_what_the_peer_sent(Carrier carrier)
    {
        var go = new TaskCompletionSource();
        await using TestServer server = await TestServer.StartAsync(carrier, async connection =>
        {
            await go.Task;
            await connection.CloseAsync(4000, "without having read");
        }, o => o.CloseTimeout = TimeSpan.FromMilliseconds(500));
        await using RawPeer peer = await server.RawAsync();
        byte[] message = RawPeer.Frame(2, new byte[1000], fin: true, rsv: 0, mask: true);
        for (int i = 0; i < 1000; i++) await peer.SendAsync(message);
        go.SetResult();
        RawFrame frame = await peer.ReadFrameAsync();
        Assert.Equal((4000, "without having read"), (frame.CloseCode, frame.CloseReason));
        await peer.SendCloseAsync(4000);
        Assert.Equal((0, RawEnd.Fin), await CloseCodeTests.RestAsync(peer));
        await peer.DisposeAsync();
        Assert.True((await server.RecordAsync()).WasClean);
    }

    [Theory]
    [InlineData(Carrier.Http1)]
    [InlineData(Carrier.Tls)]
    public async Task Peer_that_goes_on_sending_after_it_was_failed_is_let_go(Carrier carrier)
    {
        await using TestServer server = await TestServer.StartAsync(carrier, TestServer.EchoAsync);
        await using RawPeer peer = await server.RawAsync();
        await peer.SendFrameAsync(3);
        await Assert.ThrowsAnyAsync<IOException>(async () =>
        {
            byte[] more = new byte[64 * 1024];
            for (int i = 0; i < 1600; i++) await peer.SendAsync(more);
        });
        CloseRecord record = await server.RecordAsync();
        Assert.Equal((1006, 1002, CloseCause.ProtocolViolation), (record.Code, record.Sent!.Code, record.Cause));
    }
}
