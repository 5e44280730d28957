using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Cierre.AspNetCore.Tests;

/// <summary>The forms of MapWebSocket, the services it needs and where its options come from.</summary>
public class MappingTests
{
    [Fact]
    public async Task Delegate_takes_services_route_values_and_query_like_any_endpoint()
    {
        await using TestServer server = await TestServer.StartAsync(
            Carrier.Http1,
            TestServer.EchoAsync,
            build: builder => builder.Services.AddSingleton(new Greeting("hello")),
            map: app => app.MapWebSocket("/rooms/{id:int}", (int id, string? name, Greeting greeting, WebSocketConnection connection, HttpContext context, CancellationToken token) =>
                connection.SendAsync($"{greeting.Word} {name} in {id} at {context.Request.Path}", token).AsTask()));
        await using WebSocketConnection client = await server.ConnectAsync(path: "/rooms/7?name=Ada");
        Assert.Equal("hello Ada in 7 at /rooms/7", (await client.ReceiveAsync().Soon())!.Value.GetText());
        Assert.Equal(1000, (await client.Closed.Soon()).Code);
        WebSocketConnectException refused = await Assert.ThrowsAsync<WebSocketConnectException>(() => server.ConnectAsync(path: "/rooms/x"));
        Assert.Equal(404, (int)refused.Record.HttpStatus!);
    }

    [Theory]
    [MemberData(nameof(Carriers.All), MemberType = typeof(Carriers))]
    public async Task Token_of_the_handler_is_cancelled_when_the_peer_closes_or_is_lost(Carrier carrier)
    {
        var seen = System.Threading.Channels.Channel.CreateUnbounded<bool>();
        await using TestServer server = await TestServer.StartAsync(carrier, TestServer.EchoAsync, map: app => app.MapWebSocket("/wait", async (_, context, token) =>
        {
            Assert.Equal(token, context.RequestAborted);
            await Task.WhenAny(Task.Delay(Timeout.Infinite, token));
            await seen.Writer.WriteAsync(token.IsCancellationRequested, CancellationToken.None);
        }));
        await using (WebSocketConnection client = await server.ConnectAsync(path: "/wait"))
        {
            await Waits.Until(() => server.Connections.Count == 1, "the connection");
            await client.CloseAsync().Soon();
            Assert.True(await seen.Reader.ReadAsync().Soon());
        }

        await Waits.Until(() => server.Connections.Count == 0, "the end of the connection");
        WebSocketConnection lost = await server.ConnectAsync(path: "/wait");
        await Waits.Until(() => server.Connections.Count == 1, "the connection");
        lost.Abort();
        Assert.True(await seen.Reader.ReadAsync().Soon());
    }

    [Fact]
    public async Task Handler_that_is_cancelled_by_the_close_is_no_failure()
    {
        var far = new TaskCompletionSource<WebSocketConnection>();
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync, map: app => app.MapWebSocket("/wait", async (connection, _, token) =>
        {
            far.SetResult(connection);
            await Task.Delay(Timeout.Infinite, token);
        }));
        await using WebSocketConnection client = await server.ConnectAsync(path: "/wait");
        Assert.True((await client.CloseAsync(4000).Soon()).WasClean);
        CloseRecord record = await (await far.Task.Soon()).Closed.Soon();
        Assert.Equal((4000, true, CloseCause.PeerClosed), (record.Code, record.WasClean, record.Cause));
    }

    [Fact]
    public void Missing_services_are_asked_for_by_name()
    {
        WebApplication app = WebApplication.CreateSlimBuilder().Build();
        InvalidOperationException missing = Assert.Throws<InvalidOperationException>(() => app.MapWebSocket("/", TestServer.EchoAsync));
        Assert.Contains("AddCierre()", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Options_come_from_the_configuration_and_an_endpoint_changes_only_its_own()
    {
        await using TestServer server = await TestServer.StartAsync(
            Carrier.Http1,
            TestServer.EchoAsync,
            build: builder => builder.Configuration.AddInMemoryCollection([new("Cierre:MaxMessageSize", "10"), new("Cierre:Subprotocols:0", "chat"), new("Cierre:CloseTimeout", "00:00:01")]),
            map: app => app.MapWebSocket("/larger", TestServer.EchoAsync, o => o.MaxMessageSize = 20));
        WebSocketClientOptions options = server.ClientOptions();
        options.Subprotocols.Add("chat");
        await using WebSocketConnection small = await server.ConnectAsync(options), larger = await server.ConnectAsync(options, "/larger");
        Assert.Equal("chat", small.Subprotocol);
        await small.SendAsync(new byte[11]);
        Assert.Equal("message of 11 bytes is over the limit of 10", (await small.Closed.Soon()).Reason);
        await larger.SendAsync(new byte[11]);
        Assert.Equal(11, (await larger.ReceiveAsync().Soon())!.Value.Data.Length);
    }

    [Theory]
    [InlineData("MaxMessageSize", "0")]
    [InlineData("MaxMessageSize", "much")]
    [InlineData("PingTimeout", "-00:00:01")]
    [InlineData("CloseTimeout", "soon")]
    [InlineData("AcceptedKind", "Pictures")]
    public Task Wrong_value_in_the_configuration_fails_the_start_and_is_named(string option, string value) => WrongConfiguration.FailsTheStartAsync(option, value);

    [Fact]
    public void Services_are_registered_once()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddCierre();
        int count = builder.Services.Count;
        builder.Services.AddCierre();
        Assert.Equal(count, builder.Services.Count);
    }

    [Fact]
    public async Task Connections_are_counted()
    {
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync);
        WebSocketServer all = server.Services.GetRequiredService<WebSocketServer>();
        await using WebSocketConnection one = await server.ConnectAsync(), two = await server.ConnectAsync();
        await Waits.Until(() => all.Connections.Count == 2, "two connections");
        await one.CloseAsync().Soon();
        await Waits.Until(() => all.Connections.Count == 1, "one connection");
    }

    internal sealed record Greeting(string Word);
}
