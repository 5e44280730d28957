using Microsoft.Extensions.DependencyInjection;
using System.Net;
using System.Text;
using Cierre.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Cierre.AspNetCore.Tests.Gateway;

/// <summary>Messages through a gateway, and how it opens.</summary>
public sealed class GatewayRelayTests
{
    [Theory]
    [MemberData(nameof(Carriers.All), MemberType = typeof(Carriers))]
    public async Task Messages_of_every_size_pass_both_ways_whole_and_in_order(Carrier carrier)
    {
        await using TestServer upstream = await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync);
        await using GatewayRig rig = await GatewayRig.StartAsync(carrier, upstream.Url);
        await using WebSocketConnection client = await rig.Server.ConnectAsync(path: "/gw");
        int[] sizes = [0, 1, 125, 126, 65_535, 65_536, 65_537, 200_000, 1_000_000, 3];
        Task sending = Task.Run(async () =>
        {
            foreach (int size in sizes) await client.SendAsync(Bytes(size));
            await client.SendAsync("fin ü");
        });
        foreach (int size in sizes)
        {
            WebSocketMessage message = (await client.ReceiveAsync().Soon())!.Value;
            Assert.Equal(WebSocketMessageKind.Binary, message.Kind);
            Assert.True(message.Data.Span.SequenceEqual(Bytes(size)));
        }

        Assert.Equal("fin ü", (await client.ReceiveAsync().Soon())!.Value.GetText());
        await sending;
        Assert.Equal(1000, (await client.CloseAsync().Soon()).Code);
    }

    [Fact]
    public async Task Large_message_passes_as_it_comes_and_not_when_it_is_whole()
    {
        const int First = 100_000;
        var go = new TaskCompletionSource();
        await using RawServer upstream = RawServer.Start(async peer =>
        {
            await peer.SendFrameAsync(1, new byte[First], fin: false);
            await go.Task;
            await peer.SendFrameAsync(0, "second"u8.ToArray());
            await peer.ReadToEndAsync();
        });
        await using GatewayRig rig = await GatewayRig.StartAsync(Carrier.Http1, upstream.Url);
        await using WebSocketConnection client = await rig.Server.ConnectAsync(path: "/gw");
        await using WebSocketMessageStream message = (await client.ReceiveStreamAsync().Soon())!;
        byte[] first = new byte[First];
        await message.ReadExactlyAsync(first).Soon();
        go.SetResult();
        byte[] second = new byte[6];
        await message.ReadExactlyAsync(second).Soon();
        Assert.Equal("second", Encoding.UTF8.GetString(second));
        Assert.Equal(0, await message.ReadAsync(second).Soon());
    }

    [Fact]
    public async Task Client_that_does_not_read_stops_the_upstream()
    {
        long sent = 0;
        await using TestServer upstream = await TestServer.StartAsync(Carrier.Http1, async connection =>
        {
            byte[] block = new byte[64 * 1024];
            while (connection.IsOpen && sent < 1L << 30)
            {
                await connection.SendAsync(block);
                Interlocked.Add(ref sent, block.Length);
            }
        });
        await using GatewayRig rig = await GatewayRig.StartAsync(Carrier.Http1, upstream.Url);
        await using RawPeer client = await rig.Server.RawAsync("/gw");
        long before = -1;
        for (int i = 0; i < 100 && before != Interlocked.Read(ref sent); i++)
        {
            before = Interlocked.Read(ref sent);
            await Task.Delay(100);
        }

        Assert.InRange(before, 1, 64L << 20);
    }

    [Fact]
    public async Task Client_gets_the_subprotocol_that_the_upstream_chose()
    {
        await using TestServer upstream = await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync, o => o.Subprotocols.Add("b"));
        await using GatewayRig rig = await GatewayRig.StartAsync(Carrier.Http1, upstream.Url);
        await using WebSocketConnection client = await rig.Server.ConnectAsync(new WebSocketClientOptions { Subprotocols = { "a", "b" } }, "/gw");
        Assert.Equal("b", client.Subprotocol);
        await using WebSocketConnection without = await rig.Server.ConnectAsync(path: "/gw");
        Assert.Null(without.Subprotocol);
    }

    [Fact]
    public async Task Upstream_learns_where_the_request_came_from_and_gets_the_headers_that_are_chosen()
    {
        string head = "";
        await using RawServer upstream = RawServer.Start(async peer =>
        {
            head = peer.Head;
            await peer.SendCloseAsync(1000);
            await peer.ReadToEndAsync();
        });
        await using GatewayRig rig = await GatewayRig.StartAsync(Carrier.Http1, upstream.Url, o =>
        {
            o.HeadersToForward.Add("X-Tenant");
            o.HeadersToForward.Add("X-Forwarded-For");
            o.ConfigureUpstream = (_, options) => options.Headers.Add(new("X-Key", "secret"));
        });
        await using RawPeer client = await rig.Server.RawAsync("/gw", "X-Tenant: blue", "X-Other: no", "X-Forwarded-For: 6.6.6.6", "Via: 1.0 fred, 1.1 p.example", "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        await client.ReadFrameAsync();
        Assert.Contains("X-Tenant: blue", head, StringComparison.Ordinal);
        Assert.Contains("X-Forwarded-For: 127.0.0.1", head, StringComparison.Ordinal);
        Assert.Contains("X-Forwarded-Proto: http", head, StringComparison.Ordinal);
        Assert.Contains($"X-Forwarded-Host: {client.Socket.RemoteEndPoint}", head, StringComparison.Ordinal);
        Assert.Contains("Via: 1.0 fred, 1.1 p.example, 1.1 cierre", head, StringComparison.Ordinal);
        Assert.Contains("X-Key: secret", head, StringComparison.Ordinal);
        Assert.Contains("0af7651916cd43dd8448eb211c80319c", head, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("X-Other", head, StringComparison.Ordinal);
        Assert.DoesNotContain("6.6.6.6", head, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upstream_that_refuses_is_accepted_and_closed_with_1014()
    {
        await using GatewayRig rig = await GatewayRig.StartAsync(Carrier.Http1, new Uri("ws://127.0.0.1:1/"));
        await using WebSocketConnection client = await rig.Server.ConnectAsync(new WebSocketClientOptions { Subprotocols = { "a", "b" } }, "/gw");
        Assert.Equal("a", client.Subprotocol);
        CloseRecord record = await client.Closed.Soon();
        Assert.Equal((1014, "the upstream refused the connection or is not reachable", true), (record.Code, record.Reason, record.WasClean));
        (CloseRecord ofClient, CloseRecord ofUpstream) = await rig.EndedAsync();
        Assert.Equal((CloseCause.UpstreamFailed, CloseCause.ConnectionRefused, false), (ofClient.Cause, ofUpstream.Cause, ofUpstream.WasOpen));
    }

    [Theory]
    [InlineData("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 6\r\n\r\nsecret", "the upstream did not open a WebSocket")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret", "the upstream did not open a WebSocket")]
    [InlineData("nonsense\r\n\r\n", "the upstream did not open a WebSocket")]
    public async Task Upstream_that_opens_no_WebSocket_is_1014_and_its_words_stay_here(string answer, string reason)
    {
        await using RawServer upstream = RawServer.Start(peer => peer.SendAsync(answer), switchProtocols: false);
        await using GatewayRig rig = await GatewayRig.StartAsync(Carrier.Http1, upstream.Url);
        await using WebSocketConnection client = await rig.Server.ConnectAsync(path: "/gw");
        CloseRecord record = await client.Closed.Soon();
        Assert.Equal((1014, reason), (record.Code, record.Reason));
        Assert.Equal(CloseCause.UpstreamFailed, (await rig.EndedAsync()).Client.Cause);
    }

    [Fact]
    public async Task Upstream_that_refuses_is_502_where_that_is_asked_for()
    {
        await using GatewayRig rig = await GatewayRig.StartAsync(Carrier.Http1, new Uri("ws://127.0.0.1:1/"), o => o.UpstreamFailureResponse = RefusalMode.Status);
        WebSocketConnectException refused = await Assert.ThrowsAsync<WebSocketConnectException>(() => rig.Server.ConnectAsync(path: "/gw"));
        Assert.Equal(HttpStatusCode.BadGateway, refused.Record.HttpStatus);
    }

    [Fact]
    public void Response_that_is_none_of_the_two_is_refused()
    {
        var options = new WebSocketGatewayOptions(new WebSocketEndpointOptions());
        Assert.Equal("UpstreamFailureResponse", Assert.Throws<ArgumentOutOfRangeException>(() => options.UpstreamFailureResponse = (RefusalMode)2).ParamName);
        Assert.Equal("AuthorizationResponse", Assert.Throws<ArgumentOutOfRangeException>(() => options.Endpoint.AuthorizationResponse = (RefusalMode)2).ParamName);
    }

    [Fact]
    public async Task Upstream_that_does_not_answer_in_time_is_504_where_a_status_is_asked_for_and_1014_else()
    {
        using var silent = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var upstream = new Uri($"ws://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}/");
        foreach (bool byStatus in (bool[])[true, false])
        {
            await using GatewayRig rig = await GatewayRig.StartAsync(Carrier.Http1, upstream, o =>
            {
                o.UpstreamFailureResponse = byStatus ? RefusalMode.Status : RefusalMode.Close;
                o.ConfigureUpstream = (_, options) => options.ConnectTimeout = TimeSpan.FromMilliseconds(200);
            });
            if (byStatus)
            {
                WebSocketConnectException refused = await Assert.ThrowsAsync<WebSocketConnectException>(() => rig.Server.ConnectAsync(path: "/gw"));
                Assert.Equal(HttpStatusCode.GatewayTimeout, refused.Record.HttpStatus);
                Assert.Contains("Gateway timeout", refused.Record.Detail, StringComparison.Ordinal);
                continue;
            }

            await using WebSocketConnection client = await rig.Server.ConnectAsync(path: "/gw");
            Assert.Equal(1014, (await client.Closed.Soon()).Code);
        }
    }

    [Fact]
    public async Task Pings_are_answered_on_each_side_and_do_not_pass()
    {
        await using RawServer upstream = RawServer.Start(async peer =>
        {
            await peer.SendFrameAsync(9, "up"u8.ToArray());
            RawFrame pong = await peer.ReadFrameAsync();
            await peer.SendTextAsync($"{pong.Opcode} {pong.Text}");
            await peer.ReadToEndAsync();
        });
        await using GatewayRig rig = await GatewayRig.StartAsync(Carrier.Http1, upstream.Url);
        await using RawPeer client = await rig.Server.RawAsync("/gw");
        Assert.Equal("10 up", (await client.ReadFrameAsync()).Text);
        await client.SendFrameAsync(9, "down"u8.ToArray());
        Assert.Equal((10, "down"), (await client.ReadFrameAsync()) is { } pong ? (pong.Opcode, pong.Text) : default);
    }

    [Theory]
    [InlineData("relative")]
    [InlineData("ftp://example.org/")]
    [InlineData("ws://example.org/#x")]
    public async Task Upstream_that_is_no_address_of_a_WebSocket_is_refused_when_it_is_mapped(string url)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddCierre();
        builder.WebHost.UseTransportUnderTest();
        await using WebApplication app = builder.Build();
        Assert.Throws<ArgumentException>(() => app.MapWebSocketGateway("/gw", new Uri(url, UriKind.RelativeOrAbsolute)));
    }

    private static byte[] Bytes(int size)
    {
        byte[] bytes = new byte[size];
        new Random(size).NextBytes(bytes);
        return bytes;
    }
}
