using System.Net;
using Cierre.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Xunit;

namespace Cierre.AspNetCore.Tests;

/// <summary>A page, a POST and a socket on one path: each gets what is meant for it, whatever was mapped first.</summary>
public class SharedPathTests
{
    private static readonly Dictionary<string, Action<IEndpointRouteBuilder>> Parts = new()
    {
        ["page"] = app => app.MapGet("/feed", () => "page"),
        ["post"] = app => app.MapPost("/feed", () => "post"),
        ["socket"] = app => app.MapWebSocket("/feed", connection => connection.SendAsync("socket").AsTask()),
    };

    public static TheoryData<Carrier, string> Orders =>
        [.. from carrier in Enum.GetValues<Carrier>() from order in (string[])["page post socket", "socket page post", "post socket page"] select (carrier, order)];

    [Theory]
    [MemberData(nameof(Orders))]
    public async Task Page_post_and_socket_share_a_path(Carrier carrier, string order)
    {
        await using TestServer server = await StartAsync(carrier, order.Split(' ').Select(part => Parts[part]).ToArray());
        Assert.Equal((200, "page"), await AskAsync(server, carrier, HttpMethod.Get, "/feed"));
        Assert.Equal((200, "post"), await AskAsync(server, carrier, HttpMethod.Post, "/feed"));
        Assert.Equal("socket", await ReadAsync(server, "/feed"));
        using HttpResponseMessage wrong = await SendAsync(server, carrier, HttpMethod.Put, "/feed");
        Assert.Equal(405, (int)wrong.StatusCode);
        Assert.Equal(carrier.IsHttp2() ? ["CONNECT", "GET", "POST"] : ["GET", "POST"], wrong.Content.Headers.Allow.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Carriers.All), MemberType = typeof(Carriers))]
    public async Task Socket_and_post_leave_a_plain_get_to_the_socket_s_answer(Carrier carrier)
    {
        await using TestServer server = await StartAsync(carrier, Parts["post"], Parts["socket"]);
        Assert.Equal("socket", await ReadAsync(server, "/feed"));
        Assert.Equal((200, "post"), await AskAsync(server, carrier, HttpMethod.Post, "/feed"));
        Assert.Equal(carrier.IsHttp2() ? 405 : 426, (await AskAsync(server, carrier, HttpMethod.Get, "/feed")).Status);
    }

    [Theory]
    [InlineData(Carrier.Http1)]
    [InlineData(Carrier.Http2)]
    public async Task Fallback_of_a_single_page_application_answers_what_is_no_handshake(Carrier carrier)
    {
        await using TestServer server = await StartAsync(
            carrier,
            Parts["socket"],
            app => app.MapFallback(() => "index"),
            app => app.MapFallback("/room/{id}", () => "room"),
            app => app.MapWebSocket("/room/{id:int}", connection => connection.SendAsync("socket").AsTask()));
        Assert.Equal((200, "index"), await AskAsync(server, carrier, HttpMethod.Get, "/feed"));
        Assert.Equal((200, "index"), await AskAsync(server, carrier, HttpMethod.Get, "/other"));
        Assert.Equal((200, "room"), await AskAsync(server, carrier, HttpMethod.Get, "/room/7"));
        Assert.Equal("socket", await ReadAsync(server, "/feed"));
        Assert.Equal("socket", await ReadAsync(server, "/room/7"));
    }

    [Theory]
    [InlineData(Carrier.Http1)]
    [InlineData(Carrier.Http2)]
    public async Task Endpoint_for_every_method_is_the_page_of_what_is_no_handshake(Carrier carrier)
    {
        await using TestServer server = await StartAsync(
            carrier, app => app.Map("/feed", () => "any"), Parts["socket"], app => app.MapMethods("/feed", ["PUT", "DELETE"], () => "changed"));
        Assert.Equal((200, "any"), await AskAsync(server, carrier, HttpMethod.Get, "/feed"));
        Assert.Equal((200, "changed"), await AskAsync(server, carrier, HttpMethod.Put, "/feed"));
        Assert.Equal("socket", await ReadAsync(server, "/feed"));
    }

    [Theory]
    [InlineData(Carrier.Http1)]
    [InlineData(Carrier.Http2)]
    public async Task Host_of_a_socket_leaves_other_hosts_to_the_page(Carrier carrier)
    {
        await using TestServer server = await StartAsync(
            carrier, app => app.MapGet("/feed", () => "page"), app => Parts["socket"](app.MapGroup("").RequireHost("sockets.example")));
        Assert.Equal((200, "page"), await AskAsync(server, carrier, HttpMethod.Get, "/feed"));
        WebSocketConnectException refused = await Assert.ThrowsAsync<WebSocketConnectException>(() => server.ConnectAsync(path: "/feed"));
        Assert.Equal(carrier.IsHttp2() ? 404 : 200, (int)refused.Record.HttpStatus!);
        WebSocketClientOptions options = server.ClientOptions();
        options.Headers.Add(new("Host", "sockets.example"));
        await using WebSocketConnection client = await server.ConnectAsync(options, "/feed");
        Assert.Equal("socket", (await client.ReceiveAsync().Soon())!.Value.GetText());
    }

    [Theory]
    [InlineData(Carrier.Http1)]
    [InlineData(Carrier.Http2)]
    public async Task More_specific_page_keeps_the_handshakes_that_it_may_answer_itself(Carrier carrier)
    {
        await using TestServer server = await StartAsync(
            carrier,
            app => app.Map("/feed", () => Results.StatusCode(418)),
            app => app.MapWebSocket("/{room}", connection => connection.SendAsync("socket").AsTask()));
        Uri url = server.HttpUrl("/feed");
        using HttpResponseMessage response = await server.SendAsync(carrier.IsHttp2() ? Http2Peer.Request(url) : Handshake(url));
        Assert.Equal(418, (int)response.StatusCode);
        Assert.Equal("socket", await ReadAsync(server, "/other"));
    }

    [Fact]
    public async Task Handshake_on_a_path_without_a_socket_is_answered_as_without_cierre()
    {
        await using TestServer server = await StartAsync(Carrier.Http1, Parts["page"], app => app.MapWebSocket("/other", TestServer.EchoAsync));
        using HttpResponseMessage response = await server.SendAsync(Handshake(server.HttpUrl("/feed")));
        Assert.Equal("page", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Upgrade_in_a_request_of_http_1_0_or_of_another_method_is_ignored_where_there_is_a_page()
    {
        await using TestServer server = await StartAsync(Carrier.Http1, Parts["page"], Parts["post"], Parts["socket"]);
        foreach (string line in (string[])["GET /feed HTTP/1.0", "POST /feed HTTP/1.1", "GET /feed HTTP/1.1"])
        {
            await using RawPeer peer = await RawPeer.ConnectAsync("127.0.0.1", server.Url.Port);
            string upgrade = line.StartsWith("GET /feed HTTP/1.1", StringComparison.Ordinal) ? "h2c" : "websocket";
            await peer.SendAsync($"{line}\r\nHost: localhost\r\nUpgrade: {upgrade}\r\nConnection: Upgrade\r\nContent-Length: 0\r\n\r\n");
            Assert.StartsWith("HTTP/1.1 200", await peer.ReadHeadAsync(), StringComparison.Ordinal);
        }
    }

    private static Task<TestServer> StartAsync(Carrier carrier, params Action<IEndpointRouteBuilder>[] parts) =>
        TestServer.StartAsync(carrier, TestServer.EchoAsync, map: app => Array.ForEach(parts, part => part(app)));

    private static HttpRequestMessage Handshake(Uri url)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.TryAddWithoutValidation("Upgrade", "websocket");
        request.Headers.TryAddWithoutValidation("Connection", "Upgrade");
        request.Headers.TryAddWithoutValidation("Sec-WebSocket-Version", "13");
        request.Headers.TryAddWithoutValidation("Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA==");
        return request;
    }

    private static async Task<string> ReadAsync(TestServer server, string path)
    {
        await using WebSocketConnection client = await server.ConnectAsync(path: path);
        return (await client.ReceiveAsync().Soon())!.Value.GetText();
    }

    private static async Task<(int Status, string Text)> AskAsync(TestServer server, Carrier carrier, HttpMethod method, string path)
    {
        using HttpResponseMessage response = await SendAsync(server, carrier, method, path);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private static Task<HttpResponseMessage> SendAsync(TestServer server, Carrier carrier, HttpMethod method, string path)
    {
        Version version = carrier.IsHttp2() ? HttpVersion.Version20 : HttpVersion.Version11;
        return server.SendAsync(new HttpRequestMessage(method, server.HttpUrl(path)) { Version = version, VersionPolicy = HttpVersionPolicy.RequestVersionExact });
    }
}
