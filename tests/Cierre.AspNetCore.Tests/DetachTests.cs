using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Claims;
using System.Text;
using Cierre.TestKit;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Cierre.AspNetCore.Tests;

/// <summary>The request of a detached endpoint ends with the answer of the handshake; its connection goes on.</summary>
public sealed class DetachTests
{
    private readonly TaskCompletionSource _requestEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task Request_ends_and_the_connection_goes_on()
    {
        await using TestServer server = await StartAsync(app => app.MapWebSocket("/d", TestServer.EchoAsync).Detach());
        WebSocketConnection client = await ConnectAsync(server, "/d");
        await _requestEnded.Task.Soon();
        for (int i = 0; i < 100; i++)
        {
            await client.SendAsync($"{i}");
            Assert.Equal($"{i}", (await client.ReceiveAsync().Soon())!.Value.GetText());
        }

        Assert.Single(server.Connections);
        Assert.True((await client.CloseAsync().Soon()).WasClean);
        await Waits.Until(() => server.Connections.Count == 0, "the roster to be empty");
    }

    [Theory]
    [InlineData(DetachedParts.None)]
    [InlineData(DetachedParts.User | DetachedParts.RouteValues | DetachedParts.Query | DetachedParts.Items | DetachedParts.Services)]
    public async Task Request_is_garbage_while_the_connection_goes_on(DetachedParts keep)
    {
        WeakReference? request = null;
        await using TestServer server = await StartAsync(app =>
        {
            app.Use(async (context, next) =>
            {
                request = new WeakReference(context.Features.Get<IHttpRequestFeature>());
                await next(context);
            });
            app.MapWebSocket("/d", async (connection, context, token) =>
            {
                await TestServer.EchoAsync(connection);
                // Until here it is the handler's.
                GC.KeepAlive(context);
            }).Detach(keep);
        });
        WebSocketConnection client = await ConnectAsync(server, "/d");
        await _requestEnded.Task.Soon();
        await Waits.Until(
            () =>
            {
                GC.Collect();
                return !request!.IsAlive;
            },
            "the request to be collected");
        await client.SendAsync("x");
        Assert.Equal("x", (await client.ReceiveAsync().Soon())!.Value.GetText());
        Assert.True((await client.CloseAsync().Soon()).WasClean);
    }

    [Fact]
    public async Task Credentials_are_renewed_by_the_policy_of_the_endpoint()
    {
        await using TestServer server = await StartAsync(app => app.MapWebSocket("/d", async (connection, context, token) =>
        {
            WebSocketCredentials credentials = context.Features.Get<WebSocketCredentials>()!;
            await foreach (WebSocketMessage message in connection.ReadAllAsync(token))
            {
                var user = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, message.GetText())], "test"));
                bool renewed = await credentials.RenewAsync(user, null, token);
                await connection.SendAsync($"{renewed} {credentials.User.Identity!.Name}", token);
            }
        }).RequireAuthorization(policy => policy.RequireAssertion(asked => asked.User.Identity!.Name!.StartsWith('a'))).Detach());
        WebSocketConnection client = await ConnectAsync(server, "/d");
        await _requestEnded.Task.Soon();
        await client.SendAsync("abe");
        Assert.Equal("True abe", (await client.ReceiveAsync().Soon())!.Value.GetText());
        await client.SendAsync("bob");
        Assert.Equal(3003, (int)(await client.Closed.Soon()).Code);
    }

    [Fact]
    public async Task Identity_that_a_scheme_of_the_policy_brought_counts_in_a_renewal()
    {
        await using TestServer server = await StartAsync(
            app => app.MapWebSocket("/d", async (connection, context, token) =>
            {
                WebSocketCredentials credentials = context.Features.Get<WebSocketCredentials>()!;
                ClaimsPrincipal user = context.User;
                await foreach (WebSocketMessage message in connection.ReadAllAsync(token))
                    await connection.SendAsync($"{await credentials.RenewAsync(user, null, token)} {user.Identity!.AuthenticationType}", token);
            }).RequireAuthorization(policy => policy.AddAuthenticationSchemes("operators").RequireAuthenticatedUser()).Detach(DetachedParts.User),
            build: builder => builder.Services.AddAuthentication("users").AddScheme<AuthenticationSchemeOptions, UserByHeader>("users", null)
                .AddPolicyScheme("operators", null, options => options.ForwardDefault = "users"));
        WebSocketConnection client = await ConnectAsync(server, "/d");
        await client.SendAsync("x");
        Assert.Equal("True users", (await client.ReceiveAsync().Soon())!.Value.GetText());
        await client.CloseAsync().Soon();
    }

    [Fact]
    public async Task What_a_policy_sets_in_a_renewal_is_not_set_in_the_opening()
    {
        await using TestServer server = await StartAsync(app => app.MapWebSocket("/d/{room}", async (connection, context, token) =>
        {
            WebSocketCredentials credentials = context.Features.Get<WebSocketCredentials>()!;
            (context.Items["by"], context.Request.RouteValues["by"]) = ("handler", "handler");
            await foreach (WebSocketMessage message in connection.ReadAllAsync(token))
                await connection.SendAsync($"{await credentials.RenewAsync(context.User, null, token)} {context.Items["by"]} {context.Request.RouteValues["by"]}", token);
        }).RequireAuthorization(policy => policy.RequireAssertion(asked =>
        {
            var context = (HttpContext)asked.Resource!;
            (context.Items["by"], context.Request.RouteValues["by"]) = ("policy", "policy");
            return true;
        })).Detach(DetachedParts.User | DetachedParts.RouteValues | DetachedParts.Items));
        WebSocketConnection client = await ConnectAsync(server, "/d/blue");
        await client.SendAsync("x");
        Assert.Equal("True handler handler", (await client.ReceiveAsync().Soon())!.Value.GetText());
        await client.CloseAsync().Soon();
    }

    [Fact]
    public async Task Abort_of_the_context_cuts_the_connection()
    {
        await using TestServer server = await StartAsync(app => app.MapWebSocket("/d", async (connection, context, token) =>
        {
            await connection.ReceiveAsync(token);
            context.Abort();
        }).Detach());
        WebSocketConnection client = await ConnectAsync(server, "/d");
        await client.SendAsync("x");
        Assert.Equal(1006, (await client.Closed.Soon()).Code);
    }

    [Fact]
    public async Task Services_that_are_asked_for_behind_the_end_are_disposed_of()
    {
        HttpContext? kept = null;
        await using TestServer server = await StartAsync(app => app.MapWebSocket("/d", (connection, context, token) =>
        {
            kept = context;
            return TestServer.EchoAsync(connection);
        }).Detach(DetachedParts.Services));
        WebSocketConnection client = await ConnectAsync(server, "/d");
        await client.CloseAsync().Soon();
        await Waits.Until(
            () =>
            {
                // The handler may begin behind the close.
                if (Volatile.Read(ref kept) is not { } context) return false;
                try
                {
                    _ = context.RequestServices;
                    return false;
                }
                catch (ObjectDisposedException)
                {
                    return true;
                }
            },
            "the services to be over");
    }

    [Theory]
    [MemberData(nameof(Carriers.All), MemberType = typeof(Carriers))]
    public async Task Request_ends_though_a_service_throws_at_its_end(Carrier carrier)
    {
        await using TestServer server = await StartAsync(
            app => app.MapWebSocket("/d", (WebSocketConnection connection, Throwing service) => TestServer.EchoAsync(connection)).Detach(),
            carrier,
            builder => builder.Services.AddScoped<Throwing>());
        WebSocketConnection client = await ConnectAsync(server, "/d");
        await client.CloseAsync().Soon();
        await _requestEnded.Task.Soon();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Peer_that_leaves_right_behind_its_request_is_no_error(bool reset)
    {
        var log = new LogSink(LogLevel.Error);
        await using TestServer server = await StartAsync(
            app => app.MapWebSocket("/d", TestServer.EchoAsync).Detach(),
            build: builder => builder.Logging.AddProvider(log));
        byte[] request = Encoding.ASCII.GetBytes(
            $"GET /d HTTP/1.1\r\nHost: {server.Url.Authority}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");
        for (int i = 0; i < 300; i++)
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(IPAddress.Loopback, server.Url.Port);
            await socket.SendAsync(request);
            if (reset) socket.LingerState = new LingerOption(true, 0);
        }

        WebSocketConnection client = await ConnectAsync(server, "/d");
        Assert.True((await client.CloseAsync().Soon()).WasClean);
        await Waits.Until(() => server.Connections.Count == 0, "the roster to be empty");
        Assert.Empty(log.Lines);
    }

    [Theory]
    [MemberData(nameof(Carriers.All), MemberType = typeof(Carriers))]
    public async Task Where_the_request_carries_the_connection_it_stays_and_the_handler_notices_nothing(Carrier carrier)
    {
        string? seen = null;
        await using TestServer server = await StartAsync(
            app => app.MapWebSocket("/d", async (connection, context, token) =>
            {
                seen = Tried(() => context.Request.Path.Value) + ", " + Tried(() => context.User.Identity!.Name);
                await TestServer.EchoAsync(connection);
            }).Detach(DetachedParts.User),
            carrier);
        WebSocketConnection client = await ConnectAsync(server, "/d");
        if (carrier == Carrier.Http1) await _requestEnded.Task.Soon();
        await client.SendAsync("x");
        Assert.Equal("x", (await client.ReceiveAsync().Soon())!.Value.GetText());
        Assert.Equal(carrier == Carrier.Http1, _requestEnded.Task.IsCompleted);
        Assert.Equal("InvalidOperationException of IHttpRequestFeature, ann", seen);
        Assert.True((await client.CloseAsync().Soon()).WasClean);
        await _requestEnded.Task.Soon();
    }

    [Fact]
    public async Task What_is_kept_is_there_and_what_is_not_says_so()
    {
        var seen = new TaskCompletionSource<string>();
        await using TestServer server = await StartAsync(app => app.MapWebSocket("/d/{room}", async (connection, context, token) =>
        {
            await connection.ReceiveAsync(token);
            seen.SetResult(string.Join("; ", [
                Tried(() => context.User.Identity!.Name),
                Tried(() => context.Request.RouteValues["room"]),
                Tried(() => context.Request.Query["q"]),
                Tried(() => context.Items["item"]),
                Tried(() => context.RequestServices.GetRequiredService<Scoped>().IsAlive),
                Tried(() => context.Request.Headers.Host),
                Tried(() => context.Response.StatusCode),
                Tried(() => context.Response.Headers.Count),
                Tried(() => context.Connection.RemotePort),
                Tried(() => context.Features.Get<Scoped>() is null),
            ]));
        }).Detach(DetachedParts.User | DetachedParts.RouteValues | DetachedParts.Query | DetachedParts.Items | DetachedParts.Services));
        await using WebSocketConnection client = await ConnectAsync(server, "/d/blue?q=1");
        await _requestEnded.Task.Soon();
        await client.SendAsync("now");
        Assert.Equal(
            "ann; blue; 1; of the middleware; True; InvalidOperationException of IHttpRequestFeature; 101; InvalidOperationException of Headers; "
            + "InvalidOperationException of IHttpConnectionFeature; True",
            await seen.Task.Soon());
    }

    [Fact]
    public async Task Nothing_is_kept_where_nothing_was_asked_for()
    {
        var seen = new TaskCompletionSource<string>();
        await using TestServer server = await StartAsync(app => app.MapWebSocket("/d/{room}", (connection, context, token) =>
        {
            seen.SetResult(string.Join("; ", [
                Tried(() => context.User.Identity!.Name),
                Tried(() => context.Request.RouteValues["room"]),
                Tried(() => context.Request.Query["q"]),
                Tried(() => context.Items["item"]),
                Tried(() => context.RequestServices.GetRequiredService<Scoped>().IsAlive),
                Tried(() => context.RequestAborted.CanBeCanceled),
            ]));
            return Task.CompletedTask;
        }).Detach());
        await using WebSocketConnection client = await ConnectAsync(server, "/d/blue?q=1");
        Assert.Equal(
            "InvalidOperationException of IHttpAuthenticationFeature; InvalidOperationException of IRouteValuesFeature; InvalidOperationException of IQueryFeature; "
            + "InvalidOperationException of IItemsFeature; InvalidOperationException of IServiceProvidersFeature; True",
            await seen.Task.Soon());
    }

    [Fact]
    public async Task Service_that_a_parameter_takes_lives_as_long_as_the_connection()
    {
        Scoped? service = null;
        await using TestServer server = await StartAsync(app => app.MapWebSocket("/d/{room}", async (WebSocketConnection connection, string room, Scoped scoped) =>
        {
            service = scoped;
            await foreach (WebSocketMessage _ in connection.ReadAllAsync()) await connection.SendAsync($"{room} {scoped.IsAlive}");
        }).Detach());
        WebSocketConnection client = await ConnectAsync(server, "/d/blue");
        await _requestEnded.Task.Soon();
        await client.SendAsync("x");
        Assert.Equal("blue True", (await client.ReceiveAsync().Soon())!.Value.GetText());
        Assert.True((await client.CloseAsync().Soon()).WasClean);
        await Waits.Until(() => !service!.IsAlive, "the service to be disposed");
    }

    [Fact]
    public async Task Handler_has_nothing_of_the_request_s_AsyncLocals()
    {
        var seen = new TaskCompletionSource<string>();
        await using TestServer server = await StartAsync(app =>
        {
            IHttpContextAccessor accessor = app.Services.GetRequiredService<IHttpContextAccessor>();
            app.MapWebSocket("/d", async connection =>
            {
                bool before = accessor.HttpContext is null && Activity.Current is null;
                await connection.ReceiveAsync();
                seen.SetResult($"{before} {accessor.HttpContext is null && Activity.Current is null}");
            }).Detach();
        });
        await using WebSocketConnection client = await ConnectAsync(server, "/d");
        await client.SendAsync("x");
        Assert.Equal("True True", await seen.Task.Soon());
    }

    [Fact]
    public async Task Drain_and_the_roster_see_it()
    {
        await using TestServer server = await StartAsync(app => app.MapWebSocket("/d", TestServer.EchoAsync).Detach());
        WebSocketConnection client = await ConnectAsync(server, "/d");
        await _requestEnded.Task.Soon();
        WebSocketConnection ours = Assert.Single(server.Connections);
        Assert.Equal("/d", server.Services.GetRequiredService<WebSocketServer>().Connections.Single().Endpoint);
        await server.Services.GetRequiredService<WebSocketServer>().DrainAsync().Soon();
        Assert.Equal((1001, true), ((await client.Closed.Soon()).Code, client.Closed.Result.WasClean));
        Assert.True(ours.Closed.IsCompleted);
    }

    [Fact]
    public async Task Its_place_is_taken_until_it_ends()
    {
        await using TestServer server = await StartAsync(app => app.MapWebSocket("/d", TestServer.EchoAsync, options => options.MaxConnections = 1).Detach());
        WebSocketConnection first = await ConnectAsync(server, "/d");
        await _requestEnded.Task.Soon();
        WebSocketConnectException refused = await Assert.ThrowsAsync<WebSocketConnectException>(() => ConnectAsync(server, "/d"));
        Assert.Equal(503, (int)refused.Record.HttpStatus!);
        await first.CloseAsync().Soon();
        await Waits.Until(() => server.Connections.Count == 0, "the place to be free");
        await using WebSocketConnection second = await ConnectAsync(server, "/d");
    }

    [Fact]
    public async Task Handler_that_throws_closes_with_1011_and_one_that_returns_with_1000()
    {
        await using TestServer server = await StartAsync(app => app.MapWebSocket("/d", async connection =>
        {
            if ((await connection.ReceiveAsync())!.Value.GetText() == "throw") throw new InvalidOperationException();
        }).Detach());
        Assert.Equal(1011, (await EndAsync(server, "throw").Soon()).Code);
        Assert.Equal(1000, (await EndAsync(server, "return").Soon()).Code);
    }

    [Fact]
    public async Task Frames_that_come_with_the_request_are_not_lost()
    {
        await using TestServer server = await StartAsync(app => app.MapWebSocket("/d", TestServer.EchoAsync).Detach());
        await using RawPeer peer = await RawPeer.ConnectAsync(server.Url.Host, server.Url.Port);
        byte[] head = System.Text.Encoding.ASCII.GetBytes(
            $"GET /d HTTP/1.1\r\nHost: {server.Url.Authority}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            + "Sec-WebSocket-Version: 13\r\nX-User: ann\r\n\r\n");
        byte[] large = new byte[300_000];
        await peer.SendAsync((byte[])[.. head, .. RawPeer.Frame(1, "first"u8, true, 0, mask: true), .. RawPeer.Frame(2, large, true, 0, mask: true)]);
        await peer.ReadHeadAsync();
        Assert.Equal("first", (await peer.ReadFrameAsync()).Text);
        await _requestEnded.Task.Soon();
        int count = 0;
        while (count < large.Length) count += (await peer.ReadFrameAsync()).Payload.Length;
        Assert.Equal(large.Length, count);
        await peer.SendFrameAsync(1, "last"u8.ToArray());
        Assert.Equal("last", (await peer.ReadFrameAsync()).Text);
    }

    [Fact]
    public async Task Request_that_is_refused_is_answered_as_ever()
    {
        await using TestServer server = await StartAsync(app => app.MapWebSocket("/d/{number:int}", (WebSocketConnection connection, int number, int wrong) => Task.CompletedTask).Detach());
        WebSocketConnectException refused = await Assert.ThrowsAsync<WebSocketConnectException>(() => ConnectAsync(server, "/d/1?wrong=x"));
        Assert.Equal(400, (int)refused.Record.HttpStatus!);
        using var http = new HttpClient();
        Assert.Equal(HttpStatusCode.UpgradeRequired, (await http.GetAsync(server.HttpUrl("/d/1"), TestContext.Current.CancellationToken)).StatusCode);
    }

    [Theory]
    [InlineData(true, "a gateway needs the request to the end")]
    [InlineData(false, "it is no endpoint of MapWebSocket")]
    public async Task What_cannot_be_detached_is_named_at_the_start(bool gateway, string why)
    {
        InvalidOperationException e = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(app =>
        {
            if (gateway) app.MapWebSocketGateway("/d", new Uri("ws://127.0.0.1:1/")).Detach();
            else app.MapGet("/d", () => "page").Detach();
        }));
        Assert.Contains($"cannot be detached: {why}.", e.Message, StringComparison.Ordinal);
    }

    private static async Task<CloseRecord> EndAsync(TestServer server, string text)
    {
        WebSocketConnection client = await ConnectAsync(server, "/d");
        await client.SendAsync(text);
        return await client.Closed;
    }

    private static string Tried(Func<object?> look)
    {
        try
        {
            return $"{look()}";
        }
        catch (InvalidOperationException e)
        {
            string feature = e.Message.Split(" was not kept")[0].Split(' ')[^1];
            return $"{e.GetType().Name} of {feature}";
        }
    }

    private static Task<WebSocketConnection> ConnectAsync(TestServer server, string path)
    {
        WebSocketClientOptions options = server.ClientOptions();
        options.Headers.Add(new("X-User", "ann"));
        return WebSocketConnection.ConnectAsync(new Uri(server.Url, path), options).Soon();
    }

    private Task<TestServer> StartAsync(
        Action<WebApplication> map, Carrier carrier = Carrier.Http1, Action<WebApplicationBuilder>? build = null) => TestServer.StartAsync(
        carrier,
        TestServer.EchoAsync,
        build: builder =>
        {
            builder.Services.AddScoped<Scoped>().AddHttpContextAccessor().AddAuthorization();
            build?.Invoke(builder);
        },
        map: app =>
        {
            app.Use(async (context, next) =>
            {
                context.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, context.Request.Headers["X-User"].ToString())], "test"));
                context.Items["item"] = "of the middleware";
                await next(context);
                if (context.Response.StatusCode is 101 or 200) _requestEnded.TrySetResult();
            });
            app.UseRouting();
            app.UseAuthorization();
            map(app);
        });

    private sealed class Throwing : IDisposable
    {
        public void Dispose() => throw new NotSupportedException();
    }

    private sealed class Scoped : IDisposable
    {
        public bool IsAlive { get; private set; } = true;

        public void Dispose() => IsAlive = false;
    }
}
