using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Cierre.Client;
using Cierre.Opening;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Tests.Client;

public sealed class FreshKeyTests
{
    [Fact]
    public void Each_time_it_is_written_it_is_another_key()
    {
        var key = new FreshKey();
        string first = Encoding.ASCII.GetString(key.GetBytes(FreshKey.Placeholder));
        Assert.Equal(first, key.Last);
        string second = Encoding.ASCII.GetString(key.GetBytes(FreshKey.Placeholder));
        Assert.True(WebSocketKey.IsValid(first) && WebSocketKey.IsValid(second));
        Assert.NotEqual(first, second);
    }

    [Fact]
    public async Task Redirect_and_401_are_followed_with_new_keys()
    {
        var keys = new ConcurrentQueue<string>();
        await using RawServer target = RawServer.Start(async peer =>
        {
            keys.Enqueue(peer.Header("Sec-WebSocket-Key")!);
            await peer.SendCloseAsync(4001);
            await peer.ReadFrameAsync();
        });
        await using RawServer server = RawServer.Start(
            async peer =>
            {
                keys.Enqueue(peer.Header("Sec-WebSocket-Key")!);
                await peer.SendAsync("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n");
                await peer.ReadHeadAsync();
                keys.Enqueue(peer.Header("Sec-WebSocket-Key")!);
                await peer.SendAsync($"HTTP/1.1 307 Elsewhere\r\nLocation: {target.Url}\r\nContent-Length: 0\r\n\r\n");
            },
            switchProtocols: false);
        WebSocketConnection connection = await ClientRig.ConnectAsync(server.Url, options =>
        {
            options.FollowRedirects = true;
            options.ConfigureHandler = handler => handler.Credentials = new NetworkCredential("u", "p");
        });
        Assert.Equal(4001, (await connection.Closed.WaitAsync(ClientRig.Bound)).Code);
        Assert.Equal(3, keys.Distinct().Count());
        Assert.All(keys, key => Assert.True(WebSocketKey.IsValid(key)));
    }

    [Fact]
    public async Task Encoding_that_the_application_chose_for_other_headers_stays()
    {
        await using RawServer server = RawServer.Start(async peer =>
        {
            Assert.True(WebSocketKey.IsValid(peer.Header("Sec-WebSocket-Key")!));
            await peer.SendCloseAsync(4001);
            await peer.ReadFrameAsync();
        });
        var asked = new ConcurrentQueue<string>();
        WebSocketConnection connection = await ClientRig.ConnectAsync(server.Url, options =>
        {
            options.Headers.Add(new("X-Mine", "a"));
            options.ConfigureHandler = handler => handler.RequestHeaderEncodingSelector = (name, _) =>
            {
                asked.Enqueue(name);
                return Encoding.Latin1;
            };
        });
        Assert.Equal(4001, (await connection.Closed.WaitAsync(ClientRig.Bound)).Code);
        Assert.Contains("X-Mine", asked);
        Assert.DoesNotContain("Sec-WebSocket-Key", asked);
    }
}
