using System.Collections.Concurrent;
using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using Cierre.Client;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Tests.Client;

/// <summary>RFC 9110 15.4, Fetch: what an application says to one origin is not said to another.</summary>
public sealed class RedirectsTests
{
    private static readonly string[] Carried = ["Authorization", "Cookie", "Proxy-Authorization", "X-Api-Key", "Origin"];

    [Theory]
    [InlineData("ws://h/", "http://H:80/x", true)]
    [InlineData("wss://h/", "https://h:443/", true)]
    [InlineData("ws://bücher.example/", "ws://xn--bcher-kva.example/", true)]
    [InlineData("ws://[::1]:9/", "http://[0:0::1]:9/", true)]
    [InlineData("ws://h/", "wss://h:80/", false)]
    [InlineData("ws://h/", "ws://h:81/", false)]
    [InlineData("ws://h/", "ws://a.h/", false)]
    [InlineData("ws://h/", "ws://h./", false)]
    public void Origin_is_scheme_host_and_port(string one, string other, bool same) => Assert.Equal(same, Redirects.IsSameOrigin(new Uri(one), new Uri(other)));

    [Theory]
    [InlineData(300, "/b", "ws://h/b")]
    [InlineData(301, "?c", "ws://h/a?c")]
    [InlineData(302, "//other/b", "ws://other/b")]
    [InlineData(303, "http://other:81/b#f", "http://other:81/b")]
    [InlineData(307, "wss://u:p@h/", "wss://h/")]
    [InlineData(308, "http:\\\\u:p@h/a//b@c", "http://h/a//b@c")]
    [InlineData(304, "/b", null)]
    [InlineData(305, "/b", null)]
    [InlineData(200, "/b", null)]
    [InlineData(302, "ftp://h/", null)]
    [InlineData(302, "javascript:1", null)]
    [InlineData(302, "http://", null)]
    [InlineData(302, "http://\uFF20例え.テスト/", null)]
    public void Only_an_address_of_a_WebSocket_is_followed_to(int status, string location, string? target)
    {
        var redirects = new Redirects(new Uri("ws://h/a"), []);
        Assert.Equal(target is not null, redirects.TryFollow(Answer(status, location)));
        Assert.Equal(target ?? "ws://h/a", redirects.Url.AbsoluteUri);
    }

    [Theory]
    [InlineData("ws://h/")]
    [InlineData("http://h:443/")]
    public void TLS_is_never_left(string location) => Assert.False(new Redirects(new Uri("wss://h/"), []).TryFollow(Answer(302, location)));

    [Fact]
    public void What_was_left_behind_does_not_come_back()
    {
        var redirects = new Redirects(new Uri("ws://h/"), [new("authorization", "x"), new("USER-AGENT", "y")]);
        Assert.True(redirects.TryFollow(Answer(302, "/b")));
        Assert.Equal(2, redirects.Headers.Count);
        Assert.True(redirects.TryFollow(Answer(302, "ws://other/")));
        Assert.True(redirects.TryFollow(Answer(302, "ws://h/")));
        Assert.Equal(["USER-AGENT"], redirects.Headers.Select(header => header.Key));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Headers_of_the_application_stay_with_their_origin(bool withinTheOrigin)
    {
        var heads = new ConcurrentQueue<string>();
        await using RawServer other = Opening(heads);
        await using RawServer server = RawServer.Start(
            async peer =>
            {
                heads.Enqueue(peer.Head);
                if (heads.Count == 1)
                {
                    await peer.SendAsync($"HTTP/1.1 302 Found\r\nLocation: {(withinTheOrigin ? "/b" : $"http://localhost:{other.Port}/b")}\r\nContent-Length: 0\r\n\r\n");
                    if (!withinTheOrigin) return;
                    await peer.ReadHeadAsync();
                    heads.Enqueue(peer.Head);
                }

                await OpenAsync(peer);
            },
            switchProtocols: false);
        WebSocketConnection connection = await ClientRig.ConnectAsync(server.Url, options =>
        {
            options.FollowRedirects = true;
            options.Headers.Add(new("Host", "inner.example:8443"));
            options.Headers.Add(new("User-Agent", "mine"));
            foreach (string name in Carried) options.Headers.Add(new(name, "s3cret"));
        });
        Assert.Equal(4001, (await connection.Closed.WaitAsync(ClientRig.Bound)).Code);
        Assert.Equal("/b", connection.Url!.AbsolutePath);
        string[] both = [.. heads];
        Assert.Equal(2, both.Length);
        Assert.All(Carried, name => Assert.Contains($"{name}: s3cret\r\n", both[0], StringComparison.Ordinal));
        Assert.All(both, head => Assert.Contains("User-Agent: mine\r\n", head, StringComparison.Ordinal));
        Assert.All(Carried, name => Assert.Equal(withinTheOrigin, both[1].Contains($"{name}: s3cret\r\n", StringComparison.Ordinal)));
        Assert.Contains(withinTheOrigin ? "Host: inner.example:8443\r\n" : $"Host: localhost:{other.Port}\r\n", both[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Handler_that_the_application_set_up_says_whether_and_how_often()
    {
        int requests = 0;
        await using RawServer server = RawServer.Start(
            async peer =>
            {
                try
                {
                    while (true)
                    {
                        requests++;
                        await peer.SendAsync("HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n");
                        await peer.ReadHeadAsync();
                    }
                }
                catch (Exception e) when (e is IOException or SocketException)
                {
                    // The client has gone.
                }
            },
            switchProtocols: false);
        CloseRecord record = await ClientRig.FailAsync(server.Url, options => options.ConfigureHandler = handler =>
        {
            Assert.False(handler.AllowAutoRedirect);
            (handler.AllowAutoRedirect, handler.MaxAutomaticRedirections) = (true, 3);
        });
        Assert.Equal((HttpStatusCode.Found, 4), (record.HttpStatus, requests));
    }

    private static RawServer Opening(ConcurrentQueue<string> heads) => RawServer.Start(
        async peer =>
        {
            heads.Enqueue(peer.Head);
            await OpenAsync(peer);
        },
        switchProtocols: false);

    private static async Task OpenAsync(RawPeer peer)
    {
        await peer.SwitchProtocolsAsync();
        await peer.SendCloseAsync(4001);
        await peer.ReadFrameAsync();
    }

    private static HttpResponseMessage Answer(int status, string location)
    {
        var answer = new HttpResponseMessage((HttpStatusCode)status);
        answer.Headers.TryAddWithoutValidation("Location", location);
        return answer;
    }
}
