using System.Net;
using System.Text;
using Cierre.Browser;
using Cierre.Client;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Tests.Client;

public sealed class UrlCredentialsTests
{
    private static readonly NetworkCredential Own = new("u", "p"), Others = new("x", "y");

    [Theory]
    [InlineData("ws://h/other", "Basic", true)]
    [InlineData("http://H:80/", "basic", true)]
    [InlineData("ws://h/", "Digest", true)]
    [InlineData("ws://h/", "Negotiate", false)]
    [InlineData("wss://h:80/", "Basic", false)]
    [InlineData("ws://h:81/", "Basic", false)]
    [InlineData("ws://other/", "Basic", false)]
    public void They_are_for_the_origin_of_the_URL_alone(string asked, string scheme, bool own) =>
        Assert.Same(own ? Own : Others, new UrlCredentials(new Uri("ws://h/"), Own, new CredentialOf(Others)).GetCredential(new Uri(asked), scheme));

    [Fact]
    public async Task Every_API_answers_a_401_with_them_and_shows_them_nowhere()
    {
        await using RawServer server = Asking(sendClose: true);
        Uri url = WithUser(server);
        WebSocketConnection connection = await ClientRig.ConnectAsync(url);
        Assert.Equal(server.Url, connection.Url);
        Assert.Equal(4001, (await connection.Closed.WaitAsync(ClientRig.Bound)).Code);

        await foreach (WebSocketConnection kept in WebSocketConnection.KeepConnectedAsync(url))
        {
            Assert.Equal(4001, (await kept.Closed.WaitAsync(ClientRig.Bound)).Code);
        }

        var socket = new WebSocket(url.OriginalString);
        var closed = new TaskCompletionSource<CloseEvent>();
        socket.OnClose = closed.SetResult;
        Assert.Equal(4001, (await closed.Task.WaitAsync(ClientRig.Bound)).Code);
        await using var stream = new WebSocketStream(url.OriginalString);
        Assert.Equal(4001, (int)(await stream.Closed.WaitAsync(ClientRig.Bound)).CloseCode!);
    }

    [Fact]
    public async Task Wrong_ones_are_a_401_that_does_not_show_them()
    {
        await using RawServer server = RawServer.Start(peer => RefuseAsync(peer, 2), switchProtocols: false);
        var failed = await Assert.ThrowsAsync<WebSocketConnectException>(() => WebSocketConnection.ConnectAsync(WithUser(server)));
        Assert.Equal(HttpStatusCode.Unauthorized, failed.Record.HttpStatus);
        Assert.DoesNotContain("s3cret", failed + failed.Record.Explain() + failed.Record, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Redirect_to_another_server_does_not_get_them()
    {
        string? authorization = "";
        await using RawServer other = RawServer.Start(
            async peer =>
            {
                authorization = peer.Header("Authorization");
                await RefuseAsync(peer, 1);
            },
            switchProtocols: false);
        await using RawServer server = RawServer.Start(
            peer => peer.SendAsync($"HTTP/1.1 302 Found\r\nLocation: http://localhost:{other.Port}/\r\nContent-Length: 0\r\n\r\n"), switchProtocols: false);
        CloseRecord record = await ClientRig.FailAsync(WithUser(server), options => options.FollowRedirects = true);
        Assert.Equal((HttpStatusCode.Unauthorized, null), (record.HttpStatus, authorization));
    }

    private static Uri WithUser(RawServer server) => new($"ws://us%40er:s3cret@localhost:{server.Port}/");

    private static RawServer Asking(bool sendClose) => RawServer.Start(
        async peer =>
        {
            if (peer.Header("Authorization") is null) await RefuseAsync(peer, 1);
            if (peer.Header("Authorization") is null) await peer.ReadHeadAsync();
            Assert.Equal("Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("us@er:s3cret")), peer.Header("Authorization"));
            await peer.SwitchProtocolsAsync();
            if (sendClose) await peer.SendCloseAsync(4001);
            await peer.ReadFrameAsync();
        },
        switchProtocols: false);

    private static async Task RefuseAsync(RawPeer peer, int times)
    {
        for (int i = 0; i < times; i++)
        {
            if (i > 0) await peer.ReadHeadAsync();
            await peer.SendAsync("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n");
        }
    }

    private sealed class CredentialOf(NetworkCredential credential) : ICredentials
    {
        public NetworkCredential GetCredential(Uri uri, string authType) => credential;
    }
}
