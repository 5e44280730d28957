using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
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
    [InlineData("wss://h:80/", "Basic", null)]
    [InlineData("https://h/", "Digest", null)]
    [InlineData("ws://h:81/", "Basic", null)]
    [InlineData("ws://other/", "Basic", null)]
    [InlineData("ws://h.other/", "Negotiate", null)]
    public void They_are_for_the_origin_of_the_URL_alone_and_so_is_what_names_no_server(string asked, string scheme, bool? own)
    {
        NetworkCredential? expected = own switch { true => Own, false => Others, _ => null };
        Assert.Same(expected, new UrlCredentials(new Uri("ws://h/"), Own, new CredentialOf(Others)).GetCredential(new Uri(asked), scheme));
        Assert.Same(expected is null ? null : Others, new UrlCredentials(new Uri("ws://h/"), own: null, Others).GetCredential(new Uri(asked), scheme));
        Assert.Same(own == true ? Own : null, new UrlCredentials(new Uri("ws://h/"), Own, others: null).GetCredential(new Uri(asked), scheme));
    }

    [Theory]
    [InlineData("ws://other:81/a/b", true)]
    [InlineData("http://other:81/a/", true)]
    [InlineData("ws://other:81/b", false)]
    [InlineData("ws://other:82/a/", false)]
    [InlineData("wss://other:81/a/", false)]
    [InlineData("ws://h/", false)]
    public void Cache_of_the_applications_says_itself_whom_it_is_for(string asked, bool found)
    {
        foreach (string scheme in (string[])["ws", "http"])
        {
            var cache = new CredentialCache { { new Uri($"{scheme}://other:81/a/"), "Digest", Others } };
            Assert.Same(found ? Others : null, new UrlCredentials(new Uri("ws://h/"), own: null, cache).GetCredential(new Uri(asked), "Digest"));
            Assert.Same(found ? Others : asked == "ws://h/" ? Own : null, new UrlCredentials(new Uri("ws://h/"), Own, cache).GetCredential(new Uri(asked), "Digest"));
        }
    }

    [Fact]
    public async Task Both_ways_to_connect_answer_a_401_with_them_and_show_them_nowhere()
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
    }

    [Fact]
    public async Task Wrong_ones_are_a_401_that_does_not_show_them()
    {
        await using RawServer server = RawServer.Start(peer => RefuseAsync(peer, 2), switchProtocols: false);
        var failed = await Assert.ThrowsAsync<WebSocketConnectException>(() => WebSocketConnection.ConnectAsync(WithUser(server)));
        Assert.Equal(HttpStatusCode.Unauthorized, failed.Record.HttpStatus);
        Assert.DoesNotContain("s3cret", failed + failed.Record.Explain() + failed.Record, StringComparison.Ordinal);
    }

    /// <summary>The other server asks, and would see an answer: it reads on after its 401.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Redirect_to_another_server_does_not_get_them(bool ofTheHandler)
    {
        var heads = new ConcurrentQueue<string>();
        await using RawServer other = RawServer.Start(peer => AskForeverAsync(peer, heads), switchProtocols: false);
        await using RawServer server = RawServer.Start(peer => RedirectAsync(peer, $"http://localhost:{other.Port}/"), switchProtocols: false);
        CloseRecord record = await ClientRig.FailAsync(ofTheHandler ? server.Url : WithUser(server), options =>
        {
            options.FollowRedirects = true;
            if (ofTheHandler) options.ConfigureHandler = handler => handler.Credentials = new NetworkCredential("us@er", "s3cret");
        });
        Assert.Equal(HttpStatusCode.Unauthorized, record.HttpStatus);
        Assert.DoesNotContain("Authorization:", Assert.Single(heads), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Redirect_within_the_origin_gets_them(bool ofTheHandler)
    {
        await using RawServer server = RawServer.Start(
            async peer =>
            {
                await RedirectAsync(peer, "/there");
                await peer.ReadHeadAsync();
                await AnswerAsync(peer);
            },
            switchProtocols: false);
        WebSocketConnection connection = await ClientRig.ConnectAsync(ofTheHandler ? server.Url : WithUser(server), options =>
        {
            options.FollowRedirects = true;
            if (ofTheHandler) options.ConfigureHandler = handler => handler.Credentials = new NetworkCredential("us@er", "s3cret");
        });
        Assert.Equal(new Uri(server.Url, "/there"), connection.Url);
        Assert.Equal(4001, (await connection.Closed.WaitAsync(ClientRig.Bound)).Code);
    }

    [Fact]
    public async Task Redirect_to_another_server_gets_what_the_applications_cache_has_for_it()
    {
        await using RawServer other = Asking(sendClose: true);
        await using RawServer server = RawServer.Start(peer => RedirectAsync(peer, $"http://localhost:{other.Port}/"), switchProtocols: false);
        WebSocketConnection connection = await ClientRig.ConnectAsync(new Uri($"ws://somebody:else@localhost:{server.Port}/"), options =>
        {
            options.FollowRedirects = true;
            options.ConfigureHandler = handler => handler.Credentials = new CredentialCache { { other.Url, "Basic", new NetworkCredential("us@er", "s3cret") } };
        });
        Assert.Equal(4001, (await connection.Closed.WaitAsync(ClientRig.Bound)).Code);
    }

    private static Uri WithUser(RawServer server) => new($"ws://us%40er:s3cret@localhost:{server.Port}/");

    private static RawServer Asking(bool sendClose) => RawServer.Start(peer => AnswerAsync(peer, sendClose), switchProtocols: false);

    private static Task RedirectAsync(RawPeer peer, string location) => peer.SendAsync($"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n");

    /// <summary>Says 401 to each request, on one connection, until the client goes.</summary>
    private static async Task AskForeverAsync(RawPeer peer, ConcurrentQueue<string> heads)
    {
        try
        {
            for (heads.Enqueue(peer.Head); ; heads.Enqueue(await peer.ReadHeadAsync())) await RefuseAsync(peer, 1);
        }
        catch (Exception e) when (e is IOException or SocketException or EndOfStreamException)
        {
            // The client has gone.
        }
    }

    private static async Task AnswerAsync(RawPeer peer, bool sendClose = true)
    {
        if (peer.Header("Authorization") is null) await RefuseAsync(peer, 1);
        if (peer.Header("Authorization") is null) await peer.ReadHeadAsync();
        Assert.Equal("Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("us@er:s3cret")), peer.Header("Authorization"));
        await peer.SwitchProtocolsAsync();
        if (sendClose) await peer.SendCloseAsync(4001);
        await peer.ReadFrameAsync();
    }

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
