using System.Security.Claims;
using System.Text.Json;
using Cierre.AspNetCore.Tests.Resuming;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Cierre.AspNetCore.Tests.Cluster;

/// <summary>Topics over real connections: sessions whose client speaks the subprotocol by hand, and plain ones.</summary>
public sealed class TopicTests : SessionClientTests
{
    private string _epoch = "";
    private volatile int _joined;
    private int _opened;

    [Theory]
    [MemberData(nameof(Carriers.EachKind), MemberType = typeof(Carriers))]
    public async Task What_is_published_reaches_all_in_the_room_and_once_more_nobody(Carrier carrier)
    {
        await using TestServer server = await StartAsync(carrier);
        WebSocketConnection session = await JoinAsync(server);
        WebSocketConnection plain = await JoinPlainAsync(server);
        await session.SendAsync("=hello");
        Assert.Equal("hello", await NextAsync(plain));
        Assert.Equal("1 hello", await NextOfTopicAsync(session));
        await plain.SendAsync("you too");
        Assert.Equal("you too", await NextAsync(plain));
        Assert.Equal("2 you too", await NextOfTopicAsync(session));
        Assert.Equal(3, await server.Services.GetRequiredService<ICluster>().Topic("a").PublishAsync(new byte[] { 1, 2 }));
        Assert.Equal([1, 2], (await plain.ReceiveAsync().Soon())!.Value.ToArray());
        Assert.Equal(0x23, (await session.ReceiveAsync().Soon())!.Value.Data.Span[0]);
        Assert.True((await session.CloseAsync().Soon()).WasClean);
        Assert.True((await plain.CloseAsync().Soon()).WasClean);
    }

    [Fact]
    public async Task Client_that_comes_back_gets_what_was_published_while_it_was_away()
    {
        await using TestServer server = await StartAsync(Carrier.Http1);
        WebSocketConnection session = await JoinAsync(server);
        WebSocketTopic room = server.Services.GetRequiredService<ICluster>().Topic("a");
        await room.PublishAsync("one");
        string place = PlaceOf(await NextAsync(session));
        session.Abort();
        await Waits.Until(() => server.Connections.Count == 0, "the connection to be gone");
        await room.PublishTextAsync("two"u8.ToArray());
        session = await ResumeAsync(server, 0, 0, "/room/a", members: $$""","topics":{"a":"{{place}}"}""");
        Assert.True(Control(await NextAsync(session)).TryGetProperty("resumed", out _));
        Assert.Equal(place, Control(await NextAsync(session)).GetProperty("topic").GetProperty("at").GetString());
        Assert.Equal("2 two", await NextOfTopicAsync(session));
    }

    [Fact]
    public async Task Topics_go_on_after_a_server_has_lost_the_session()
    {
        await using TestServer server = await StartAsync(Carrier.Http1);
        WebSocketConnection session = await JoinAsync(server);
        WebSocketTopic room = server.Services.GetRequiredService<ICluster>().Topic("a");
        await room.PublishAsync("one");
        string place = PlaceOf(await NextAsync(session));
        await session.CloseAsync().Soon();
        await room.PublishAsync("two");
        session = await OpenAsync(server, "/room/a");
        await GreetAsync(session, $$"""{"hello":1,"topics":{"a":"{{place}}"} }""");
        Assert.Equal(place, Control(await NextAsync(session)).GetProperty("topic").GetProperty("at").GetString());
        Assert.Equal("2 two", await NextOfTopicAsync(session));
    }

    [Fact]
    public async Task Policy_decides_who_joins_which_topic()
    {
        await using TestServer server = await StartAsync(Carrier.Http1, options => options.AuthorizationPolicy = "own room");
        WebSocketConnection ann = await OpenAsync(server, "/joined/ann", "ann"), bob = await OpenAsync(server, "/joined/ann", "bob");
        await GreetAsync(ann);
        Assert.True(Control(await NextAsync(ann)).TryGetProperty("topic", out _));
        Assert.Equal("=joined True", await NextAsync(ann));
        await GreetAsync(bob);
        Assert.Equal("=joined False", await NextAsync(bob));
        await server.Services.GetRequiredService<ICluster>().Topic("ann").PublishAsync("secret");
        Assert.Equal("1 secret", await NextOfTopicAsync(ann));
        await bob.SendAsync("=say");
        Assert.Equal("=say", await NextAsync(bob));
    }

    [Fact]
    public async Task Policy_that_cannot_be_asked_is_an_error_that_says_what_to_write()
    {
        await using TestServer server = await StartAsync(Carrier.Http1, options => options.AuthorizationPolicy = "own room", authorizes: false);
        WebSocketConnection plain = await OpenAsync(server, "/error/a");
        await GreetAsync(plain);
        Assert.Equal("=The policy \"own room\" decides who joins a topic. Write builder.Services.AddAuthorization().", await NextAsync(plain));
    }

    [Fact]
    public async Task State_of_the_application_comes_in_the_place_of_a_gap_and_one_that_throws_is_a_gap()
    {
        bool throws = false;
        await using TestServer server = await StartAsync(Carrier.Http1, options =>
        {
            options.MaxMessages = 1;
            options.StateOf = topic => throws ? throw new InvalidOperationException("mine") : new(new WebSocketTopicState($"all of {topic}"));
        });
        string[] before = ["""{"hello":1,"topics":{"a":"other.5.a1b3"}}""", """{"hello":1,"topics":{"a":"other.5.a1b3"}}"""];
        WebSocketTopic room = server.Services.GetRequiredService<ICluster>().Topic("a");
        for (int i = 0; i < 5; i++) await room.PublishAsync($"{i}");
        WebSocketConnection session = await OpenAsync(server, "/room/a");
        await GreetAsync(session, before[0]);
        Assert.True(Control(await NextAsync(session)).TryGetProperty("topic", out _));
        Assert.Equal("5 all of a", await NextOfTopicAsync(session));
        throws = true;
        session = await OpenAsync(server, "/room/a");
        await GreetAsync(session, before[1]);
        JsonElement gap = Control(await NextAsync(session)).GetProperty("gap");
        Assert.Equal(("epoch", JsonValueKind.Null), (gap.GetProperty("reason").GetString(), gap.GetProperty("from").ValueKind));
    }

    [Fact]
    public async Task State_that_never_comes_is_a_gap()
    {
        var clock = new FakeTimeProvider();
        var asked = new TaskCompletionSource();
        await using TestServer server = await StartAsync(Carrier.Http1, options => options.StateOf = _ =>
        {
            asked.TrySetResult();
            return new(new TaskCompletionSource<WebSocketTopicState?>().Task);
        }, clock: clock);
        WebSocketConnection session = await OpenAsync(server, "/room/a");
        await GreetAsync(session, """{"hello":1,"topics":{"a":"other.5.a1b3"}}""");
        await asked.Task.Soon();
        Task<string> next = NextAsync(session);
        await Waits.Until(() =>
        {
            clock.Advance(TimeSpan.FromSeconds(10));
            return next.IsCompleted;
        }, "the client to be told");
        Assert.Equal("epoch", Control(await next).GetProperty("gap").GetProperty("reason").GetString());
    }

    [Fact]
    public async Task Topic_that_was_left_is_heard_no_more_and_one_that_ended_has_left_all()
    {
        await using TestServer server = await StartAsync(Carrier.Http1);
        WebSocketConnection plain = await OpenAsync(server, "/leaves/a", null, "none");
        Assert.Equal("joined", await NextAsync(plain));
        await server.Services.GetRequiredService<ICluster>().Topic("a").PublishAsync("one");
        Assert.Equal("one", await NextAsync(plain));
        await plain.SendAsync("leave");
        Assert.Equal("True False", await NextAsync(plain));
        await server.Services.GetRequiredService<ICluster>().Topic("a").PublishAsync("two");
        await plain.SendAsync("say");
        Assert.Equal("False False", await NextAsync(plain));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\nb")]
    [InlineData("\ud800")]
    [InlineData("257")]
    public async Task What_is_no_name_is_refused(string name)
    {
        if (name == "257") name = new string('a', 257);
        await using TestServer server = await StartAsync(Carrier.Http1);
        Assert.ThrowsAny<ArgumentException>(() => server.Services.GetRequiredService<ICluster>().Topic(name));
        await using WebSocketConnection client = await JoinPlainAsync(server);
        await Assert.ThrowsAnyAsync<ArgumentException>(() => client.JoinAsync(name));
    }

    [Fact]
    public async Task Client_s_connection_joins_nothing_and_says_why()
    {
        await using TestServer server = await StartAsync(Carrier.Http1);
        await using WebSocketConnection client = await JoinPlainAsync(server);
        Assert.StartsWith("Only a connection of MapWebSocket", (await Assert.ThrowsAsync<InvalidOperationException>(() => client.JoinAsync("a"))).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => client.Leave("a"));
    }

    [Fact]
    public async Task Message_that_is_none_is_not_published()
    {
        await using TestServer server = await StartAsync(Carrier.Http1);
        WebSocketTopic topic = server.Services.GetRequiredService<ICluster>().Topic("a");
        await Assert.ThrowsAsync<ArgumentException>(async () => await topic.PublishAsync(default(WebSocketMessage)));
        await Assert.ThrowsAsync<ArgumentException>(async () => await topic.PublishTextAsync(new byte[] { 0xff }));
        Assert.Throws<ArgumentException>(() => new WebSocketTopicState(WebSocketMessageKind.Text, new byte[] { 0xff }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new WebSocketTopicState(default, default));
        Assert.Equal(1, await topic.PublishAsync("first"));
    }

    private Task<TestServer> StartAsync(Carrier carrier, Action<WebSocketTopicOptions>? configure = null, bool authorizes = true, TimeProvider? clock = null) => TestServer.StartAsync(
        carrier,
        TestServer.EchoAsync,
        build: builder =>
        {
            builder.Services.AddSingleton<Microsoft.AspNetCore.DataProtection.IDataProtectionProvider>(new Microsoft.AspNetCore.DataProtection.EphemeralDataProtectionProvider());
            builder.Services.Configure<WebSocketTopicOptions>(options => configure?.Invoke(options));
            if (clock is not null) builder.Services.AddSingleton(clock);
            // As in Development: what is scoped does not come from the root.
            builder.Host.UseDefaultServiceProvider(options => options.ValidateScopes = true);
            builder.Services.AddScoped<IAuthorizationHandler, ScopedHandler>();
            if (authorizes)
            {
                builder.Services.AddAuthorization(options => options.AddPolicy(
                    "own room", policy => policy.RequireAssertion(context => (context.Resource as WebSocketTopic)?.Name == context.User.Identity?.Name)));
            }
        },
        map: app =>
        {
            app.Use((context, next) =>
            {
                if (context.Request.Headers["X-User"].ToString() is { Length: > 0 } user)
                    context.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, user)], "test"));
                return next(context);
            });
            app.MapWebSocket("/room/{name}", async (WebSocketConnection connection, ICluster cluster, string name) =>
            {
                Assert.True(await connection.JoinAsync(name));
                Interlocked.Increment(ref _joined);
                await foreach (WebSocketMessage message in connection.ReadAllAsync()) await cluster.Topic(name).PublishAsync(message);
            }).WithResume();
            app.MapWebSocket("/joined/{name}", async (WebSocketConnection connection, string name) =>
            {
                await connection.SendAsync($"joined {await connection.JoinAsync(name)}");
                await TestServer.EchoAsync(connection);
            }).WithResume();
            app.MapWebSocket("/error/{name}", async (WebSocketConnection connection, string name) =>
            {
                await connection.SendAsync((await Assert.ThrowsAsync<InvalidOperationException>(() => connection.JoinAsync(name))).Message);
            }).WithResume();
            app.MapWebSocket("/leaves/{name}", async (WebSocketConnection connection, string name) =>
            {
                await connection.JoinAsync(name);
                await connection.SendAsync("joined");
                await foreach (WebSocketMessage _ in connection.ReadAllAsync()) await connection.SendAsync($"{connection.Leave(name)} {connection.Leave(name)}");
            });
        });

    private async Task<WebSocketConnection> JoinAsync(TestServer server)
    {
        WebSocketConnection client = await OpenAsync(server, "/room/a");
        await GreetAsync(client);
        await HasJoinedAsync();
        JsonElement topic = Control(await NextAsync(client)).GetProperty("topic");
        Assert.Equal("a", topic.GetProperty("name").GetString());
        _epoch = topic.GetProperty("at").GetString()!.Split('.')[0];
        return client;
    }

    private async Task<WebSocketConnection> JoinPlainAsync(TestServer server)
    {
        WebSocketConnection client = await OpenAsync(server, "/room/a", null, "none");
        await HasJoinedAsync();
        return client;
    }

    /// <summary>One connection more has joined: the client of a session hears of it before the handler has counted it.</summary>
    private Task HasJoinedAsync()
    {
        int expected = ++_opened;
        return Waits.Until(() => _joined == expected, "the handler to have joined");
    }

    /// <summary>Its offset and its payload; acknowledgements come when they are due.</summary>
    private static async Task<string> NextOfTopicAsync(WebSocketConnection client)
    {
        string next;
        do next = await NextAsync(client);
        while (next[0] == '+');
        Assert.Equal('#', next[0]);
        return $"{next.Split('.')[1]}{next[next.IndexOf(' ', StringComparison.Ordinal)..]}";
    }

    private string PlaceOf(string message)
    {
        string[] head = message[1..message.IndexOf(' ', StringComparison.Ordinal)].Split('.');
        return $"{_epoch}.{head[1]}.{head[2]}";
    }

    private sealed class ScopedHandler : IAuthorizationHandler
    {
        public Task HandleAsync(AuthorizationHandlerContext context) => Task.CompletedTask;
    }
}
