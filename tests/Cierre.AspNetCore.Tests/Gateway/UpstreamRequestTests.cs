using System.Net;
using System.Text;
using Cierre.TestKit;
using Xunit;

namespace Cierre.AspNetCore.Tests.Gateway;

/// <summary>What a gateway asks its upstream, and what it does with a refusal.</summary>
public sealed class UpstreamRequestTests
{
    [Fact]
    public async Task Header_that_cannot_be_passed_on_is_a_bad_request_that_names_it()
    {
        await using RawServer upstream = RawServer.Start(peer => peer.ReadToEndAsync());
        await using GatewayRig rig = await GatewayRig.StartAsync(Carrier.Http1, upstream.Url, options => options.HeadersToForward.Add("X-Tenant"));
        // Bytes of UTF-8, which Kestrel decodes.
        string answer = await AskAsync(rig, "X-Tenant: bl\u00c3\u00bce");
        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        Assert.Contains("'X-Tenant' has the character U+00FC at index 2", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tracestate: a=\u00c3\u00bc")]
    [InlineData("X-Not-Forwarded: \u00c3\u00bc")]
    public async Task Header_that_is_not_passed_on_matters_to_nobody(string header)
    {
        await using RawServer upstream = RawServer.Start(peer => peer.ReadToEndAsync());
        await using GatewayRig rig = await GatewayRig.StartAsync(Carrier.Http1, upstream.Url, options => options.HeadersToForward.Add("X-Tenant"));
        Assert.StartsWith("HTTP/1.1 101 ", await AskAsync(rig, header), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Connection", "Upgrade")]
    [InlineData("Upgrade", "websocket")]
    [InlineData("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")]
    [InlineData("Transfer-Encoding", null)]
    [InlineData("Trailer", "X-Sum")]
    [InlineData("TE", "trailers")]
    [InlineData("te", "gzip;q=0.5")]
    [InlineData("Keep-Alive", "timeout=5")]
    [InlineData("Proxy-Connection", "keep-alive")]
    [InlineData("Proxy-Authorization", "Basic dTpw")]
    [InlineData("Proxy-Authenticate", "Basic")]
    [InlineData("Proxy-Authentication-Info", "x=y")]
    [InlineData("HTTP2-Settings", "AAMAAABkAAQAAP__")]
    public async Task Header_of_one_hop_stays_there_though_it_is_to_be_passed_on(string name, string? value)
    {
        string[] head = await PassAsync([name, "X-Kept"], [.. value is null ? (string[])[] : [$"{name}: {value}"], "X-Kept: yes"]);
        Assert.Contains("X-Kept: yes", head);
        // The handshake of the upstream has its own.
        string[] own = ["Connection", "Upgrade", "Sec-WebSocket-Key"];
        Assert.Equal(own.Contains(name) ? 1 : 0, head.Count(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase)));
    }

    [Theory]
    [InlineData("keep-alive, Upgrade, X-Hop", "X-Hop: 1")]
    [InlineData("keep-alive ,, x-hop, Upgrade", "X-Hop: 1")]
    [InlineData("keep-alive,cookie,Upgrade", "Cookie: a=b")]
    [InlineData("Upgrade, keep-alive, TraceParent", "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")]
    [InlineData("keep-alive, via, Upgrade", "Via: 1.1 somebody")]
    [InlineData("keep-alive, Upgrade, X-Hop", "X-Hop: bl\u00c3\u00bce")]
    public async Task Header_that_the_request_s_Connection_names_stays_there(string connection, string header)
    {
        // With keep-alive, as Firefox sends it: where Upgrade is the only option that Kestrel knows, Kestrel hands out nothing else of the list.
        string[] head = await PassAsync(["X-Hop", "Cookie", "X-Kept"], [header, "X-Kept: yes"], connection);
        Assert.Contains("X-Kept: yes", head);
        string name = header[..header.IndexOf(':', StringComparison.Ordinal)];
        string[] rest = [.. head.Where(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))];
        Assert.Equal(name == "Via" ? ["Via: 1.1 cierre"] : [], rest);
    }

    [Fact]
    public async Task No_header_of_the_upstream_s_answer_passes_but_the_subprotocol()
    {
        await using RawServer upstream = RawServer.Start(
            async peer =>
            {
                await peer.SwitchProtocolsAsync(
                    "Connection: X-Hop", "X-Hop: 1", "Keep-Alive: timeout=5", "Proxy-Authenticate: Basic", "Trailer: X", "Set-Cookie: a=b", "Sec-WebSocket-Protocol: chat");
                await peer.ReadToEndAsync();
            },
            switchProtocols: false);
        await using GatewayRig rig = await GatewayRig.StartAsync(Carrier.Http1, upstream.Url);
        string[] head = (await AskAsync(rig, "Sec-WebSocket-Protocol: chat")).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        string[] known = ["Connection", "Date", "Sec-WebSocket-Accept", "Sec-WebSocket-Protocol", "Server", "Upgrade"];
        Assert.Equal(known, head.Skip(1).Select(line => line[..line.IndexOf(':', StringComparison.Ordinal)]).Order());
        Assert.Contains("Connection: Upgrade", head);
    }

    [Theory]
    [InlineData("403 No\r\nContent-Length: 100")]
    [InlineData("200 OK\r\nContent-Type: text/event-stream")]
    public async Task Refusal_whose_body_stalls_is_1014_long_before_the_connect_timeout(string head)
    {
        await using RawServer upstream = RawServer.Start(
            async peer =>
            {
                await peer.SendAsync($"HTTP/1.1 {head}\r\n\r\nhalf");
                await peer.ReadToEndAsync();
            },
            switchProtocols: false);
        await using GatewayRig rig = await GatewayRig.StartAsync(Carrier.Http1, upstream.Url, options => options.ConfigureUpstream = (_, connect) => connect.ConnectTimeout = TimeSpan.FromMinutes(5));
        await using WebSocketConnection client = await rig.Server.ConnectAsync(path: "/gw").Soon();
        Assert.Equal((1014, "the upstream did not open a WebSocket"), await client.Closed.Soon() is var record ? (record.Code, record.Reason) : default);
    }

    [Fact]
    public async Task Credentials_of_the_upstreams_URL_answer_its_401()
    {
        string? authorization = null;
        await using RawServer upstream = RawServer.Start(
            async peer =>
            {
                await peer.SendAsync("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n");
                await peer.ReadHeadAsync();
                authorization = peer.Header("Authorization");
                await peer.SwitchProtocolsAsync();
                await peer.SendCloseAsync(4001);
                await peer.ReadToEndAsync();
            },
            switchProtocols: false);
        await using GatewayRig rig = await GatewayRig.StartAsync(Carrier.Http1, new Uri($"http://u:p@localhost:{upstream.Port}/"));
        await using WebSocketConnection client = await rig.Server.ConnectAsync(path: "/gw").Soon();
        Assert.Equal(4001, (await client.Closed.Soon()).Code);
        Assert.Equal("Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("u:p")), authorization);
    }

    /// <summary>What the upstream gets of a request with these headers, line by line.</summary>
    private static async Task<string[]> PassAsync(string[] names, string[] headers, string connection = "Upgrade")
    {
        var head = new TaskCompletionSource<string>();
        await using RawServer upstream = RawServer.Start(peer =>
        {
            head.SetResult(peer.Head);
            return peer.ReadToEndAsync();
        });
        await using GatewayRig rig = await GatewayRig.StartAsync(Carrier.Http1, upstream.Url, options =>
        {
            foreach (string name in names) options.HeadersToForward.Add(name);
        });
        // What the handshake has anyway stands there once.
        string answer = await AskAsync(rig, string.Join("\r\n", headers.Where(header => header is not ("Connection: Upgrade" or "Upgrade: websocket") && !header.StartsWith("Sec-", StringComparison.Ordinal))), connection);
        Assert.StartsWith("HTTP/1.1 101 ", answer, StringComparison.Ordinal);
        return (await head.Task.Soon()).Split("\r\n");
    }

    private static async Task<string> AskAsync(GatewayRig rig, string header, string connection = "Upgrade")
    {
        await using RawPeer client = await RawPeer.ConnectAsync("localhost", rig.Server.Url.Port);
        await client.SendAsync($"GET /gw HTTP/1.1\r\nHost: localhost\r\nConnection: {connection}\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{header}\r\n\r\n");
        string head = await client.ReadHeadAsync();
        if (head.Contains(" 101 ", StringComparison.Ordinal)) return head;
        await client.HalfCloseAsync();
        return head + Encoding.UTF8.GetString((await client.ReadToEndAsync()).Bytes);
    }
}
