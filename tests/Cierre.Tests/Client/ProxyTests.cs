using System.Net;
using System.Net.Sockets;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Tests.Client;

public sealed class ProxyTests
{
    private static readonly Uri Target = new("ws://target.invalid:81/");

    [Fact]
    public async Task Proxy_that_refuses_the_connection_is_a_proxy_that_failed()
    {
        int port = ClientRig.ClosedPort();
        CloseRecord record = await ClientRig.FailAsync(Target, Through($"http://127.0.0.1:{port}"));
        Assert.Equal(CloseCause.ProxyFailed, record.Cause);
        Assert.Contains($"127.0.0.1:{port}", record.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Proxy_that_does_not_exist_is_a_proxy_that_failed()
    {
        CloseRecord record = await ClientRig.FailAsync(Target, Through("http://noproxy.invalid:3128"));
        Assert.Equal(CloseCause.ProxyFailed, record.Cause);
        Assert.Contains("noproxy.invalid:3128", record.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(403)]
    [InlineData(407)]
    [InlineData(502)]
    public async Task Proxy_that_answers_with_a_status_is_a_proxy_that_failed_with_it(int status)
    {
        await using var proxy = RawServer.Start(peer => peer.SendAsync($"HTTP/1.1 {status} No\r\nContent-Length: 0\r\n\r\n"), switchProtocols: false);
        CloseRecord record = await ClientRig.FailAsync(Target, Through($"http://127.0.0.1:{proxy.Port}"));
        Assert.Equal(CloseCause.ProxyFailed, record.Cause);
        Assert.Contains($"{status}", record.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Proxy_that_goes_away_before_it_answers_is_a_proxy_that_failed()
    {
        await using var proxy = RawServer.Start(_ => Task.CompletedTask, switchProtocols: false);
        CloseRecord record = await ClientRig.FailAsync(Target, Through($"http://127.0.0.1:{proxy.Port}"));
        Assert.Equal(CloseCause.ProxyFailed, record.Cause);
    }

    [Fact]
    public async Task Target_behind_a_proxy_that_works_is_reached_and_its_failures_are_its_own()
    {
        await using var server = RawServer.Start(async peer =>
        {
            await peer.SendTextAsync("through");
            await peer.SendCloseAsync(4001);
            await peer.ReadFrameAsync();
        });
        await using var refusing = RawServer.Start(peer => peer.SendAsync("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"), switchProtocols: false);
        await using var proxy = RawServer.Start(Tunnel, switchProtocols: false);
        WebSocketConnection connection = await ClientRig.ConnectAsync(server.Url, Through($"http://127.0.0.1:{proxy.Port}"));
        Assert.Equal("through", (await connection.ReceiveAsync())!.Value.GetText());
        CloseRecord closed = await connection.Closed.WaitAsync(ClientRig.Bound);
        Assert.Equal((4001, true), (closed.Code, closed.WasClean));
        CloseRecord record = await ClientRig.FailAsync(refusing.Url, Through($"http://127.0.0.1:{proxy.Port}"));
        Assert.Equal((CloseCause.HttpStatus, HttpStatusCode.NotFound), (record.Cause, record.HttpStatus));
    }

    /// <summary>A request for http goes to a proxy as it is, which a proxy does not upgrade; one for ws asks for a tunnel.</summary>
    [Fact]
    public async Task Redirect_to_http_goes_through_a_tunnel_too()
    {
        await using var target = RawServer.Start(async peer =>
        {
            Assert.StartsWith("GET /there HTTP/1.1\r\n", peer.Head, StringComparison.Ordinal);
            await peer.SendCloseAsync(4001);
            await peer.ReadFrameAsync();
        });
        await using var server = RawServer.Start(
            peer => peer.SendAsync($"HTTP/1.1 302 Found\r\nLocation: http://localhost:{target.Port}/there\r\nContent-Length: 0\r\n\r\n"), switchProtocols: false);
        await using var proxy = RawServer.Start(Tunnel, switchProtocols: false);
        WebSocketConnection connection = await ClientRig.ConnectAsync(server.Url, options =>
        {
            Through($"http://127.0.0.1:{proxy.Port}")(options);
            options.FollowRedirects = true;
        });
        Assert.Equal(4001, (await connection.Closed.WaitAsync(ClientRig.Bound)).Code);
    }

    private static Action<WebSocketClientOptions> Through(string proxy) => o => o.ConfigureHandler = h => h.Proxy = new WebProxy(proxy) { BypassProxyOnLocal = false };

    /// <summary>CONNECT localhost:PORT, then bytes both ways.</summary>
    private static async Task Tunnel(RawPeer peer)
    {
        Assert.StartsWith("CONNECT localhost:", peer.Head, StringComparison.Ordinal);
        using var upstream = new TcpClient();
        await upstream.ConnectAsync("localhost", int.Parse(peer.Head.Split(' ')[1].Split(':')[1], System.Globalization.CultureInfo.InvariantCulture));
        await peer.SendAsync("HTTP/1.1 200 Connection Established\r\n\r\n");
        using var downstream = new NetworkStream(peer.Socket, ownsSocket: false);
        Task up = Copy(downstream, upstream.GetStream(), upstream.Client), down = Copy(upstream.GetStream(), downstream, peer.Socket);
        await Task.WhenAll(up, down).WaitAsync(ClientRig.Bound);

        static async Task Copy(Stream from, Stream to, Socket toSocket)
        {
            try
            {
                await from.CopyToAsync(to);
                toSocket.Shutdown(SocketShutdown.Send);
            }
            catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
            {
                // One side is gone.
            }
        }
    }
}
