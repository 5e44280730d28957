using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Xunit;

namespace Cierre.AspNetCore.Tests.Inspector;

/// <summary>The gate asks a policy as the framework's middleware does, by the schemes that the policy names: whether or not the middleware asked before.</summary>
public class GateTests
{
    /// <summary>Two schemes, of users (the default) and of operators; each knows whom the header of its name names.</summary>
    [Theory]
    [InlineData(true, null, null, 401)]
    [InlineData(true, "ana", null, 401)]
    [InlineData(true, null, "olga", 200)]
    [InlineData(true, "ana", "olga", 200)]
    [InlineData(true, "olga", null, 401)]
    [InlineData(true, null, "ivan", 403)]
    [InlineData(false, null, null, 401)]
    [InlineData(false, "ana", null, 401)]
    [InlineData(false, null, "olga", 200)]
    [InlineData(false, "ana", "olga", 200)]
    [InlineData(false, "olga", null, 401)]
    [InlineData(false, null, "ivan", 403)]
    public async Task Operator_by_the_policy_s_scheme_gets_in_and_a_user_of_the_default_scheme_does_not(bool pipelineAsks, string? user, string? operatorName, int status)
    {
        await using TestServer server = await StartAsync(pipelineAsks, policy => policy.AddAuthenticationSchemes("operators").RequireAuthenticatedUser().RequireUserName("olga"));
        (string, string)[] headers = [.. user is null ? (ReadOnlySpan<(string, string)>)[] : [("users", user)], .. operatorName is null ? (ReadOnlySpan<(string, string)>)[] : [("operators", operatorName)]];
        using HttpResponseMessage answer = await server.GetAsync("/_ws/connections", headers);
        Assert.Equal(status, (int)answer.StatusCode);
        if (status == 401) Assert.Equal("operators", answer.Headers.WwwAuthenticate.Single().Scheme);
        WebSocketClientOptions options = server.ClientOptions();
        foreach ((string name, string value) in headers) options.Headers.Add(new(name, value));
        Task<WebSocketConnection> feed = server.ConnectAsync(options, "/_ws/live");
        if (status == 200) await (await feed).DisposeAsync();
        else Assert.Equal(status, (int)(await Assert.ThrowsAsync<WebSocketConnectException>(() => feed)).Record.HttpStatus!);
    }

    [Theory]
    [InlineData("ana", null, 403)]
    [InlineData(null, "olga", 403)]
    [InlineData("ana", "olga", 200)]
    public async Task Identities_of_several_schemes_are_merged(string? user, string? operatorName, int status)
    {
        await using TestServer server = await StartAsync(
            pipelineAsks: false, policy => policy.AddAuthenticationSchemes("users", "operators").RequireClaim("scheme", "users").RequireAssertion(context => context.User.HasClaim("scheme", "operators")));
        using HttpResponseMessage answer = await server.GetAsync("/_ws/connections", [("users", user ?? ""), ("operators", operatorName ?? "")]);
        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Theory]
    [InlineData("users", 200)]
    [InlineData("operators", 401)]
    public async Task Policy_without_schemes_asks_the_user_of_the_default_scheme(string scheme, int status)
    {
        await using TestServer server = await StartAsync(pipelineAsks: false, policy => policy.RequireAuthenticatedUser());
        using HttpResponseMessage answer = await server.GetAsync("/_ws/connections", (scheme, "ana"));
        Assert.Equal(status, (int)answer.StatusCode);
        if (status == 401) Assert.Equal("users", answer.Headers.WwwAuthenticate.Single().Scheme);
    }

    [Fact]
    public async Task Guard_beside_a_policy_sees_the_policy_s_user_and_opens_nothing_that_the_policy_closes()
    {
        await using TestServer server = await StartAsync(
            pipelineAsks: false,
            policy => policy.AddAuthenticationSchemes("operators").RequireAuthenticatedUser(),
            inspector: options => options.AuthorizationCheck = context => ValueTask.FromResult(context.User.Identity?.Name == "olga"));
        using HttpResponseMessage olga = await server.GetAsync("/_ws/connections", ("operators", "olga"), ("users", "ana"));
        using HttpResponseMessage ivan = await server.GetAsync("/_ws/connections", ("operators", "ivan"), ("users", "olga"));
        using HttpResponseMessage user = await server.GetAsync("/_ws/connections", ("users", "olga"));
        Assert.Equal((200, 403, 401), ((int)olga.StatusCode, (int)ivan.StatusCode, (int)user.StatusCode));
    }

    [Fact]
    public async Task Scheme_that_sends_to_a_login_does_so_here()
    {
        await using TestServer server = await InspectorRig.StartAsync(
            services: services =>
            {
                services.AddAuthentication("users").AddScheme<AuthenticationSchemeOptions, ByHeader>("users", null).AddCookie("cookies", options => options.LoginPath = "/log-in");
                services.AddAuthorization();
                services.Configure<RouteOptions>(options => options.SuppressCheckForUnhandledSecurityMetadata = true);
            },
            map: app =>
            {
                AuthenticateOnly(app);
                app.MapWebSocketInspector().RequireAuthorization(policy => policy.AddAuthenticationSchemes("cookies").RequireAuthenticatedUser());
            });
        using HttpResponseMessage answer = await server.GetAsync("/_ws/", ("users", "ana"));
        // The client followed.
        Assert.StartsWith("/log-in?ReturnUrl=", answer.RequestMessage!.RequestUri!.PathAndQuery, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Policy_that_no_scheme_can_answer_for_is_403_and_no_failure(bool hasAuthentication)
    {
        var log = new LogSink(LogLevel.Error);
        await using TestServer server = await InspectorRig.StartAsync(
            services: services =>
            {
                services.AddLogging(logging => logging.AddProvider(log));
                if (hasAuthentication) services.AddAuthentication().AddScheme<AuthenticationSchemeOptions, ByHeader>("users", null).AddScheme<AuthenticationSchemeOptions, ByHeader>("operators", null);
                services.AddAuthorization();
                services.Configure<RouteOptions>(options => options.SuppressCheckForUnhandledSecurityMetadata = true);
            },
            map: app =>
            {
                ((IApplicationBuilder)app).Properties["__AuthorizationMiddlewareSet"] = true;
                app.MapWebSocketInspector().RequireAuthorization();
            });
        using HttpResponseMessage answer = await server.GetAsync("/_ws/connections");
        Assert.Equal(403, (int)answer.StatusCode);
        Assert.Contains("authorization policy", await answer.TextAsync(), StringComparison.Ordinal);
        Assert.Empty(log.Lines);
    }

    private static Task<TestServer> StartAsync(bool pipelineAsks, Action<AuthorizationPolicyBuilder> policy, Action<WebSocketInspectorOptions>? inspector = null) => InspectorRig.StartAsync(
        services: services =>
        {
            services.AddAuthentication("users").AddScheme<AuthenticationSchemeOptions, ByHeader>("users", null).AddScheme<AuthenticationSchemeOptions, ByHeader>("operators", null);
            services.AddAuthorization();
            if (!pipelineAsks) services.Configure<RouteOptions>(options => options.SuppressCheckForUnhandledSecurityMetadata = true);
        },
        map: app =>
        {
            if (!pipelineAsks) AuthenticateOnly(app);
            app.MapWebSocketInspector("/_ws", inspector).RequireAuthorization(policy);
        });

    /// <summary>Authentication before routing, and no authorization.</summary>
    private static void AuthenticateOnly(WebApplication app)
    {
        ((IApplicationBuilder)app).Properties["__AuthorizationMiddlewareSet"] = true;
        app.UseAuthentication();
        app.UseRouting();
    }

    private sealed class ByHeader(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder) : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            string name = Request.Headers[Scheme.Name].ToString();
            if (name.Length == 0) return Task.FromResult(AuthenticateResult.NoResult());
            var identity = new ClaimsIdentity([new Claim(ClaimTypes.Name, name), new Claim("scheme", Scheme.Name)], Scheme.Name);
            return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Scheme.Name)));
        }

        protected override Task HandleChallengeAsync(AuthenticationProperties properties)
        {
            Response.StatusCode = StatusCodes.Status401Unauthorized;
            Response.Headers.WWWAuthenticate = Scheme.Name;
            return Task.CompletedTask;
        }
    }
}
