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
        await using GatewayRig rig = await GatewayRig.StartAsync(Carrier.Http1, upstream.Url, options => options.ForwardedHeaders.Add("X-Tenant"));
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
        await using GatewayRig rig = await GatewayRig.StartAsync(Carrier.Http1, upstream.Url, options => options.ForwardedHeaders.Add("X-Tenant"));
        Assert.StartsWith("HTTP/1.1 101 ", await AskAsync(rig, header), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Header_of_one_hop_stays_there()
    {
        string head = "";
        await using RawServer upstream = RawServer.Start(peer =>
        {
            head = peer.Head;
            return peer.ReadToEndAsync();
        });
        await using GatewayRig rig = await GatewayRig.StartAsync(Carrier.Http1, upstream.Url, options =>
        {
            foreach (string name in (string[])["Connection", "Upgrade", "Sec-WebSocket-Key", "Transfer-Encoding"]) options.ForwardedHeaders.Add(name);
        });
        Assert.StartsWith("HTTP/1.1 101 ", await AskAsync(rig, "X: y"), StringComparison.Ordinal);
        Assert.Equal(1, head.Split("\r\n").Count(line => line.StartsWith("Upgrade:", StringComparison.Ordinal)));
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

    private static async Task<string> AskAsync(GatewayRig rig, string header)
    {
        await using RawPeer client = await RawPeer.ConnectAsync("localhost", rig.Server.Url.Port);
        await client.SendAsync($"GET /gw HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{header}\r\n\r\n");
        string head = await client.ReadHeadAsync();
        if (head.Contains(" 101 ", StringComparison.Ordinal)) return head;
        await client.HalfCloseAsync();
        return head + Encoding.UTF8.GetString((await client.ReadToEndAsync()).Bytes);
    }
}
