using System.Net;
using Microsoft.AspNetCore.Mvc.Testing;

namespace Cierre.Testing.Tests.Hosting;

/// <summary>A real app with authorization, hosted by <c>WebApplicationFactory</c>, and the real client.</summary>
public sealed class TestServerExtensionsTests : IClassFixture<WebApplicationFactory<Program>>
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    private readonly WebApplicationFactory<Program> _factory;

    public TestServerExtensionsTests(WebApplicationFactory<Program> factory) => _factory = factory;

    [Fact]
    public async Task Messages_go_through_the_app_and_the_close_is_clean()
    {
        await using WebSocketConnection connection = await _factory.Server.ConnectWebSocketAsync("/echo?x=1");
        byte[] large = new byte[1_000_000];
        Random.Shared.NextBytes(large);
        for (int i = 0; i < 3; i++)
        {
            await connection.SendAsync(large);
            Assert.Equal(large, (await connection.ReceiveAsync())!.Value.ToArray());
        }

        (await connection.CloseAsync(4000).WaitAsync(Bound)).ShouldBeClean(4000);
    }

    [Fact]
    public async Task Authorization_answers_with_its_status()
    {
        var refused = await Assert.ThrowsAsync<WebSocketConnectException>(() => _factory.Server.ConnectWebSocketAsync("/private"));
        Assert.Equal(HttpStatusCode.Unauthorized, refused.Record.HttpStatus);
        Assert.Equal(HttpStatusCode.NotFound, (await Assert.ThrowsAsync<WebSocketConnectException>(() => _factory.Server.ConnectWebSocketAsync("/nowhere"))).Record.HttpStatus);
    }

    [Theory]
    [InlineData("leave", 4001, "as you wish")]
    [InlineData("fail", 1011, null)]
    public async Task Whoever_is_let_in_is_told_how_it_ends(string word, int code, string? reason)
    {
        await using WebSocketConnection connection = await _factory.Server.ConnectWebSocketAsync("/private", As("alice"));
        Assert.Equal("welcome, alice", (await connection.ReceiveAsync())!.Value.GetText());
        await connection.SendAsync(word);
        (await connection.ShouldEndAsync(Bound)).ShouldBeClean((ushort)code, reason).ShouldHave(endedBy: EndedBy.Remote);
    }

    [Fact]
    public async Task Abort_of_the_app_is_a_reset()
    {
        await using WebSocketConnection connection = await _factory.Server.ConnectWebSocketAsync("/private", As("bob"));
        await connection.SendAsync("abort");
        (await connection.ShouldEndAsync(Bound)).ShouldBeLost(CloseCause.ConnectionReset);
    }

    [Fact]
    public async Task Browsers_api_reaches_the_app_too()
    {
        var socket = new Cierre.Browser.WebSocket("ws://app.example/echo", new Cierre.Browser.BrowserWebSocketOptions().UseTestServer(_factory.Server));
        var closed = new TaskCompletionSource<Cierre.Browser.CloseEvent>();
        socket.OnOpen = _ => socket.Send("hello");
        socket.OnMessage = message => socket.Close(4002, (string)message.Data!);
        socket.OnClose = closed.SetResult;
        Cierre.Browser.CloseEvent close = await closed.Task.WaitAsync(Bound);
        Assert.Equal((4002, true), (close.Code, close.WasClean));
        Assert.Equal("hello", close.Record!.Sent!.Reason);
    }

    [Fact]
    public async Task Client_that_goes_away_ends_the_apps_connection_and_the_app_lives_on()
    {
        for (int i = 0; i < 5; i++)
        {
            WebSocketConnection connection = await _factory.Server.ConnectWebSocketAsync("/echo");
            connection.Abort();
            (await connection.ShouldEndAsync(Bound)).ShouldBeLost(CloseCause.Aborted);
        }

        await using WebSocketConnection last = await _factory.Server.ConnectWebSocketAsync("/echo");
        (await last.CloseAsync().WaitAsync(Bound)).ShouldBeClean();
    }

    [Fact]
    public async Task Host_that_stops_closes_with_1001()
    {
        await using var factory = new WebApplicationFactory<Program>();
        WebSocketConnection connection = await factory.Server.ConnectWebSocketAsync("/echo");
        Task stopping = Task.Run(async () => await factory.DisposeAsync());
        (await connection.ShouldEndAsync(Bound)).ShouldBeClean(1001).ShouldHave(endedBy: EndedBy.Remote);
        await stopping.WaitAsync(Bound);
    }

    private static WebSocketClientOptions As(string user)
    {
        var options = new WebSocketClientOptions();
        options.Headers.Add(new("Authorization", "Bearer " + user));
        return options;
    }
}
