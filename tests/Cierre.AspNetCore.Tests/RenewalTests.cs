using System.Security.Claims;
using Cierre.AspNetCore.Endpoints;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Cierre.AspNetCore.Tests;

/// <summary>New credentials are held to the endpoint's policy as the framework's middleware holds a request to it, schemes included.</summary>
public sealed class RenewalTests : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private object? _resource;

    public RenewalTests()
    {
        var services = new ServiceCollection();
        services.AddLogging().AddAuthorization().AddAuthentication("users")
            .AddScheme<AuthenticationSchemeOptions, UserByHeader>("users", null)
            .AddScheme<AuthenticationSchemeOptions, UserByHeader>("operators", null);
        _services = services.BuildServiceProvider();
    }

    [Fact]
    public async Task Of_two_renewals_the_later_one_stays_whichever_takes_longer()
    {
        var slow = new TaskCompletionSource<bool>();
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync, map: app => app.MapWebSocket(
            "/r",
            async (connection, context, token) =>
            {
                WebSocketCredentials credentials = context.Features.Get<WebSocketCredentials>()!;
                Task<bool> earlier = credentials.RenewAsync(User("slow"), null, token);
                await credentials.RenewAsync(User("fast"), null, token);
                slow.SetResult(true);
                await connection.SendAsync($"{await earlier} {credentials.User.Identity!.AuthenticationType}", token);
            },
            options => options.PermissionCheck = (_, user) => user.Identity!.AuthenticationType == "slow" ? new ValueTask<bool>(slow.Task) : ValueTask.FromResult(true)));
        WebSocketConnection client = await server.ConnectAsync(path: "/r");
        Assert.Equal("True fast", (await client.ReceiveAsync().Soon())!.Value.GetText());
    }

    [Fact]
    public async Task Check_of_a_user_who_was_renewed_meanwhile_closes_nothing()
    {
        var asked = new TaskCompletionSource();
        var answer = new TaskCompletionSource<bool>();
        var checkedAgain = new TaskCompletionSource();
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync, map: app => app.MapWebSocket(
            "/r",
            async (connection, context, token) =>
            {
                await asked.Task;
                await context.Features.Get<WebSocketCredentials>()!.RenewAsync(User("new"), null, token);
                answer.SetResult(false);
                // The next check comes behind the verdict of the one before.
                await checkedAgain.Task;
                await connection.SendAsync("open", token);
            },
            options =>
            {
                options.PermissionCheckInterval = TimeSpan.FromMilliseconds(50);
                options.PermissionCheck = (_, user) =>
                {
                    if (user.Identity?.AuthenticationType == "new")
                    {
                        if (answer.Task.IsCompleted) checkedAgain.TrySetResult();
                        return ValueTask.FromResult(true);
                    }

                    asked.TrySetResult();
                    return new ValueTask<bool>(answer.Task);
                };
            }));
        WebSocketConnection client = await server.ConnectAsync(path: "/r");
        Assert.Equal("open", (await client.ReceiveAsync().Soon())!.Value.GetText());
    }

    [Theory]
    [InlineData("operators", null)]
    [InlineData("users", 3000)]
    [InlineData("users operators", null)]
    [InlineData("", 3000)]
    // What cannot be told to be of another scheme: the application vouches for it.
    [InlineData("AuthenticationTypes.Federation", null)]
    public async Task User_of_another_scheme_than_the_policy_s_is_nobody(string types, int? code)
    {
        DefaultHttpContext opening = Opening(policy => policy.AddAuthenticationSchemes("operators").RequireAuthenticatedUser());
        Renewal renewal = await Renewal.OfAsync(opening, User(types), _services);
        Assert.Equal(code, (int?)renewal.Fault?.Code);
        Assert.DoesNotContain(renewal.User.Identities, identity => identity.AuthenticationType == "users");
    }

    [Fact]
    public async Task Claim_of_another_scheme_s_identity_does_not_count()
    {
        DefaultHttpContext opening = Opening(policy => policy.AddAuthenticationSchemes("operators").RequireClaim("scheme", "users"));
        Assert.Equal(3003, (int?)(await Renewal.OfAsync(opening, User("users operators"), _services)).Fault?.Code);
    }

    [Fact]
    public async Task Kind_of_identity_that_the_policy_s_schemes_brought_at_the_opening_counts()
    {
        DefaultHttpContext opening = Opening(policy => policy.AddAuthenticationSchemes("operators").RequireAuthenticatedUser());
        // One scheme forwards to another: so the middleware tells of it.
        opening.Features.Set<IAuthenticateResultFeature>(new Told { AuthenticateResult = AuthenticateResult.Success(new AuthenticationTicket(User("users"), "operators")) });
        Assert.Null((await Renewal.OfAsync(opening, User("users"), _services)).Fault);
        // The default scheme's own ticket says nothing of the policy's.
        opening.Features.Set<IAuthenticateResultFeature>(new Told { AuthenticateResult = AuthenticateResult.Success(new AuthenticationTicket(User("users"), "users")) });
        Assert.Equal(3000, (int?)(await Renewal.OfAsync(opening, User("users"), _services)).Fault?.Code);
    }

    [Fact]
    public async Task Policy_without_schemes_takes_the_user_as_it_is()
    {
        ClaimsPrincipal user = User("users operators");
        Assert.Equal(new Renewal(null, user), await Renewal.OfAsync(Opening(policy => policy.RequireClaim("scheme", "users")), user, _services));
        Assert.Equal(new Renewal(null, user), await Renewal.OfAsync(new DefaultHttpContext { RequestServices = _services }, user, _services));
    }

    [Fact]
    public async Task Handlers_are_told_of_the_request_with_the_new_user_and_the_opening_keeps_its_own()
    {
        DefaultHttpContext opening = Opening(policy => policy.RequireAssertion(context => (_resource = context.Resource) is not null));
        opening.User = User("users");
        (opening.Request.Method, opening.Request.Path, opening.Request.QueryString) = ("GET", "/rooms/7", new QueryString("?tenant=3"));
        opening.Request.Headers["X-Tenant"] = "3";
        opening.Request.RouteValues["room"] = "7";
        opening.Items["key"] = "value";
        opening.Connection.RemoteIpAddress = System.Net.IPAddress.Loopback;
        ClaimsPrincipal user = User("operators");
        Assert.Null((await Renewal.OfAsync(opening, user, _services)).Fault);
        HttpContext seen = Assert.IsAssignableFrom<HttpContext>(_resource);
        Assert.NotSame(opening, seen);
        Assert.Same(user, seen.User);
        Assert.Same(opening.GetEndpoint(), seen.GetEndpoint());
        Assert.Equal(("GET", "/rooms/7", "3", "3", "7", "value"), (seen.Request.Method, seen.Request.Path.Value, seen.Request.Query["tenant"].ToString(), seen.Request.Headers["X-Tenant"].ToString(), seen.Request.RouteValues["room"], seen.Items["key"]));
        Assert.Equal(System.Net.IPAddress.Loopback, seen.Connection.RemoteIpAddress);
        Assert.Equal("users", opening.User.Identity!.AuthenticationType);
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private static ClaimsPrincipal User(string types) => new(types.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .Select(type => new ClaimsIdentity([new Claim(ClaimTypes.Name, "ana"), new Claim("scheme", type)], type)));

    private DefaultHttpContext Opening(Action<AuthorizationPolicyBuilder> configure)
    {
        var policy = new AuthorizationPolicyBuilder();
        configure(policy);
        var context = new DefaultHttpContext { RequestServices = _services };
        context.SetEndpoint(new Endpoint(null, new EndpointMetadataCollection(policy.Build()), "/"));
        return context;
    }

    private sealed class Told : IAuthenticateResultFeature
    {
        public AuthenticateResult? AuthenticateResult { get; set; }
    }
}
