using Microsoft.Extensions.DependencyInjection;
using System.Net;
using Cierre.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Cierre.AspNetCore.Tests;

/// <summary>Requests that do not open, each answered with a status and a sentence; and what the ones that open agree on.</summary>
public class HandshakeTests
{
    private const string Good = "Host: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";

    [Theory]
    [InlineData("GET / HTTP/1.1", "Upgrade: websocket\r\n", "", 426, "has no Upgrade header")]
    [InlineData("GET / HTTP/1.1", "Upgrade: websocket", "Upgrade: h2c", 426, "\"Upgrade: h2c\"")]
    [InlineData("GET / HTTP/1.1", "Version: 13", "Version: 8", 426, "version 13")]
    [InlineData("GET / HTTP/1.1", "Sec-WebSocket-Version: 13\r\n", "", 426, "no Sec-WebSocket-Version")]
    [InlineData("POST / HTTP/1.1", "Version: 13", "Version: 13", 405, "opens with GET")]
    [InlineData("GET / HTTP/1.1", "Connection: Upgrade", "Connection: keep-alive", 400, "Connection: Upgrade")]
    [InlineData("GET / HTTP/1.1", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", "", 400, "no Sec-WebSocket-Key")]
    [InlineData("GET / HTTP/1.1", "dGhlIHNhbXBsZSBub25jZQ==", "c2hvcnQ=", 400, "exactly 16 bytes")]
    [InlineData("GET / HTTP/1.1", "Version: 13", "Version: 13\r\nSec-WebSocket-Version: 13", 400, "2 Sec-WebSocket-Version headers")]
    [InlineData("GET / HTTP/1.1", "Version: 13", "Version: 13\r\nSec-WebSocket-Protocol: a, b, a", 400, "more than once")]
    [InlineData("GET / HTTP/1.1", "Version: 13", "Version: 13\r\nSec-WebSocket-Protocol: a b", 400, "Sec-WebSocket-Protocol")]
    [InlineData("GET / HTTP/1.1", "Version: 13", "Version: 13\r\nSec-WebSocket-Extensions: permessage-deflate; =", 400, "Sec-WebSocket-Extensions")]
    [InlineData("GET / HTTP/1.0", "Version: 13", "Version: 13", 426, "HTTP/1.0")]
    [InlineData("GET /nowhere HTTP/1.1", "Version: 13", "Version: 13", 404, "")]
    public async Task Wrong_request_is_refused_with_a_status_and_a_sentence(string line, string replace, string with, int status, string text)
    {
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync);
        (string head, string body) = await AskAsync(server, $"{line}\r\n{Good.Replace(replace, with, StringComparison.Ordinal)}\r\n");
        Assert.StartsWith($"HTTP/1.1 {status} ", head, StringComparison.Ordinal);
        Assert.Contains(text, body, StringComparison.Ordinal);
        if (status == 426)
        {
            Assert.Contains("\r\nUpgrade: websocket\r\n", head, StringComparison.OrdinalIgnoreCase);
            Assert.Contains("\r\nSec-WebSocket-Version: 13\r\n", head, StringComparison.OrdinalIgnoreCase);
        }

        if (status == 405) Assert.Contains("\r\nAllow: GET\r\n", head, StringComparison.OrdinalIgnoreCase);
        if (status is not (404 or 400)) Assert.Contains("text/plain", head, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Carrier.Http2)]
    [InlineData(Carrier.Http2Tls)]
    public async Task Wrong_version_over_http2_is_400_with_the_right_one(Carrier carrier)
    {
        await using TestServer server = await TestServer.StartAsync(carrier, TestServer.EchoAsync);
        using HttpResponseMessage response = await server.SendAsync(Http2Peer.Request(server.HttpUrl("/"), "Sec-WebSocket-Version: 8"));
        Assert.Equal((HttpStatusCode.BadRequest, "13"), (response.StatusCode, response.Headers.GetValues("Sec-WebSocket-Version").Single()));
        Assert.Contains("speaks version 13", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plain_get_over_http2_is_400()
    {
        await using TestServer server = await TestServer.StartAsync(Carrier.Http2, TestServer.EchoAsync);
        var request = new HttpRequestMessage(HttpMethod.Get, server.HttpUrl("/")) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using HttpResponseMessage response = await server.SendAsync(request);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(":protocol: websocket", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "", true)]
    [InlineData("http://SELF", "", true)]
    [InlineData("https://SELF", "", false)]
    [InlineData("http://localhost:1", "", false)]
    [InlineData("http://evil.example", "", false)]
    [InlineData("null", "", false)]
    [InlineData("http://evil.example", "*", true)]
    [InlineData("https://good.example", "https://good.example https://fine.example", true)]
    [InlineData("https://FINE.example", "https://good.example https://fine.example", true)]
    [InlineData("https://good.example:444", "https://good.example https://fine.example", false)]
    [InlineData("http://SELF", "https://good.example", false)]
    [InlineData("https://app.example.org", "https://*.example.org", true)]
    [InlineData("https://evilexample.org", "https://*.example.org", false)]
    [InlineData("https://example.org", "https://*.example.org", false)]
    [InlineData("https://xn--bcher-kva.example", "https://bücher.example", true)]
    public async Task Origin_is_held_to_the_server_s_own_or_to_the_list(string? origin, string allowed, bool opens)
    {
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync, o =>
        {
            foreach (string one in allowed.Split(' ', StringSplitOptions.RemoveEmptyEntries)) o.AllowedOrigins.Add(one);
        });
        await using RawPeer peer = await RawPeer.ConnectAsync("127.0.0.1", server.Url.Port);
        string self = peer.Socket.RemoteEndPoint!.ToString()!;
        string head = await peer.UpgradeAsync("/", origin is null ? [] : ["Origin: " + origin.Replace("SELF", self, StringComparison.Ordinal)]);
        Assert.StartsWith(opens ? "HTTP/1.1 101" : "HTTP/1.1 403", head, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refused_origin_is_named_with_the_remedy_in_the_answer_and_in_the_log()
    {
        var log = new LogSink(LogLevel.Information);
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync, build: builder => builder.Logging.AddProvider(log));
        (string head, string body) = await AskAsync(server, $"GET / HTTP/1.1\r\n{Good}Origin: https://evil.example/\u001b[31m\"\r\n\r\n".Replace("\u001b", "\u00c2\u009b", StringComparison.Ordinal));
        Assert.StartsWith("HTTP/1.1 403 ", head, StringComparison.Ordinal);
        foreach (string text in (string[])[body, string.Join("\n", log.Lines)])
        {
            Assert.Contains("\"https://evil.example/\\u{009B}[31m\\\"\"", text, StringComparison.Ordinal);
            Assert.Contains("http://localhost", text, StringComparison.Ordinal);
            Assert.Contains("WebSocketEndpointOptions.AllowedOrigins", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Origin_that_differs_by_its_scheme_alone_is_told_of_the_proxy()
    {
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync);
        (string _, string body) = await AskAsync(server, $"GET / HTTP/1.1\r\n{Good}Origin: https://localhost\r\n\r\n");
        Assert.Contains("UseForwardedHeaders", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("xn--bcher-kva.example")]
    [InlineData("xn--bcher-kva.example:8080")]
    public async Task Name_of_another_alphabet_is_of_one_origin_with_itself(string host)
    {
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync);
        await using RawPeer peer = await RawPeer.ConnectAsync("127.0.0.1", server.Url.Port);
        await peer.SendAsync($"GET / HTTP/1.1\r\n{Good.Replace("localhost", host, StringComparison.Ordinal)}Origin: http://{host}\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 101 ", await peer.ReadHeadAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Origin_that_can_never_match_is_refused_at_the_start()
    {
        await using WebApplication app = Build();
        ArgumentException refused = Assert.Throws<ArgumentException>(() => app.MapWebSocket("/", TestServer.EchoAsync, o => o.AllowedOrigins.Add("https://app.example/")));
        Assert.Contains("\"https://app.example\"", refused.Message, StringComparison.Ordinal);
        refused = Assert.Throws<ArgumentException>(() => app.MapWebSocketInspector("/_ws", o => o.AllowedOrigins.Add("app.example")));
        Assert.Contains("\"https://app.example\"", refused.Message, StringComparison.Ordinal);
        refused = Assert.Throws<ArgumentException>(() => app.MapWebSocketGateway("/gw", new Uri("ws://127.0.0.1:9/"), o => o.Endpoint.AllowedOrigins.Add("https://*example.org")));
        Assert.Contains("https://*.example.org", refused.Message, StringComparison.Ordinal);
        await WrongConfiguration.FailsTheStartAsync("AllowedOrigins:0", "https://app.example/", named: "AllowedOrigins");
    }

    [Fact]
    public async Task Frames_in_the_packet_of_the_request_are_not_lost()
    {
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync);
        await using RawPeer peer = await RawPeer.ConnectAsync("127.0.0.1", server.Url.Port);
        byte[] request = System.Text.Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\n{Good}\r\n");
        byte[] ping = RawPeer.Frame(9, "p"u8, fin: true, rsv: 0, mask: true);
        byte[] large = RawPeer.Frame(2, new byte[200_000], fin: true, rsv: 0, mask: true);
        byte[] close = RawPeer.Frame(8, [0x0F, 0xA0], fin: true, rsv: 0, mask: true);
        await peer.SendAsync((byte[])[.. request, .. ping, .. RawPeer.Frame(1, "early"u8, true, 0, true), .. large, .. close]);
        Assert.StartsWith("HTTP/1.1 101", await peer.ReadHeadAsync(), StringComparison.Ordinal);
        Assert.Equal((10, "p"), (await peer.ReadFrameAsync()) is { } pong ? (pong.Opcode, pong.Text) : default);
        RawFrame frame = await peer.ReadFrameAsync();
        // What waited to be sent when the close came is dropped (the close is answered at once).
        while (frame.Opcode != 8) frame = await peer.ReadFrameAsync();
        Assert.Equal(4000, frame.CloseCode);
        await peer.DisposeAsync();
        CloseRecord record = await server.RecordAsync();
        Assert.Equal((4000, true, 2L), (record.Code, record.WasClean, record.Traffic.MessagesReceived));
    }

    [Theory]
    [InlineData(Carrier.Http1)]
    [InlineData(Carrier.Http2)]
    public async Task First_of_the_server_s_subprotocols_that_the_client_asks_for_is_chosen(Carrier carrier)
    {
        await using TestServer server = await TestServer.StartAsync(carrier, c => c.SendAsync(c.Subprotocol ?? "none").AsTask(), o =>
        {
            o.Subprotocols.Add("best");
            o.Subprotocols.Add("good");
        });
        foreach ((string[] asked, string? chosen) in ((string[], string?)[])[(["good", "best"], "best"), (["other", "good"], "good"), (["other"], null), ([], null)])
        {
            WebSocketClientOptions options = server.ClientOptions();
            foreach (string one in asked) options.Subprotocols.Add(one);
            await using WebSocketConnection client = await server.ConnectAsync(options);
            Assert.Equal(chosen, client.Subprotocol);
            Assert.Equal(chosen ?? "none", (await client.ReceiveAsync().Soon())!.Value.GetText());
        }
    }

    [Fact]
    public async Task Request_that_never_ends_is_cut_off_by_the_server_s_header_timeout()
    {
        await using TestServer server = await TestServer.StartAsync(
            Carrier.Http1, TestServer.EchoAsync, build: b => b.WebHost.ConfigureKestrel(k => k.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(1)));
        await using RawPeer peer = await RawPeer.ConnectAsync("127.0.0.1", server.Url.Port);
        await peer.SendAsync("GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: webs");
        (byte[] bytes, _) = await peer.ReadToEndAsync();
        if (bytes.Length != 0) Assert.StartsWith("HTTP/1.1 408", System.Text.Encoding.ASCII.GetString(bytes), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Carriers.All), MemberType = typeof(Carriers))]
    public async Task Url_and_version_of_the_request_are_known(Carrier carrier)
    {
        var seen = new TaskCompletionSource<(Uri?, Version)>();
        await using TestServer server = await TestServer.StartAsync(carrier, c =>
        {
            seen.SetResult((c.Url, c.HttpVersion));
            return Task.CompletedTask;
        });
        await using WebSocketConnection client = await server.ConnectAsync(path: "/?a=b%20c");
        (Uri? url, Version version) = await seen.Task.Soon();
        Assert.Equal(new Uri(server.Url, "/?a=b%20c"), url);
        Assert.Equal(carrier.IsHttp2() ? HttpVersion.Version20 : HttpVersion.Version11, version);
    }

    [Fact]
    public async Task Lasts_longer_than_the_request_timeout_and_the_body_limits()
    {
        await using TestServer server = await TestServer.StartAsync(
            Carrier.Http2,
            TestServer.EchoAsync,
            build: b =>
            {
                Microsoft.Extensions.DependencyInjection.RequestTimeoutsIServiceCollectionExtensions.AddRequestTimeouts(
                    b.Services, o => o.DefaultPolicy = new Microsoft.AspNetCore.Http.Timeouts.RequestTimeoutPolicy { Timeout = TimeSpan.FromMilliseconds(100) });
                b.WebHost.ConfigureKestrel(k => k.Limits.MaxRequestBodySize = 1000);
            },
            map: app => app.UseRequestTimeouts());
        await using WebSocketConnection client = await server.ConnectAsync();
        await Task.WhenAny(client.Closed, Task.Delay(300));
        byte[] data = new byte[100_000];
        await client.SendAsync(data);
        Assert.Equal(data.Length, (await client.ReceiveAsync().Soon())!.Value.Data.Length);
    }

    private static WebApplication Build()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddCierre();
        builder.WebHost.UseTransportUnderTest();
        return builder.Build();
    }

    private static async Task<(string Head, string Body)> AskAsync(TestServer server, string request)
    {
        await using RawPeer peer = await RawPeer.ConnectAsync("127.0.0.1", server.Url.Port);
        // A second request makes the server end the connection, so that the end of the first answer need not be looked for.
        await peer.SendAsync(request + "GET /nowhere HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        string head = await peer.ReadHeadAsync();
        (byte[] body, _) = await peer.ReadToEndAsync();
        return (head, System.Text.Encoding.UTF8.GetString(body));
    }
}
