using Microsoft.AspNetCore.Builder;
using System.Net;
using System.Text;
using Cierre.TestKit;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Cierre.AspNetCore.Tests;

/// <summary>Handshakes that no well-behaved client sends: each is answered with a status of the client's and a sentence, and none is an error of the host's.</summary>
public class HostileHandshakeTests
{
    private const string Upgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\n";
    private const string Rest = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";
    private const string Host = "Host: localhost\r\n";

    [Theory]
    [InlineData("GET / HTTP/1.1", Host + Upgrade + Rest + "Content-Length: 3\r\n", "abc", 400, "body")]
    [InlineData("GET / HTTP/1.1", Host + Upgrade + Rest + "Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n0\r\n\r\n", 400, "body")]
    [InlineData("GET / HTTP/1.1", Host + Upgrade + Rest + "Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n", "0\r\n\r\n", 400, "body")]
    [InlineData("GET / HTTP/1.1", Host + "Upgrade: websocket\r\nConnection: keep-alive,\tUpgrade\r\n" + Rest, "", 400, "Connection")]
    [InlineData("GET / HTTP/1.1", Host + "Upgrade: websocket\r\nConnection: Upgrade\t, keep-alive\r\n" + Rest, "", 400, "Connection")]
    [InlineData("GET / HTTP/1.1", Host + "Upgrade: ,,\r\nConnection: ,\r\n" + Rest, "", 426, "Upgrade")]
    [InlineData("GET / HTTP/1.0", Host + Upgrade + Rest, "", 426, "HTTP/1.0")]
    [InlineData("GET / HTTP/1.0", Host + "Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n" + Rest, "", 426, "HTTP/1.0")]
    [InlineData("POST / HTTP/1.1", Host + Upgrade + Rest + "Content-Length: 3\r\n", "abc", 405, "GET")]
    [InlineData("get / HTTP/1.1", Host + Upgrade + Rest, "", 405, "GET")]
    [InlineData("GET / HTTP/1.1", Host + Upgrade + Rest + "Origin: http://xn--99999999999\r\n", "", 403, "Origin")]
    public async Task Is_answered_with_a_sentence_and_no_error_in_the_log(string line, string headers, string body, int status, string word)
    {
        var log = new LogSink(LogLevel.Error);
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync, build: builder => builder.Logging.AddProvider(log));
        await using RawPeer peer = await RawPeer.ConnectAsync("127.0.0.1", server.Url.Port);
        await peer.SendAsync($"{line}\r\n{headers}\r\n{body}");
        string head = await peer.ReadHeadAsync();
        Assert.StartsWith($"HTTP/1.1 {status} ", head, StringComparison.Ordinal);
        await peer.HalfCloseAsync();
        (byte[] rest, _) = await peer.ReadToEndAsync();
        Assert.Contains(word, Encoding.UTF8.GetString(rest), StringComparison.Ordinal);
        Assert.Empty(log.Lines);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1", Host + Upgrade + Rest + "Expect: 100-continue\r\n")]
    [InlineData("GET / HTTP/1.1", Host + Upgrade + Rest + "Content-Length: 0\r\n")]
    [InlineData("GET http://localhost/ HTTP/1.1", Host + Upgrade + Rest)]
    [InlineData("GET / HTTP/1.1", Host + "Upgrade: h2c\r\nUpgrade: , WebSocket\r\nConnection: ,close , UPGRADE,\r\n" + Rest)]
    [InlineData("GET / HTTP/1.1", "Host: xn--99999999999\r\n" + Upgrade + Rest)]
    [InlineData("GET / HTTP/1.1", "Host: xn--99999999999\r\n" + Upgrade + Rest + "Origin: http://xn--99999999999\r\n")]
    public async Task Opens_where_nothing_is_wrong_with_it(string line, string headers)
    {
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync);
        await using RawPeer peer = await RawPeer.ConnectAsync("127.0.0.1", server.Url.Port);
        await peer.SendAsync($"{line}\r\n{headers}\r\n");
        Assert.StartsWith("HTTP/1.1 101 ", await peer.ReadHeadAsync(), StringComparison.Ordinal);
        await peer.SendTextAsync("hello");
        Assert.Equal("hello", (await peer.ReadFrameAsync()).Text);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1", "Upgrade: h2c\r\nConnection: Upgrade\r\n")]
    [InlineData("GET / HTTP/1.1", Upgrade)]
    [InlineData("GET / HTTP/1.0", Upgrade + "Connection: keep-alive\r\n")]
    public async Task Upgrade_required_says_that_the_connection_ends_and_it_does(string line, string headers)
    {
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync);
        await using RawPeer peer = await RawPeer.ConnectAsync("127.0.0.1", server.Url.Port);
        await peer.SendAsync($"{line}\r\n{Host}{headers}\r\n");
        string head = await peer.ReadHeadAsync();
        Assert.StartsWith("HTTP/1.1 426 ", head, StringComparison.Ordinal);
        string connection = head.Split("\r\n").Single(one => one.StartsWith("Connection:", StringComparison.OrdinalIgnoreCase));
        Assert.Contains("close", connection, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("Upgrade", connection, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(RawEnd.Fin, (await peer.ReadToEndAsync()).End);
    }

    [Fact]
    public async Task Body_over_http2_is_refused_as_well()
    {
        var log = new LogSink(LogLevel.Error);
        await using TestServer server = await TestServer.StartAsync(Carrier.Http2, TestServer.EchoAsync, build: builder => builder.Logging.AddProvider(log));
        await using RawHttp2Peer peer = await RawHttp2Peer.ConnectAsync("127.0.0.1", server.Url.Port);
        int withLength = await peer.ConnectStreamAsync("/", headers: [("content-length", "3")]);
        (int status, string text) = await peer.ReadAnswerAsync(withLength);
        Assert.Equal(400, status);
        Assert.Contains("Content-Length", text, StringComparison.Ordinal);
        Assert.Empty(log.Lines);
    }

    [Theory]
    [InlineData("CONNECT", "webtransport", 400, "websocket")]
    [InlineData("CONNECT", null, 400, "websocket")]
    [InlineData("GET", null, 400, "websocket")]
    [InlineData("POST", null, 400, "websocket")]
    public async Task Odd_pseudo_headers_over_http2_are_answered(string method, string? protocol, int status, string word)
    {
        var log = new LogSink(LogLevel.Error);
        await using TestServer server = await TestServer.StartAsync(Carrier.Http2, TestServer.EchoAsync, build: builder => builder.Logging.AddProvider(log));
        await using RawHttp2Peer peer = await RawHttp2Peer.ConnectAsync("127.0.0.1", server.Url.Port);
        int stream = await peer.SendRequestAsync(method, "/", protocol, [("sec-websocket-version", "13")], endStream: protocol is null);
        (int answered, string text) = await peer.ReadAnswerAsync(stream);
        Assert.Equal(status, answered);
        Assert.Contains(word, text, StringComparison.Ordinal);
        Assert.Empty(log.Lines);
    }

    [Fact]
    public async Task Client_that_leaves_while_the_upstream_is_dialled_is_no_error_of_the_host()
    {
        var log = new LogSink(LogLevel.Error);
        using var silent = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var upstream = new Uri($"ws://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}/");
        await using TestServer server = await TestServer.StartAsync(
            Carrier.Http1, TestServer.EchoAsync, build: builder => builder.Logging.AddProvider(log), map: app => app.MapWebSocketGateway("/up", upstream));
        RawPeer peer = await RawPeer.ConnectAsync("127.0.0.1", server.Url.Port);
        await peer.SendAsync($"GET /up HTTP/1.1\r\n{Host}{Upgrade}{Rest}\r\n");
        using System.Net.Sockets.Socket dialled = await silent.AcceptSocketAsync().Soon();
        peer.Reset();
        // The gateway gives the upstream up with its client.
        byte[] request = new byte[4096];
        while (await dialled.ReceiveAsync(request).Soon() > 0)
        {
        }

        await server.StopAsync().Soon();
        Assert.Empty(log.Lines);
    }

    [Theory]
    [InlineData("X-User", "\u00e9")]
    [InlineData("Via", "1.1 \u00e9")]
    public async Task Header_that_a_gateway_cannot_pass_on_is_the_client_s_fault(string name, string value)
    {
        var log = new LogSink(LogLevel.Error);
        await using TestServer server = await TestServer.StartAsync(
            Carrier.Http1,
            TestServer.EchoAsync,
            build: builder => builder.Logging.AddProvider(log),
            map: app => app.MapWebSocketGateway("/up", new Uri("ws://127.0.0.1:9/"), options => options.HeadersToForward.Add("X-User")));
        await using RawPeer peer = await RawPeer.ConnectAsync("127.0.0.1", server.Url.Port);
        await peer.SendAsync(Encoding.UTF8.GetBytes($"GET /up HTTP/1.1\r\n{Host}{Upgrade}{Rest}{name}: {value}\r\n\r\n"));
        Assert.StartsWith("HTTP/1.1 400 ", await peer.ReadHeadAsync(), StringComparison.Ordinal);
        await peer.HalfCloseAsync();
        Assert.Contains(name, Encoding.UTF8.GetString((await peer.ReadToEndAsync()).Bytes), StringComparison.Ordinal);
        Assert.Empty(log.Lines);
    }
}
