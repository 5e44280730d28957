using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Cierre.AspNetCore.Tests.Resuming;

/// <summary>Sessions over real connections, whose client speaks the subprotocol by hand.</summary>
public sealed class WithResumeTests : SessionClientTests, IDisposable
{
    private readonly List<WebSocketConnection> _ofHandlers = [];
    private readonly System.Threading.Channels.Channel<CloseRecord> _ended = System.Threading.Channels.Channel.CreateUnbounded<CloseRecord>();
    private Scoped? _scoped;

    public void Dispose() => _scoped?.Dispose();

    [Theory]
    [MemberData(nameof(Carriers.EachKind), MemberType = typeof(Carriers))]
    public async Task Handler_goes_on_over_the_next_connection(Carrier carrier)
    {
        await using TestServer server = await StartAsync(carrier);
        WebSocketConnection client = await HelloAsync(server);
        await client.SendAsync("=one");
        Assert.Equal("=one of /r", await NextAsync(client));
        client.Abort();
        client = await ResumeAsync(server, got: 1, sent: 1);
        Assert.Equal(1, Control(await NextAsync(client)).GetProperty("resumed").GetProperty("got").GetInt64());
        await client.SendAsync("=two");
        Assert.Equal("=two of /r", await NextAsync(client));
        Assert.Single(_ofHandlers);
        Assert.True((await client.CloseAsync().Soon()).WasClean);
        CloseRecord record = await _ended.Reader.ReadAsync().Soon();
        Assert.Equal((1000, true, 2), (record.Code, record.WasClean, record.Session!.ConnectionCount));
        await Waits.Until(() => server.Connections.Count == 0, "the roster to be empty");
    }

    [Fact]
    public async Task Sessions_are_measured()
    {
        await using TestServer server = await StartAsync(Carrier.Http1);
        using var probe = new Cierre.TestKit.MeterProbe(CierreTelemetry.MeterName, "http.route", "/r");
        WebSocketConnection client = await HelloAsync(server);
        WebSocketConnection session = Assert.Single(_ofHandlers);
        client.Abort();
        await Waits.Until(() => server.Connections.Count == 0, "the connection to be gone");
        Assert.Contains(probe.Observe("cierre.session.active"), one => (string?)one.Attributes["cierre.session.state"] == "away");
        await session.SendAsync("x");
        client = await ResumeAsync(server, got: 0, sent: 0);
        Token = Control(await NextAsync(client)).GetProperty("resumed").GetProperty("token").GetString()!;
        await client.SendAsync("=newer");
        await Waits.Until(() => probe.Of("cierre.session.pause").Count > 0, "the resumption to be measured");
        Assert.Contains(probe.Of("cierre.session.repeated"), one => one is { Value: 1 } && (string?)one.Attributes["network.io.direction"] == "transmit");
        Token = "none";
        await (await ResumeAsync(server, got: 0, sent: 0)).DiscardAllAsync().Soon();
        await client.CloseAsync().Soon();
        await _ended.Reader.ReadAsync().Soon();
        await Waits.Until(() => probe.Of("cierre.session.ends").Count > 0, "the end to be measured");
        string[] outcomes = [.. probe.Of("cierre.session.resumptions").Select(one => $"{one.Attributes["cierre.session.outcome"]} {one.Attributes.GetValueOrDefault("cierre.session.loss")}")];
        Assert.Contains("resumed ", outcomes);
        Assert.Contains("lost unknown", outcomes);
    }

    [Fact]
    public async Task What_was_not_got_is_repeated_and_what_is_sent_meanwhile_waits()
    {
        await using TestServer server = await StartAsync(Carrier.Http1);
        WebSocketConnection client = await HelloAsync(server);
        WebSocketConnection session = Assert.Single(_ofHandlers);
        await session.SendAsync("a");
        await session.SendAsync("b");
        Assert.Equal("=a", await NextAsync(client));
        client.Abort();
        await Waits.Until(() => server.Connections.Count == 0, "the connection to be gone");
        await session.SendAsync("c");
        client = await ResumeAsync(server, got: 1, sent: 0);
        Assert.Equal(2, Control(await NextAsync(client)).GetProperty("resumed").GetProperty("replay").GetInt64());
        Assert.Equal(["=b", "=c"], [await NextAsync(client), await NextAsync(client)]);
    }

    [Fact]
    public async Task Close_while_the_client_is_away_reaches_it_when_it_comes_back()
    {
        await using TestServer server = await StartAsync(Carrier.Http1);
        WebSocketConnection client = await HelloAsync(server);
        client.Abort();
        await Waits.Until(() => server.Connections.Count == 0, "the connection to be gone");
        Task<CloseRecord> closing = Assert.Single(_ofHandlers).CloseAsync(4001, "signed out");
        client = await ResumeAsync(server, got: 0, sent: 0);
        Assert.Equal(4001, Control(await NextAsync(client)).GetProperty("ended").GetProperty("code").GetInt32());
        CloseRecord told = await client.DiscardAllAsync().Soon();
        Assert.Equal((4001, "signed out", true), (told.Code, told.Reason, told.WasClean));
        CloseRecord record = await closing.Soon();
        Assert.Equal((4001, true), (record.Code, record.WasClean));
        // The client knows it, and asks once more all the same.
        client = await ResumeAsync(server, got: 0, sent: 0);
        Assert.Equal(4001, Control(await NextAsync(client)).GetProperty("ended").GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task Newest_holder_wins_and_is_on_the_roster_once()
    {
        await using TestServer server = await StartAsync(Carrier.Http1);
        WebSocketConnection older = await HelloAsync(server);
        WebSocketConnection newer = await ResumeAsync(server, got: 0, sent: 0);
        await NextAsync(newer);
        CloseRecord record = await older.DiscardAllAsync().Soon();
        Assert.Equal((1008, "session resumed elsewhere"), (record.Code, record.Reason));
        await Waits.Until(() => server.Connections.Count == 1, "the older connection to be gone");
        await server.Connections.BroadcastAsync("all");
        Assert.Equal("=all", await NextAsync(newer));
    }

    [Fact]
    public async Task Token_of_nobody_of_another_user_or_of_another_endpoint_opens_nothing()
    {
        await using TestServer server = await StartAsync(Carrier.Http1);
        await HelloAsync(server);
        string token = Token;
        foreach ((string path, string? user, string shown) in new[] { ("/r", null, "CfDJ8nonsense"), ("/r", "eve", token), ("/other", null, token) })
        {
            Token = shown;
            WebSocketConnection client = await ResumeAsync(server, got: 0, sent: 0, path, user);
            Assert.Equal("unknown", Control(await NextAsync(client)).GetProperty("lost").GetProperty("reason").GetString());
            CloseRecord record = await client.DiscardAllAsync().Soon();
            Assert.Equal((1000, "session lost", true), (record.Code, record.Reason, record.WasClean));
        }

        Assert.Single(_ofHandlers);
    }

    [Fact]
    public async Task Server_that_has_started_anew_has_lost_its_sessions_and_says_so()
    {
        var keys = new EphemeralDataProtectionProvider();
        await using (TestServer first = await StartAsync(Carrier.Http1, keys: keys)) await HelloAsync(first);
        await using TestServer second = await StartAsync(Carrier.Http1, keys: keys);
        WebSocketConnection client = await ResumeAsync(second, got: 0, sent: 0);
        Assert.Equal("node-lost", Control(await NextAsync(client)).GetProperty("lost").GetProperty("reason").GetString());
    }

    [Fact]
    public async Task Session_ends_when_its_window_is_over()
    {
        await using TestServer server = await StartAsync(Carrier.Http1, resume => resume.Window = TimeSpan.FromMilliseconds(50));
        WebSocketConnection client = await HelloAsync(server);
        client.Abort();
        CloseRecord record = await _ended.Reader.ReadAsync().Soon();
        Assert.Equal((1006, CloseCause.SessionLost, "expired"), (record.Code, record.Cause, record.Session!.Lost));
        client = await ResumeAsync(server, got: 0, sent: 0);
        Assert.Equal("expired", Control(await NextAsync(client)).GetProperty("lost").GetProperty("reason").GetString());
    }

    [Fact]
    public async Task Server_keeps_no_more_sessions_without_a_connection_than_it_may_and_says_so()
    {
        var log = new LogSink(LogLevel.Warning);
        await using TestServer server = await StartAsync(Carrier.Http1, build: builder =>
        {
            builder.Logging.AddProvider(log);
            builder.Services.Configure<WebSocketLimitOptions>(limits => limits.MaxAwaySessions = 1);
        });
        (await HelloAsync(server)).Abort();
        await Waits.Until(() => server.Connections.Count == 0, "the connection to be gone");
        string first = Token;
        (await HelloAsync(server)).Abort();
        CloseRecord record = await _ended.Reader.ReadAsync().Soon();
        Assert.Equal((1006, CloseCause.SessionLost, "buffer-full"), (record.Code, record.Cause, record.Session!.Lost));
        WebSocketConnection client = await ResumeAsync(server, got: 0, sent: 0);
        Assert.True(Control(await NextAsync(client)).TryGetProperty("resumed", out _));
        Token = first;
        client = await ResumeAsync(server, got: 0, sent: 0);
        Assert.Equal("buffer-full", Control(await NextAsync(client)).GetProperty("lost").GetProperty("reason").GetString());
        await Waits.Until(() => log.Lines.Any(line => line.Contains("MaxAwaySessions (1)", StringComparison.Ordinal)), "a line in the log");
    }

    [Fact]
    public async Task Application_is_told_of_each_change_in_its_order()
    {
        var told = new System.Collections.Concurrent.ConcurrentQueue<(WebSocketConnection Session, SessionChange Change)>();
        await using TestServer server = await StartAsync(Carrier.Http1, resume => resume.OnSessionChanged = (session, change) =>
        {
            told.Enqueue((session, change));
            throw new InvalidOperationException("ends here");
        });
        WebSocketConnection client = await HelloAsync(server);
        await client.SendAsync("=one");
        await NextAsync(client);
        client.Abort();
        await Waits.Until(() => told.Count == 2, "the session to be parked");
        client = await ResumeAsync(server, got: 0, sent: 3);
        await NextAsync(client);
        Assert.Equal("=one of /r", await NextAsync(client));
        await client.CloseAsync(4000, "done").Soon();
        await Waits.Until(() => told.Count == 4, "the session to be over");
        WebSocketConnection session = Assert.Single(_ofHandlers);
        Assert.All(told, each => Assert.Same(session, each.Session));
        SessionChange[] changes = [.. told.Select(each => each.Change)];
        Assert.Equal([SessionChangeKind.Opened, SessionChangeKind.Parked, SessionChangeKind.Resumed, SessionChangeKind.Ended], changes.Select(change => change.Kind));
        Assert.Equal([true, false, false, true], changes.Select(change => change.LastConnection is null));
        Assert.Equal((1006, null), (changes[1].LastConnection!.Code, changes[1].LastConnection!.Pause));
        SessionConnection before = changes[2].LastConnection!;
        Assert.Equal((1L, 2L), (before.RepeatedByThisSide, before.RepeatedByPeer));
        Assert.NotNull(before.Pause);
        Assert.Equal([null, null, null, 4000], changes.Select(change => (int?)change.Record?.Code));
        Assert.Equal(session.Session!.Id, changes[3].Record!.Session!.Id);
    }

    [Fact]
    public async Task Application_is_told_of_a_session_that_is_lost_and_of_none_that_a_newer_connection_takes_over()
    {
        var told = new System.Collections.Concurrent.ConcurrentQueue<SessionChange>();
        await using TestServer server = await StartAsync(Carrier.Http1, resume =>
        {
            resume.Window = TimeSpan.FromMilliseconds(50);
            resume.OnSessionChanged = (_, change) => told.Enqueue(change);
        });
        WebSocketConnection older = await HelloAsync(server), newer = await ResumeAsync(server, got: 0, sent: 0);
        await older.DiscardAllAsync().Soon();
        newer.Abort();
        await Waits.Until(() => told.Count == 4, "the session to be over");
        Assert.Equal([SessionChangeKind.Opened, SessionChangeKind.Resumed, SessionChangeKind.Parked, SessionChangeKind.Lost], told.Select(change => change.Kind));
        Assert.Equal("expired", told.Last().Record!.Session!.Lost);
    }

    [Fact]
    public async Task Client_that_says_nothing_is_closed_with_3008_and_one_that_says_something_else_with_1002()
    {
        await using TestServer server = await StartAsync(Carrier.Http1, resume => resume.GreetingTimeout = TimeSpan.FromMilliseconds(100));
        Assert.Equal(3008, (await (await OpenAsync(server)).DiscardAllAsync().Soon()).Code);
        WebSocketConnection client = await OpenAsync(server);
        await client.SendAsync("=early");
        Assert.Equal(1002, (await client.DiscardAllAsync().Soon()).Code);
        client = await OpenAsync(server);
        await client.SendAsync("""!{"hello":2}""");
        CloseRecord record = await client.DiscardAllAsync().Soon();
        Assert.Equal((1002, "resume version 2 is not spoken here"), (record.Code, record.Reason));
        Assert.Empty(_ofHandlers);
    }

    [Fact]
    public async Task Plain_client_is_served_as_without()
    {
        await using TestServer server = await StartAsync(Carrier.Http1);
        WebSocketConnection client = await server.ConnectAsync(path: "/r");
        Assert.Null(client.Subprotocol);
        await client.SendAsync("=plain");
        Assert.Equal("=plain of /r", await NextAsync(client));
        Assert.True((await client.CloseAsync().Soon()).WasClean);
        Assert.Null((await _ended.Reader.ReadAsync().Soon()).Session);
    }

    [Theory]
    [InlineData("chat.v2", "cierre.resume.v1+chat.v2", "cierre.resume.v1+chat.v2", "cierre.resume.v1")]
    [InlineData("", "cierre.resume.v1", "cierre.resume.v1+chat.v9", "cierre.resume.v1", "chat.v2")]
    [InlineData("chat.v2", "chat.v2", "cierre.resume.v1+chat.v9", "chat.v2")]
    public async Task Handler_knows_the_subprotocol_behind_the_plus(string inner, string answered, params string[] offered)
    {
        await using TestServer server = await StartAsync(Carrier.Http1, endpoint: options => options.Subprotocols.Add("chat.v2"));
        WebSocketConnection client = await OpenAsync(server, subprotocols: offered);
        Assert.Equal(answered, client.Subprotocol);
        if (answered.StartsWith(Subprotocol, StringComparison.Ordinal)) await GreetAsync(client);
        await Waits.Until(() => _ofHandlers.Count == 1, "the handler to begin");
        Assert.Equal(inner, _ofHandlers[0].Subprotocol ?? "");
    }

    [Fact]
    public async Task Host_that_stops_ends_its_sessions()
    {
        TestServer server = await StartAsync(Carrier.Http1);
        WebSocketConnection away = await HelloAsync(server), live = await HelloAsync(server);
        away.Abort();
        await Waits.Until(() => server.Connections.Count == 1, "the connection to be gone");
        Task<CloseRecord> ended = live.DiscardAllAsync();
        await server.StopAsync().Soon();
        Assert.Equal(1001, (await ended.Soon()).Code);
        CloseRecord[] records = [await _ended.Reader.ReadAsync().Soon(), await _ended.Reader.ReadAsync().Soon()];
        Assert.Equal([1001, 1006], records.Select(record => (int)record.Code).Order());
        await server.DisposeAsync();
    }

    [Fact]
    public async Task Services_of_the_handler_outlive_the_request_and_end_with_the_handler()
    {
        await using TestServer server = await StartAsync(Carrier.Http1);
        WebSocketConnection client = await HelloAsync(server, "/scoped");
        await client.SendAsync("=1");
        Assert.Equal("=alive", await NextAsync(client));
        client.Abort();
        await Waits.Until(() => server.Connections.Count == 0, "the connection to be gone");
        client = await ResumeAsync(server, got: 1, sent: 1, "/scoped");
        await NextAsync(client);
        await client.SendAsync("=2");
        Assert.Equal("=alive", await NextAsync(client));
        Scoped scoped = _scoped!;
        Assert.False(scoped.IsDisposed);
        await client.CloseAsync().Soon();
        await Waits.Until(() => scoped.IsDisposed, "the services to be disposed of");
    }

    [Fact]
    public void Only_an_endpoint_of_MapWebSocket_can_resume()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddCierre();
        WebApplication app = builder.Build();
        app.MapGet("/", () => "").WithResume();
        Assert.Throws<InvalidOperationException>(() => ((Microsoft.AspNetCore.Routing.IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints).ToArray());
    }

    private Task<TestServer> StartAsync(
        Carrier carrier, Action<WebSocketResumeOptions>? resume = null, IDataProtectionProvider? keys = null, Action<WebSocketEndpointOptions>? endpoint = null,
        Action<WebApplicationBuilder>? build = null) =>
        TestServer.StartAsync(
            carrier,
            TestServer.EchoAsync,
            build: builder =>
            {
                builder.Services.AddSingleton(keys ?? new EphemeralDataProtectionProvider());
                builder.Services.AddScoped(_ => _scoped = new Scoped());
                builder.Services.Configure<WebSocketServerOptions>(options => options.UserIdSelector = user => user.Identity?.Name);
                build?.Invoke(builder);
            },
            map: app =>
            {
                app.Use((context, next) =>
                {
                    if (context.Request.Headers["X-User"].ToString() is { Length: > 0 } user)
                        context.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, user)], "test"));
                    return next(context);
                });
                foreach (string path in new[] { "/r", "/other" })
                {
                    app.MapWebSocket(path, async connection =>
                    {
                        lock (_ofHandlers) _ofHandlers.Add(connection);
                        _ = connection.Closed.ContinueWith(closed => _ended.Writer.TryWrite(closed.Result), TaskScheduler.Default);
                        await foreach (WebSocketMessage message in connection.ReadAllAsync()) await connection.SendAsync($"{message.GetText()} of {path}");
                    }, endpoint).WithResume(resume);
                }

                app.MapWebSocket("/scoped", async (WebSocketConnection connection, Scoped scoped) =>
                {
                    await foreach (WebSocketMessage _ in connection.ReadAllAsync()) await connection.SendAsync(scoped.IsDisposed ? "disposed" : "alive");
                }).WithResume(resume);
            });

    private async Task<WebSocketConnection> HelloAsync(TestServer server, string path = "/r")
    {
        int before = _ofHandlers.Count;
        WebSocketConnection client = await OpenAsync(server, path);
        Assert.Equal(Subprotocol, client.Subprotocol);
        await GreetAsync(client);
        if (path != "/scoped") await Waits.Until(() => _ofHandlers.Count > before, "the handler to begin");
        return client;
    }

    private sealed class Scoped : IDisposable
    {
        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }
}
