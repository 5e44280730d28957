using System.Net;
using System.Security.Claims;
using System.Text.Json;
using Cierre.AspNetCore.Tests.Resuming;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Cierre.AspNetCore.Tests.Inspector;

/// <summary>What the inspector tells of sessions, and that it ends them.</summary>
public sealed class ShownSessionsTests : SessionClientTests, IDisposable
{
    private readonly LogSink _log = new(LogLevel.Information);

    [Fact]
    public async Task Sessions_are_listed_with_their_connection_or_how_long_they_are_without_one()
    {
        await using TestServer server = await StartAsync();
        WebSocketConnection lost = await HelloAsync(server, "ann");
        string token = Token;
        WebSocketConnection held = await HelloAsync(server, "bob");
        await held.SendAsync("=unacknowledged");
        await NextAsync(held);
        lost.Abort();
        await Waits.Until(() => SessionsAsync(server).GetAwaiter().GetResult().GetProperty("away").GetInt32() == 1, "the session to be away");
        JsonElement all = await SessionsAsync(server);
        Assert.Equal((2, 1, 2), (all.GetProperty("open").GetInt32(), all.GetProperty("away").GetInt32(), all.GetProperty("matching").GetInt32()));
        JsonElement away = all.GetProperty("sessions")[0], carried = all.GetProperty("sessions")[1];
        Assert.Equal(("ann", "/r", true), (away.GetProperty("user").GetString(), away.GetProperty("endpoint").GetString(), away.GetProperty("isOpen").GetBoolean()));
        Assert.False(away.TryGetProperty("connection", out _));
        Assert.InRange(away.GetProperty("awayFor").GetDouble(), 0, 60);
        Assert.Equal(120, away.GetProperty("awayFor").GetDouble() + away.GetProperty("left").GetDouble(), tolerance: 0.01);
        Assert.Equal(("bob", server.Services.GetRequiredService<WebSocketServer>().Connections.Single().Id), (carried.GetProperty("user").GetString(), carried.GetProperty("connection").GetInt64()));
        Assert.False(carried.TryGetProperty("awayFor", out _));
        Assert.InRange(carried.GetProperty("queued").GetInt64(), 14, 20);
        Assert.Equal(1, carried.GetProperty("connections").GetInt32());
        Assert.DoesNotContain(token, all.GetRawText(), StringComparison.Ordinal);

        string id = away.GetProperty("id").GetString()!;
        foreach (string filter in new[] { "AN", id[..9] })
            Assert.Equal(id, Assert.Single((await SessionsAsync(server, $"?filter={filter}")).GetProperty("sessions").EnumerateArray()).GetProperty("id").GetString());
        JsonElement few = await SessionsAsync(server, "?limit=1&filter=/r");
        Assert.Equal((2, id), (few.GetProperty("matching").GetInt32(), Assert.Single(few.GetProperty("sessions").EnumerateArray()).GetProperty("id").GetString()));
    }

    [Fact]
    public async Task User_of_a_session_that_was_renewed_is_known_while_it_is_away()
    {
        await using TestServer server = await StartAsync();
        WebSocketConnection client = await HelloAsync(server, "ann");
        await client.SendAsync("=renew carl");
        Assert.Equal("=True", await NextAsync(client));
        Assert.Equal("carl", await UserAsync());
        client.Abort();
        await Waits.Until(() => server.Connections.Count == 0, "the connection to be gone");
        Assert.Equal("carl", await UserAsync());

        async Task<string?> UserAsync() => (await SessionsAsync(server)).GetProperty("sessions")[0].GetProperty("user").GetString();
    }

    [Fact]
    public async Task Session_that_is_away_is_ended_and_its_client_is_told_when_it_comes_back()
    {
        await using TestServer server = await StartAsync();
        WebSocketConnection client = await HelloAsync(server);
        client.Abort();
        await Waits.Until(() => server.Connections.Count == 0, "the connection to be gone");
        string id = (await SessionsAsync(server)).GetProperty("sessions")[0].GetProperty("id").GetString()!;
        using HttpResponseMessage other = await server.PostCloseAsync($$"""{"sessions":["{{id}}"],"code":4001,"process":"of another process"}""");
        Assert.Equal(HttpStatusCode.Conflict, other.StatusCode);
        using HttpResponseMessage answer = await server.PostCloseAsync($$"""{"sessions":["{{id}}",null,"nobody"],"code":4001,"reason":"signed out"}""");
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        JsonElement said = await answer.ReadJsonAsync();
        Assert.Equal([id], said.GetProperty("closingSessions").EnumerateArray().Select(one => one.GetString()!));
        Assert.Equal(["nobody"], said.GetProperty("goneSessions").EnumerateArray().Select(one => one.GetString()!));
        Assert.Equal(0, said.GetProperty("closing").GetArrayLength());
        Assert.Contains(_log.Lines, line => line.Contains($"session {id} /r", StringComparison.Ordinal) && line.Contains("4001", StringComparison.Ordinal));
        Assert.False((await SessionsAsync(server)).GetProperty("sessions")[0].GetProperty("isOpen").GetBoolean());
        using HttpResponseMessage again = await server.PostCloseAsync($$"""{"sessions":["{{id}}"],"code":4002}""");
        Assert.Equal(id, (await again.ReadJsonAsync()).GetProperty("goneSessions")[0].GetString());
        client = await ResumeAsync(server, got: 0, sent: 0);
        Assert.Equal((4001, "signed out"), Control(await NextAsync(client)).GetProperty("ended") is var ended
            ? (ended.GetProperty("code").GetInt32(), ended.GetProperty("reason").GetString()) : default);
        Assert.Equal(4001, (await client.DiscardAllAsync().Soon()).Code);
        await Waits.Until(() => SessionsAsync(server).GetAwaiter().GetResult().GetProperty("open").GetInt32() == 0, "the session to be gone");
    }

    [Fact]
    public async Task Session_whose_client_is_there_ends_with_its_connection()
    {
        await using TestServer server = await StartAsync();
        WebSocketConnection client = await HelloAsync(server);
        string id = (await SessionsAsync(server)).GetProperty("sessions")[0].GetProperty("id").GetString()!;
        using HttpResponseMessage answer = await server.PostCloseAsync($$"""{"sessions":["{{id}}"],"code":4001,"reason":"signed out"}""");
        Assert.Equal((4001, "signed out", true), await client.DiscardAllAsync().Soon() is var record ? (record.Code, record.Reason, record.WasClean) : default);
    }

    [Fact]
    public async Task Viewer_hears_of_sessions_where_there_are_some_and_that_the_last_is_gone()
    {
        await using TestServer server = await StartAsync();
        await using WebSocketConnection viewer = await server.ViewerAsync();
        await viewer.SendAsync("""{"type":"list"}""");
        // A page that was away may show some that are gone.
        Assert.Equal(0, (await viewer.NextAsync("sessions")).GetProperty("open").GetInt32());
        WebSocketConnection client = await HelloAsync(server);
        await viewer.NextAsync("sessions", list => list.GetProperty("open").GetInt32() == 1);
        await client.CloseAsync().Soon();
        await viewer.NextAsync("sessions", list => list.GetProperty("open").GetInt32() == 0);
    }

    public void Dispose() => _log.Dispose();

    private Task<TestServer> StartAsync() => TestServer.StartAsync(
        Carrier.Http1,
        TestServer.EchoAsync,
        build: builder =>
        {
            builder.Logging.AddProvider(_log);
            builder.Services.AddSingleton<IDataProtectionProvider>(new EphemeralDataProtectionProvider());
            builder.Services.Configure<WebSocketServerOptions>(options => options.UserIdSelector = user => user.Identity?.Name);
        },
        map: app =>
        {
            app.Use((context, next) =>
            {
                if (context.Request.Headers["X-User"].ToString() is { Length: > 0 } user) context.User = NewUser(user);
                return next(context);
            });
            app.MapWebSocket("/r", async (WebSocketConnection connection, WebSocketCredentials credentials) =>
            {
                await foreach (WebSocketMessage message in connection.ReadAllAsync())
                {
                    string text = message.GetText();
                    if (text.Split(' ') is ["renew", var name]) text = (await credentials.RenewAsync(NewUser(name), expiresAt: null)).ToString();
                    await connection.SendAsync(text);
                }
            }).WithResume();
            app.MapWebSocketInspector("/_ws", options => options.AuthorizationCheck = _ => ValueTask.FromResult(true));
        });

    private static ClaimsPrincipal NewUser(string name) => new(new ClaimsIdentity([new Claim(ClaimTypes.Name, name)], "test"));

    private async Task<WebSocketConnection> HelloAsync(TestServer server, string? user = null)
    {
        WebSocketConnection client = await OpenAsync(server, user: user);
        await GreetAsync(client);
        return client;
    }

    private static Task<JsonElement> SessionsAsync(TestServer server, string query = "") => server.JsonAsync("/_ws/sessions" + query);
}
