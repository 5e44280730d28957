using System.Security.Cryptography.X509Certificates;
using System.Text;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Tests.TestKit;

public sealed class RawPeerTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Upgrade_frames_and_end_cross_in_both_roles(bool tls)
    {
        using var certificate = Certificates.ForLocalhost();
        await using var server = RawServer.Start(
            async peer =>
            {
                Assert.StartsWith("GET /chat HTTP/1.1\r\n", peer.Head);
                Assert.Equal("a, b", peer.Header("x-test"));
                var frame = await peer.ReadFrameAsync();
                Assert.True(frame.Masked);
                await peer.SendTextAsync(frame.Text + "!");
                await peer.SendCloseAsync(1001, "going");
                await peer.HalfCloseAsync();
                var (rest, end) = await peer.ReadToEndAsync();
                Assert.Equal("bye", Encoding.UTF8.GetString(rest));
                Assert.Equal(RawEnd.Fin, end);
            },
            certificate: tls ? certificate : null);

        await using var client = await RawPeer.ConnectAsync("127.0.0.1", server.Port, tls);
        var head = await client.UpgradeAsync("/chat", "X-Test: a", "X-Test: b");
        Assert.StartsWith("HTTP/1.1 101 ", head);
        Assert.Equal("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", client.Header("Sec-WebSocket-Accept"));
        await client.SendTextAsync("hello");
        var echo = await client.ReadFrameAsync();
        Assert.Equal(("hello!", 1, true, false), (echo.Text, echo.Opcode, echo.Fin, echo.Masked));
        var close = await client.ReadFrameAsync();
        Assert.Equal((8, 1001, "going"), (close.Opcode, close.CloseCode, close.CloseReason));
        Assert.Equal(RawEnd.Fin, (await client.ReadToEndAsync()).End);
        await client.SendAsync("bye");
        await client.HalfCloseAsync();
        await server.ScriptsAsync();
    }

    [Fact]
    public async Task Script_may_answer_whatever_it_likes()
    {
        await using var server = RawServer.Start(peer => peer.SendAsync("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno"), switchProtocols: false);
        await using var client = await RawPeer.ConnectAsync("127.0.0.1", server.Port);
        Assert.StartsWith("HTTP/1.1 403 ", await client.UpgradeAsync());
        var (body, end) = await client.ReadToEndAsync();
        Assert.Equal(("no", RawEnd.Fin), (Encoding.UTF8.GetString(body), end));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(125)]
    [InlineData(126)]
    [InlineData(65535)]
    [InlineData(65536)]
    [InlineData(1_000_000)]
    public async Task Frames_of_every_length_form_survive(int length)
    {
        var payload = new byte[length];
        Random.Shared.NextBytes(payload);
        await using var server = RawServer.Start(async peer =>
        {
            var frame = await peer.ReadFrameAsync();
            await peer.SendFrameAsync(frame.Opcode, frame.Payload, frame.Fin, frame.Rsv);
        });
        await using var client = await RawPeer.ConnectAsync("127.0.0.1", server.Port);
        await client.UpgradeAsync();
        await client.SendFrameAsync(2, payload, fin: false, rsv: 5);
        var echo = await client.ReadFrameAsync();
        Assert.Equal((2, false, 5, false), (echo.Opcode, echo.Fin, echo.Rsv, echo.Masked));
        Assert.True(payload.AsSpan().SequenceEqual(echo.Payload));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Reset_is_told_from_fin(bool tls)
    {
        using var certificate = Certificates.ForLocalhost();
        await using var server = RawServer.Start(
            async peer =>
            {
                await peer.ReadFrameAsync();
                peer.Reset();
            },
            certificate: tls ? certificate : null);
        await using var client = await RawPeer.ConnectAsync("127.0.0.1", server.Port, tls);
        await client.UpgradeAsync();
        await client.SendTextAsync("reset, please");
        Assert.Equal(RawEnd.Reset, (await client.ReadToEndAsync()).End);
    }

    [Fact]
    public async Task Role_decides_the_mask_unless_told_otherwise()
    {
        await using var server = RawServer.Start(async peer =>
        {
            Assert.False((await peer.ReadFrameAsync()).Masked);
            await peer.SendFrameAsync(1, "masked"u8.ToArray(), mask: true);
        });
        await using var client = await RawPeer.ConnectAsync("127.0.0.1", server.Port);
        await client.UpgradeAsync();
        await client.SendFrameAsync(1, mask: false);
        var frame = await client.ReadFrameAsync();
        Assert.Equal(("masked", true), (frame.Text, frame.Masked));
    }

    [Fact]
    public async Task End_inside_a_frame_says_so()
    {
        await using var server = RawServer.Start(peer => peer.SendAsync(new byte[] { 0x81, 5, (byte)'a' }));
        await using var client = await RawPeer.ConnectAsync("127.0.0.1", server.Port);
        await client.UpgradeAsync();
        var e = await Assert.ThrowsAsync<EndOfStreamException>(client.ReadFrameAsync);
        Assert.Equal("Fin instead of a frame, after 3 bytes of it", e.Message);
    }

    [Fact]
    public async Task Waits_are_bounded()
    {
        var done = new TaskCompletionSource();
        await using var server = RawServer.Start(_ => done.Task);
        await using var client = await RawPeer.ConnectAsync("127.0.0.1", server.Port, bound: TimeSpan.FromMilliseconds(200));
        await client.UpgradeAsync();
        var e = await Assert.ThrowsAsync<TimeoutException>(client.ReadFrameAsync);
        Assert.Contains("for a frame", e.Message);
        done.SetResult();
    }
}
