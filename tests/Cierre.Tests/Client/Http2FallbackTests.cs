using System.Net;
using System.Security.Cryptography.X509Certificates;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Tests.Client;

public sealed class Http2FallbackTests
{
    public enum Answer
    {
        Ends,
        Cuts,
        Says400,
        Says505,
        Garbage,
    }

    [Theory]
    [InlineData(Answer.Ends)]
    [InlineData(Answer.Cuts)]
    [InlineData(Answer.Says400)]
    [InlineData(Answer.Says505)]
    [InlineData(Answer.Garbage)]
    public async Task Cleartext_server_that_speaks_HTTP_1_only_is_asked_again_in_HTTP_1(Answer answer)
    {
        await using var server = RawServer.Start(
            async peer =>
            {
                if (!peer.Head.StartsWith("PRI ", StringComparison.Ordinal))
                {
                    await peer.SwitchProtocolsAsync();
                    await peer.SendCloseAsync(4001);
                    await peer.ReadFrameAsync();
                    return;
                }

                if (answer == Answer.Says400) await peer.SendAsync("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
                if (answer == Answer.Says505) await peer.SendAsync("HTTP/1.1 505 HTTP Version Not Supported\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
                if (answer == Answer.Garbage) await peer.SendAsync("?");
                if (answer == Answer.Cuts) peer.Reset();
            },
            switchProtocols: false);
        WebSocketConnection connection = await ClientRig.ConnectAsync(server.Url, o => o.HttpVersion = HttpVersion.Version20);
        Assert.Equal(HttpVersion.Version11, connection.HttpVersion);
        CloseRecord record = await connection.Closed.WaitAsync(ClientRig.Bound);
        Assert.Equal((4001, true), (record.Code, record.WasClean));
    }

    [Fact]
    public async Task TLS_server_that_does_not_offer_HTTP_2_is_asked_again_in_HTTP_1()
    {
        using X509Certificate2 certificate = Certificates.ForLocalhost();
        await using var server = RawServer.Start(
            async peer =>
            {
                await peer.SendCloseAsync(4001);
                await peer.ReadFrameAsync();
            },
            certificate: certificate);
        WebSocketConnection connection = await ClientRig.ConnectAsync(server.Url, o =>
        {
            o.HttpVersion = HttpVersion.Version20;
            ClientRig.Trusting(o);
        });
        Assert.Equal(HttpVersion.Version11, connection.HttpVersion);
        Assert.Equal(4001, (await connection.Closed.WaitAsync(ClientRig.Bound)).Code);
    }

    [Fact]
    public async Task Failure_that_HTTP_1_would_meet_too_is_not_asked_again()
    {
        int port = ClientRig.ClosedPort();
        CloseRecord record = await ClientRig.FailAsync(new Uri($"ws://127.0.0.1:{port}/"), o => o.HttpVersion = HttpVersion.Version20);
        Assert.Equal(CloseCause.ConnectionRefused, record.Cause);
    }
}
