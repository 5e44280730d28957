using System.Security.Claims;
using System.Threading.RateLimiting;
using Cierre.TestKit;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Cierre.AspNetCore.Tests;

/// <summary>What ASP.NET Core does with any endpoint it does with this one: authorization, rate limiting, CORS.</summary>
public class AuthorizationTests
{
    [Theory]
    [InlineData(Carrier.Http1, null, 401)]
    [InlineData(Carrier.Http1, "guest", 403)]
    [InlineData(Carrier.Http1, "admin", 101)]
    [InlineData(Carrier.Http2, null, 401)]
    [InlineData(Carrier.Http2, "guest", 403)]
    public async Task Refusal_is_401_or_403(Carrier carrier, string? user, int status)
    {
        await using TestServer server = await StartAsync(carrier);
        Task<WebSocketConnection> opening = server.ConnectAsync(OptionsFor(server, user), "/admins");
        if (status == 101)
        {
            await using WebSocketConnection client = await opening;
            return;
        }

        CloseRecord record = (await Assert.ThrowsAsync<WebSocketConnectException>(() => opening)).Record;
        Assert.Equal((status, CloseCause.HttpStatus), ((int)record.HttpStatus!, record.Cause));
        if (status == 401) Assert.Contains(record.HttpRefusal!.Headers, header => header.Key == "WWW-Authenticate");
    }

    [Theory]
    [InlineData(Carrier.Http1, null, 3000, "credentials are missing, invalid or expired")]
    [InlineData(Carrier.Http1, "guest", 3003, "permission is missing")]
    [InlineData(Carrier.Tls, null, 3000, "credentials are missing, invalid or expired")]
    [InlineData(Carrier.Http2, null, 3000, "credentials are missing, invalid or expired")]
    [InlineData(Carrier.Http2, "guest", 3003, "permission is missing")]
    public async Task Endpoint_that_refuses_by_close_opens_with_a_subprotocol_and_says_why(Carrier carrier, string? user, int code, string reason)
    {
        await using TestServer server = await StartAsync(carrier);
        WebSocketClientOptions options = OptionsFor(server, user);
        options.Subprotocols.Add("unheard-of");
        await using WebSocketConnection client = await server.ConnectAsync(options, "/closing");
        Assert.Equal("unheard-of", client.Subprotocol);
        CloseRecord record = await client.Closed.Soon();
        Assert.Equal((code, reason, true, EndedBy.Remote), (record.Code, record.Reason, record.WasClean, record.EndedBy));
    }

    [Fact]
    public async Task Endpoint_that_refuses_by_close_lets_the_rest_in_and_answers_what_is_no_handshake()
    {
        await using TestServer server = await StartAsync(Carrier.Http1);
        await using WebSocketConnection client = await server.ConnectAsync(OptionsFor(server, "admin"), "/closing");
        await client.SendAsync("in");
        Assert.Equal("in", (await client.ReceiveAsync().Soon())!.Value.GetText());
        using HttpResponseMessage plain = await server.SendAsync(new HttpRequestMessage(HttpMethod.Get, server.HttpUrl("/closing")));
        Assert.Equal(401, (int)plain.StatusCode);
        Assert.NotEmpty(plain.Headers.WwwAuthenticate);
    }

    [Fact]
    public async Task Application_s_own_result_handler_still_decides()
    {
        await using TestServer server = await StartAsync(Carrier.Http1, services => services.AddSingleton<IAuthorizationMiddlewareResultHandler, Teapot>());
        CloseRecord record = (await Assert.ThrowsAsync<WebSocketConnectException>(() => server.ConnectAsync(path: "/admins"))).Record;
        Assert.Equal(418, (int)record.HttpStatus!);
    }

    [Fact]
    public async Task Application_s_own_result_handler_registered_first_is_kept_behind_ours()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddSingleton<IAuthorizationMiddlewareResultHandler, Teapot>();
        builder.Services.AddCierre();
        builder.WebHost.UseTransportUnderTest();
        await using WebApplication app = builder.Build();
        var context = new DefaultHttpContext();
        await app.Services.GetRequiredService<IAuthorizationMiddlewareResultHandler>().HandleAsync(_ => Task.CompletedTask, context, null!, PolicyAuthorizationResult.Forbid());
        Assert.Equal(418, context.Response.StatusCode);
    }

    [Theory]
    [InlineData(null, 3000)]
    [InlineData("guest", 3003)]
    [InlineData("admin", null)]
    public async Task Requirement_of_an_attribute_is_asked_again_of_who_comes_later(string? user, int? code)
    {
        await using ServiceProvider services = new ServiceCollection().AddLogging().AddAuthorization().BuildServiceProvider();
        var opening = new DefaultHttpContext { RequestServices = services };
        opening.SetEndpoint(new Endpoint(null, new EndpointMetadataCollection(new OnlyAdminAttribute()), "/"));
        var identity = user is null ? new ClaimsIdentity() : new ClaimsIdentity([new Claim(ClaimTypes.Name, user)], "test");
        Assert.Equal(code, (int?)(await Endpoints.Renewal.OfAsync(opening, new ClaimsPrincipal(identity), services)).Fault?.Code);
    }

    [Fact]
    public async Task Rate_limit_and_cors_hold_for_the_endpoint()
    {
        await using TestServer server = await StartAsync(Carrier.Http1);
        await using WebSocketConnection first = await server.ConnectAsync(path: "/limited");
        CloseRecord record = (await Assert.ThrowsAsync<WebSocketConnectException>(() => server.ConnectAsync(path: "/limited"))).Record;
        Assert.Equal(429, (int)record.HttpStatus!);
        Assert.True((await first.CloseAsync().Soon()).WasClean);
        // The lease is given back when the connection has ended, not before.
        await Waits.Until(() => server.Connections.Count == 0, "the end");
        for (int i = 0; ; i++)
        {
            try
            {
                await using WebSocketConnection second = await server.ConnectAsync(path: "/limited");
                break;
            }
            catch (WebSocketConnectException) when (i < 100)
            {
                await Task.Delay(10);
            }
        }

        await using RawPeer peer = await RawPeer.ConnectAsync("127.0.0.1", server.Url.Port);
        Assert.StartsWith("HTTP/1.1 101", await peer.UpgradeAsync("/cors", "Origin: https://good.example"), StringComparison.Ordinal);
        Assert.Equal("https://good.example", peer.Header("Access-Control-Allow-Origin"));
    }

    private static WebSocketClientOptions OptionsFor(TestServer server, string? user)
    {
        WebSocketClientOptions options = server.ClientOptions();
        if (user is not null) options.Headers.Add(new("X-User", user));
        return options;
    }

    private static Task<TestServer> StartAsync(Carrier carrier, Action<IServiceCollection>? services = null) => TestServer.StartAsync(
        carrier,
        TestServer.EchoAsync,
        build: builder =>
        {
            builder.Services.AddAuthentication("header").AddScheme<AuthenticationSchemeOptions, UserByHeader>("header", null);
            builder.Services.AddAuthorizationBuilder().AddPolicy("admins", policy => policy.RequireUserName("admin"));
            builder.Services.AddRateLimiter(limits =>
            {
                limits.RejectionStatusCode = 429;
                limits.AddConcurrencyLimiter("one", one => (one.PermitLimit, one.QueueLimit) = (1, 0));
            });
            builder.Services.AddCors(cors => cors.AddPolicy("good", policy => policy.WithOrigins("https://good.example")));
            services?.Invoke(builder.Services);
        },
        map: app =>
        {
            app.UseRouting();
            app.UseCors();
            app.UseAuthentication();
            app.UseAuthorization();
            app.UseRateLimiter();
            app.MapWebSocket("/admins", TestServer.EchoAsync).RequireAuthorization("admins");
            app.MapWebSocket("/closing", TestServer.EchoAsync, o => o.AuthorizationResponse = RefusalMode.Close).RequireAuthorization("admins");
            app.MapWebSocket("/limited", TestServer.EchoAsync).RequireRateLimiting("one");
            app.MapWebSocket("/cors", TestServer.EchoAsync, o => o.AllowedOrigins.Add("*")).RequireCors("good");
        });

    private sealed class Teapot : IAuthorizationMiddlewareResultHandler
    {
        public Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
        {
            context.Response.StatusCode = 418;
            return Task.CompletedTask;
        }
    }
}
