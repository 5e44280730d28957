using Cierre.TestKit;
using Xunit;

namespace Cierre.Browser.Tests;

/// <summary>The table of the page about CloseEvent, row by row, over a real connection: what the listener of OnClose receives.</summary>
public sealed class CloseTableTests
{
    [Theory]
    [InlineData(1000)]
    [InlineData(1001)]
    [InlineData(1002)]
    [InlineData(1003)]
    [InlineData(1007)]
    [InlineData(1008)]
    [InlineData(1009)]
    [InlineData(1010)]
    [InlineData(1011)]
    [InlineData(1012)]
    [InlineData(1013)]
    [InlineData(1014)]
    [InlineData(3000)]
    [InlineData(3999)]
    [InlineData(4000)]
    [InlineData(4999)]
    public async Task Code_that_a_server_may_send_is_received_with_its_reason_and_clean(int code)
    {
        await using var server = RawServer.Start(async peer =>
        {
            await peer.SendCloseAsync(code, $"raz\u00F3n {code}");
            RawFrame answer = await peer.ReadFrameAsync();
            Assert.Equal((8, code, ""), (answer.Opcode, answer.CloseCode, answer.CloseReason));
        });
        SocketRig rig = SocketRig.To(server);
        CloseEvent close = await rig.CloseAsync();
        Assert.Equal((code, $"raz\u00F3n {code}", true), (close.Code, close.Reason, close.WasClean));
        Assert.Equal((EndedBy.Remote, CloseCause.PeerClosed, code), (close.Record!.EndedBy, close.Record.Cause, close.Record.Received!.Code));
        Assert.Equal(["open 1", "close 3"], rig.Seen);
        await server.ScriptsAsync();
    }

    [Fact]
    public async Task Empty_body_is_1005_and_clean()
    {
        await using var server = RawServer.Start(async peer =>
        {
            await peer.SendFrameAsync(8);
            Assert.Empty((await peer.ReadFrameAsync()).Payload);
        });
        SocketRig rig = SocketRig.To(server);
        CloseEvent close = await rig.CloseAsync();
        Assert.Equal((1005, "", true), (close.Code, close.Reason, close.WasClean));
        Assert.Equal(["open 1", "close 3"], rig.Seen);
        await server.ScriptsAsync();
    }

    [Theory]
    [InlineData(false, CloseCause.EndOfStream)]
    [InlineData(true, CloseCause.ConnectionReset)]
    public async Task No_close_frame_is_1006_and_not_clean(bool reset, CloseCause cause)
    {
        await using var server = RawServer.Start(async peer =>
        {
            await peer.ReadFrameAsync();
            if (reset) peer.Reset();
        });
        SocketRig rig = SocketRig.To(server);
        await rig.OpenAsync();
        rig.Socket.Send("go");
        CloseEvent close = await rig.CloseAsync();
        Assert.Equal((1006, "", false, cause), (close.Code, close.Reason, close.WasClean, close.Record!.Cause));
        Assert.Equal((null, null, EndedBy.Network), (close.Record.Sent, close.Record.Received, close.Record.EndedBy));
        Assert.Equal(["open 1", "error 3", "close 3"], rig.Seen);
    }

    [Fact]
    public async Task Failed_TLS_handshake_is_1015()
    {
        await using var server = RawServer.Start(peer => peer.ReadToEndAsync(), certificate: Certificates.WrongName());
        SocketRig rig = SocketRig.To(server);
        CloseEvent close = await rig.CloseAsync();
        Assert.Equal((1015, "", false, CloseCause.TlsFailed), (close.Code, close.Reason, close.WasClean, close.Record!.Cause));
        Assert.Equal(["error 3", "close 3"], rig.Seen);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(999)]
    [InlineData(1004)]
    [InlineData(1005)]
    [InlineData(1006)]
    [InlineData(1015)]
    [InlineData(1016)]
    [InlineData(1999)]
    [InlineData(2000)]
    [InlineData(2999)]
    [InlineData(5000)]
    [InlineData(65535)]
    public async Task Code_that_may_not_be_sent_fails_the_connection(int code)
    {
        await using var server = RawServer.Start(async peer =>
        {
            await peer.SendCloseAsync(code, "forbidden");
            RawFrame answer = await peer.ReadFrameAsync();
            Assert.Equal((8, 1002), (answer.Opcode, answer.CloseCode));
            Assert.Contains($"{code}", answer.CloseReason, StringComparison.Ordinal);
        });
        SocketRig rig = SocketRig.To(server);
        CloseEvent close = await rig.CloseAsync();
        Assert.Equal((1006, "", false), (close.Code, close.Reason, close.WasClean));
        Assert.Equal((CloseCause.ProtocolViolation, EndedBy.Local, 1002, null), (close.Record!.Cause, close.Record.EndedBy, close.Record.Sent!.Code, close.Record.Received));
        Assert.Equal(["open 1", "error 3", "close 3"], rig.Seen);
        await server.ScriptsAsync();
    }
}
