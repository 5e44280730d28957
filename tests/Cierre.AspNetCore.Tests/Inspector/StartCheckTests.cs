using System.Net;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Cierre.AspNetCore.Tests.Inspector;

/// <summary>Nobody looks at a server's connections whom nobody let.</summary>
public class StartCheckTests
{
    [Theory]
    [InlineData("Production")]
    [InlineData("Staging")]
    public async Task Host_does_not_start_where_nobody_decides_who_may_look(string environment)
    {
        var wrong = await Assert.ThrowsAsync<InvalidOperationException>(() => InspectorRig.StartAsync(_ => { }, environment));
        Assert.Contains("RequireAuthorization", wrong.Message, StringComparison.Ordinal);
        Assert.Contains("/_ws", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Policy_that_AllowAnonymous_voids_is_none() => await Assert.ThrowsAsync<InvalidOperationException>(
        () => InspectorRig.StartAsync(_ => { }, conventions: inspector => inspector.RequireAuthorization("admins").AllowAnonymous(), services: InspectorRig.AddUsers));

    [Theory]
    [InlineData(null, 401)]
    [InlineData("guest", 403)]
    [InlineData("admin", 200)]
    public async Task Policy_holds_also_where_the_pipeline_is_told_not_to_ask_it(string? user, int status)
    {
        await using TestServer server = await InspectorRig.StartAsync(
            services: services =>
            {
                InspectorRig.AddUsers(services);
                services.Configure<RouteOptions>(options => options.SuppressCheckForUnhandledSecurityMetadata = true);
            },
            map: app =>
            {
                ForgetToAuthorize(app);
                app.MapWebSocketInspector().RequireAuthorization("admins");
            });
        using HttpResponseMessage answer = await server.GetAsync("/_ws/connections", user is null ? [] : [("X-User", user)]);
        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Fact]
    public async Task Policy_s_requirements_in_an_attribute_count()
    {
        await using TestServer server = await InspectorRig.StartAsync(
            services: InspectorRig.AddUsers, map: app => app.MapWebSocketInspector().WithMetadata(new OnlyAdminAttribute()));
        using HttpResponseMessage guest = await server.GetAsync("/_ws/connections", ("X-User", "guest"));
        using HttpResponseMessage admin = await server.GetAsync("/_ws/connections", ("X-User", "admin"));
        Assert.Equal((403, 200), ((int)guest.StatusCode, (int)admin.StatusCode));
    }

    [Fact]
    public async Task Guard_of_the_application_s_own_beside_a_policy_opens_nothing_that_the_policy_closes()
    {
        await using TestServer server = await InspectorRig.StartAsync(
            services: InspectorRig.AddUsers,
            map: app => app.MapWebSocketInspector("/_ws", options => options.AuthorizationCheck = _ => ValueTask.FromResult(true)).RequireAuthorization("admins").ShortCircuit());
        using HttpResponseMessage nobody = await server.GetAsync("/_ws/connections");
        Assert.NotEqual(200, (int)nobody.StatusCode);
    }

    [Fact]
    public async Task Policy_without_the_services_that_ask_it_starts_no_host()
    {
        var wrong = await Assert.ThrowsAsync<InvalidOperationException>(() => InspectorRig.StartAsync(_ => { }, conventions: inspector => inspector.WithMetadata(new AuthorizeAttribute())));
        Assert.Contains("AddAuthorization", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Second_inspector_is_held_to_it_too() => await Assert.ThrowsAsync<InvalidOperationException>(() => InspectorRig.StartAsync(
        services: InspectorRig.AddUsers,
        map: app =>
        {
            app.MapWebSocketInspector("/one").RequireAuthorization("admins");
            app.MapWebSocketInspector("/two");
        }));

    [Fact]
    public async Task Development_goes_without()
    {
        await using TestServer server = await InspectorRig.StartAsync(_ => { }, "Development");
        using HttpResponseMessage answer = await server.GetAsync("/_ws/connections");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Theory]
    [InlineData("127.0.0.1", 200)]
    [InlineData("::1", 200)]
    [InlineData("192.168.1.7", 403)]
    public async Task In_Development_without_a_policy_only_this_machine_may_look(string from, int status)
    {
        await using TestServer server = await InspectorRig.StartAsync(environment: "Development", map: app =>
        {
            SeeEverybodyAt(app, IPAddress.Parse(from));
            app.MapWebSocketInspector();
        });
        // That it asks for localhost, anybody can claim.
        using HttpResponseMessage answer = await server.GetAsync("/_ws/connections", ("Host", "localhost"));
        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Theory]
    [InlineData("Forwarded")]
    [InlineData("X-Forwarded-For")]
    [InlineData("X-Forwarded-Host")]
    [InlineData("X-Forwarded-Proto")]
    [InlineData("X-Forwarded-Prefix")]
    [InlineData("X-Original-For")]
    [InlineData("X-Original-Host")]
    [InlineData("X-Original-Proto")]
    [InlineData("X-Original-Prefix")]
    public async Task In_Development_without_a_policy_nobody_may_look_through_a_proxy(string header)
    {
        await using TestServer server = await InspectorRig.StartAsync(_ => { }, "Development");
        // The proxy is on this machine; who asks it need not be.
        using HttpResponseMessage answer = await server.GetAsync("/_ws/connections", (header, "for=198.51.100.7"));
        Assert.Equal(403, (int)answer.StatusCode);
        Assert.Contains("RequireAuthorization", await answer.TextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_Development_without_a_policy_who_comes_from_nowhere_may_not_look()
    {
        await using TestServer server = await InspectorRig.StartAsync(environment: "Development", map: app =>
        {
            SeeEverybodyAt(app, null);
            app.MapWebSocketInspector();
        });
        using HttpResponseMessage answer = await server.GetAsync("/_ws/connections");
        Assert.Equal(403, (int)answer.StatusCode);
    }

    [Theory]
    [InlineData(null, 401)]
    [InlineData("guest", 403)]
    [InlineData("admin", 200)]
    public async Task Policy_holds_for_everything_below(string? user, int status)
    {
        await using TestServer server = await InspectorRig.StartAsync(_ => { }, conventions: inspector => inspector.RequireAuthorization("admins"), services: InspectorRig.AddUsers);
        (string, string)[] headers = user is null ? [] : [("X-User", user)];
        foreach (string path in new[] { "/_ws/", "/_ws/inspector.js", "/_ws/connections", "/_ws/connections/1", "/_ws/closes" })
        {
            using HttpResponseMessage answer = await server.GetAsync(path, headers);
            Assert.Equal(path.EndsWith("/1", StringComparison.Ordinal) && status == 200 ? 404 : status, (int)answer.StatusCode);
        }

        using HttpResponseMessage close = await server.PostCloseAsync("""{"ids":[1],"code":4000}""", headers);
        Assert.Equal(status == 200 ? 202 : status, (int)close.StatusCode);
        WebSocketClientOptions options = server.ClientOptions();
        if (user is not null) options.Headers.Add(new("X-User", user));
        Task<WebSocketConnection> opening = server.ConnectAsync(options, "/_ws/live");
        if (status == 200) await (await opening).DisposeAsync();
        else Assert.Equal(status, (int)(await Assert.ThrowsAsync<WebSocketConnectException>(() => opening)).Record.HttpStatus!);
    }

    [Fact]
    public async Task Policy_of_a_group_around_it_counts()
    {
        await using TestServer server = await InspectorRig.StartAsync(
            services: InspectorRig.AddUsers, map: app => app.MapGroup("/admin").RequireAuthorization("admins").MapWebSocketInspector("/ws"));
        using HttpResponseMessage nobody = await server.GetAsync("/admin/ws/connections");
        using HttpResponseMessage admin = await server.GetAsync("/admin/ws/connections", ("X-User", "admin"));
        Assert.Equal((401, 200), ((int)nobody.StatusCode, (int)admin.StatusCode));
    }

    [Fact]
    public async Task Fallback_policy_counts()
    {
        await using TestServer server = await InspectorRig.StartAsync(_ => { }, services: WithFallback);
        using HttpResponseMessage nobody = await server.GetAsync("/_ws/connections");
        using HttpResponseMessage guest = await server.GetAsync("/_ws/connections", ("X-User", "guest"));
        Assert.Equal((401, 200), ((int)nobody.StatusCode, (int)guest.StatusCode));
    }

    [Fact]
    public async Task Fallback_policy_holds_also_where_the_pipeline_forgets_to_ask_it()
    {
        await using TestServer server = await InspectorRig.StartAsync(services: WithFallback, map: app =>
        {
            ForgetToAuthorize(app);
            app.MapWebSocketInspector();
        });
        using HttpResponseMessage nobody = await server.GetAsync("/_ws/connections");
        using HttpResponseMessage guest = await server.GetAsync("/_ws/connections", ("X-User", "guest"));
        Assert.Equal((401, 200), ((int)nobody.StatusCode, (int)guest.StatusCode));
        Assert.Contains("authorization policy", await nobody.TextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Guard_of_the_application_s_own_counts_and_is_asked_every_time()
    {
        await using TestServer server = await InspectorRig.StartAsync(options => options.AuthorizationCheck = context => ValueTask.FromResult(context.Request.Query["token"] == "right"));
        using HttpResponseMessage wrong = await server.GetAsync("/_ws/connections?token=wrong");
        using HttpResponseMessage right = await server.GetAsync("/_ws/connections?token=right");
        Assert.Equal((403, 200), ((int)wrong.StatusCode, (int)right.StatusCode));
        Assert.Contains("WebSocketInspectorOptions.AuthorizationCheck", await wrong.TextAsync(), StringComparison.Ordinal);
        Assert.Equal(403, (int)(await Assert.ThrowsAsync<WebSocketConnectException>(() => server.ViewerAsync())).Record.HttpStatus!);
        await (await server.ViewerAsync("?token=right")).DisposeAsync();
    }

    [Fact]
    public async Task Application_without_an_inspector_starts() => await (await InspectorRig.StartAsync(map: _ => { })).DisposeAsync();

    [Fact]
    public void Without_the_services_it_says_what_to_write()
    {
        WebApplication app = WebApplication.CreateSlimBuilder().Build();
        Assert.Contains("AddCierre", Assert.Throws<InvalidOperationException>(() => app.MapWebSocketInspector()).Message, StringComparison.Ordinal);
    }

    private static void ForgetToAuthorize(WebApplication app)
    {
        // The pipeline that is built without being asked stays out where this key is set.
        ((IApplicationBuilder)app).Properties["__AuthorizationMiddlewareSet"] = true;
        app.UseAuthentication();
    }

    private static void SeeEverybodyAt(WebApplication app, IPAddress? from) => app.Use((context, next) =>
    {
        context.Connection.RemoteIpAddress = from;
        return next(context);
    });

    private static void WithFallback(IServiceCollection services)
    {
        InspectorRig.AddUsers(services);
        services.Configure<AuthorizationOptions>(options => options.FallbackPolicy = new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
    }
}
