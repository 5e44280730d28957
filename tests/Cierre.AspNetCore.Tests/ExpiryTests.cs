using System.Globalization;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Cierre.AspNetCore.Tests;

/// <summary>What ends a connection by the endpoint's clock: expired credentials (3000), a permission that is gone (3003), a handler's deadline (3008).</summary>
public class ExpiryTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private readonly FakeTimeProvider _clock = new(Now);

    [Theory]
    [MemberData(nameof(Carriers.All), MemberType = typeof(Carriers))]
    public async Task Connection_whose_ticket_expires_is_closed_with_3000(Carrier carrier)
    {
        await using TestServer server = await StartAsync(carrier, ticket: Now.AddMinutes(10));
        await using WebSocketConnection client = await server.ConnectAsync(path: "/members");
        await EchoedAsync(client);
        _clock.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromMilliseconds(40));
        await EchoedAsync(client);
        _clock.Advance(TimeSpan.FromMilliseconds(80));
        CloseRecord theirs = await client.Closed.Soon(), ours = await server.RecordAsync();
        Assert.Equal((3000, "the credentials expired at 2026-01-02T03:14:05Z", true, EndedBy.Remote), (theirs.Code, theirs.Reason, theirs.WasClean, theirs.EndedBy));
        Assert.Equal((3000, true, EndedBy.Local, CloseCause.Unauthorized, theirs.Reason), (ours.Code, ours.WasClean, ours.EndedBy, ours.Cause, ours.Detail));
    }

    [Fact]
    public async Task Callback_that_throws_fails_the_connection_with_1011_and_leaves_nothing_behind()
    {
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync, options => options.ExpirySelector = _ => throw new InvalidOperationException("no expiry"));
        await using WebSocketConnection client = await server.ConnectAsync();
        Assert.Equal((1011, "the handler failed", true), await client.Closed.Soon() is { } record ? (record.Code, record.Reason, record.WasClean) : default);
        await Waits.Until(() => server.Connections.Count == 0, "the roster to be empty");
    }

    [Fact]
    public async Task Claim_exp_counts_where_the_ticket_says_nothing_and_the_callback_before_both()
    {
        string exp = Now.AddMinutes(5).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        await using (TestServer server = await StartAsync(Carrier.Http1, claims: new Claim("exp", exp))) await ExpiresAsync(server, "2026-01-02T03:09:05Z");
        _clock.SetUtcNow(Now.AddDays(1));
        await using (TestServer server = await StartAsync(Carrier.Http1, ticket: Now.AddDays(3), configure: options => options.ExpirySelector = _ => Now.AddDays(1).AddMinutes(1))) await ExpiresAsync(server, "2026-01-03T03:05:05Z");

        async Task ExpiresAsync(TestServer server, string at)
        {
            await using WebSocketConnection client = await server.ConnectAsync(path: "/members");
            await EchoedAsync(client);
            _clock.Advance(TimeSpan.FromMinutes(6));
            Assert.Equal((3000, $"the credentials expired at {at}"), await client.Closed.Soon() is { } record ? (record.Code, record.Reason) : default);
        }
    }

    [Theory]
    [InlineData("soon")]
    [InlineData("")]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("-Infinity")]
    [InlineData("true")]
    [InlineData("2030-01-01T00:00:00Z")]
    [InlineData("0x6a000000")]
    [InlineData("1,767,322,000")]
    [InlineData(" 1767322000")]
    public async Task Claim_exp_that_is_no_number_is_refused_and_not_believed_for_ever(string exp)
    {
        await using (TestServer server = await StartAsync(Carrier.Http1, claims: new Claim("exp", exp)))
        {
            CloseRecord refused = (await Assert.ThrowsAsync<WebSocketConnectException>(() => server.ConnectAsync(path: "/members"))).Record;
            Assert.Equal(401, (int)refused.HttpStatus!);
            Assert.Contains("exp is no number", refused.Detail, StringComparison.Ordinal);
            Assert.Contains(refused.HttpRefusal!.Headers, header => header.Key == "WWW-Authenticate");
        }

        await using (TestServer server = await StartAsync(Carrier.Http1, configure: options => options.AuthorizationResponse = RefusalMode.Close, claims: [new Claim("exp", "1900000000"), new Claim("exp", exp)]))
        {
            await using WebSocketConnection client = await server.ConnectAsync(path: "/members");
            Assert.Equal((3000, "credentials are missing, invalid or expired"), await client.Closed.Soon() is { } record ? (record.Code, record.Reason) : default);
        }

        // Whoever says it otherwise, or does not want to know, is not asked.
        await using (TestServer server = await StartAsync(Carrier.Http1, ticket: Now.AddMinutes(1), claims: new Claim("exp", exp))) await (await server.ConnectAsync(path: "/members")).DisposeAsync();
        await using (TestServer server = await StartAsync(Carrier.Http1, configure: options => options.CloseOnExpiry = false, claims: new Claim("exp", exp))) await (await server.ConnectAsync(path: "/members")).DisposeAsync();
    }

    [Theory]
    [InlineData("1.767323045e9", "2026-01-02T03:04:05Z")]
    [InlineData("-1", "1969-12-31T23:59:59Z")]
    [InlineData("-1e300", "0001-01-01T00:00:00Z")]
    [InlineData("1767323105.5", "2026-01-02T03:05:05Z")]
    [InlineData("1e300", null)]
    public void Claim_exp_is_a_number_as_json_has_it(string exp, string? end)
    {
        var context = new DefaultHttpContext { User = new ClaimsPrincipal(new ClaimsIdentity([new Claim("exp", exp), new Claim("exp", "1e12")])) };
        Assert.True(Endpoints.CredentialsEnd.TryRead(context, out DateTimeOffset? at));
        Assert.Equal(end, at?.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Nothing_expires_that_has_no_end_or_is_not_asked_about(bool closeOnExpiry)
    {
        await using TestServer server = await StartAsync(Carrier.Http1, ticket: closeOnExpiry ? null : Now.AddMinutes(1), configure: options => options.CloseOnExpiry = closeOnExpiry);
        await using WebSocketConnection client = await server.ConnectAsync(path: "/members");
        await EchoedAsync(client);
        for (int i = 0; i < 10; i++) _clock.Advance(TimeSpan.FromHours(1));
        await EchoedAsync(client);
    }

    [Theory]
    [MemberData(nameof(Carriers.EachKind), MemberType = typeof(Carriers))]
    public async Task Warning_comes_before_the_expiry_and_a_renewal_carries_on_until_the_next(Carrier carrier)
    {
        int warnings = 0;
        await using TestServer server = await StartAsync(carrier, ticket: Now.AddMinutes(10), configure: options =>
        {
            options.ExpiryWarning = TimeSpan.FromMinutes(2);
            options.OnExpiring = async (connection, credentials) =>
            {
                Interlocked.Increment(ref warnings);
                await connection.SendAsync($"renew before {credentials.ExpiresAt:HH:mm:ss}");
            };
        });
        await using WebSocketConnection client = await server.ConnectAsync(path: "/members");
        await EchoedAsync(client);
        _clock.Advance(TimeSpan.FromMinutes(7.9));
        await EchoedAsync(client);
        Assert.Equal(0, warnings);
        _clock.Advance(TimeSpan.FromMinutes(0.2));
        Assert.Equal("renew before 03:14:05", await TextAsync(client));
        // The handler takes this for new credentials of twenty minutes.
        await client.SendAsync("renew 20");
        Assert.Equal("renewed True", await TextAsync(client));
        _clock.Advance(TimeSpan.FromMinutes(15));
        await EchoedAsync(client);
        _clock.Advance(TimeSpan.FromMinutes(4));
        Assert.Equal("renew before 03:32:11", await TextAsync(client));
        _clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal((3000, "the credentials expired at 2026-01-02T03:32:11Z"), await client.Closed.Soon() is { } record ? (record.Code, record.Reason) : default);
        Assert.Equal(2, warnings);
    }

    [Fact]
    public async Task Callback_that_renews_by_itself_keeps_the_connection_open_and_one_that_throws_harms_nothing()
    {
        int calls = 0;
        await using TestServer server = await StartAsync(Carrier.Http1, ticket: Now.AddMinutes(10), configure: options => options.OnExpiring = async (_, credentials) =>
        {
            if (Interlocked.Increment(ref calls) > 3) throw new InvalidOperationException("the issuer does not answer");
            await credentials.RenewAsync(credentials.User, credentials.ExpiresAt!.Value.AddMinutes(10));
        });
        await using WebSocketConnection client = await server.ConnectAsync(path: "/members");
        await EchoedAsync(client);
        for (int i = 1; i <= 4; i++)
        {
            _clock.Advance(TimeSpan.FromMinutes(i == 1 ? 9.5 : 10));
            int expected = i;
            await Waits.Until(() => Volatile.Read(ref calls) == expected, $"warning {expected}");
            if (i < 4) await Waits.Until(() => server.Services.GetRequiredService<Credentials>().Last!.ExpiresAt == Now.AddMinutes(10 * (expected + 1)), "the renewal");
            await EchoedAsync(client);
        }

        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(3000, (await client.Closed.Soon()).Code);
    }

    [Theory]
    [InlineData("guest", 3003, "permission is missing")]
    [InlineData("nobody", 3000, "credentials are missing, invalid or expired")]
    public async Task Renewal_is_held_to_the_endpoint_s_own_authorization(string user, int code, string reason)
    {
        await using TestServer server = await StartAsync(Carrier.Http1, ticket: Now.AddMinutes(10));
        await using WebSocketConnection client = await server.ConnectAsync(path: "/members");
        await client.SendAsync($"become {user}");
        CloseRecord record = await client.Closed.Soon();
        Assert.Equal((code, reason, true), (record.Code, record.Reason, record.WasClean));
        // The close may be seen before the handler has its task.
        Credentials credentials = server.Services.GetRequiredService<Credentials>();
        await Waits.Until(() => credentials.Renewal is not null, "the task of the renewal");
        // The handler's own token was cancelled meanwhile, which is no other news than the answer.
        Assert.False(await credentials.Renewal!.Soon());
    }

    [Fact]
    public async Task Token_of_a_renewal_ends_the_wait_and_not_the_renewal()
    {
        var answer = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using TestServer server = await StartAsync(Carrier.Http1, ticket: Now.AddMinutes(10), configure: options => options.PermissionCheck = (_, _) => new(answer.Task));
        await using WebSocketConnection client = await server.ConnectAsync(path: "/members");
        await EchoedAsync(client);
        WebSocketCredentials credentials = server.Services.GetRequiredService<Credentials>().Last!;
        using var leaving = new CancellationTokenSource();
        Task<bool> renewal = credentials.RenewAsync(credentials.User, Now.AddMinutes(30), leaving.Token);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => renewal.Soon());
        Assert.Equal(Now.AddMinutes(10), credentials.ExpiresAt);
        answer.SetResult(true);
        await Waits.Until(() => credentials.ExpiresAt == Now.AddMinutes(30), "the renewal");
        await EchoedAsync(client);
    }

    [Theory]
    [MemberData(nameof(Carriers.EachKind), MemberType = typeof(Carriers))]
    public async Task Permission_that_is_gone_closes_with_3003(Carrier carrier)
    {
        bool permitted = true;
        int asked = 0;
        await using TestServer server = await StartAsync(carrier, configure: options =>
        {
            options.PermissionCheckInterval = TimeSpan.FromSeconds(30);
            options.PermissionCheck = (_, user) =>
            {
                Assert.Equal("ana", user.Identity!.Name);
                Interlocked.Increment(ref asked);
                return ValueTask.FromResult(Volatile.Read(ref permitted));
            };
        });
        await using WebSocketConnection client = await server.ConnectAsync(path: "/members");
        await EchoedAsync(client);
        for (int i = 1; i <= 3; i++)
        {
            _clock.Advance(TimeSpan.FromSeconds(30.1));
            int expected = i;
            await Waits.Until(() => Volatile.Read(ref asked) == expected, $"question {expected}");
        }

        await EchoedAsync(client);
        Volatile.Write(ref permitted, false);
        _clock.Advance(TimeSpan.FromSeconds(31));
        CloseRecord theirs = await client.Closed.Soon(), ours = await server.RecordAsync();
        Assert.Equal((3003, "permission is missing", true), (theirs.Code, theirs.Reason, theirs.WasClean));
        Assert.Equal((3003, CloseCause.Forbidden, EndedBy.Local), (ours.Code, ours.Cause, ours.EndedBy));
    }

    [Fact]
    public async Task What_cannot_be_checked_is_not_permitted_and_its_exception_stays_here()
    {
        await using TestServer server = await StartAsync(Carrier.Http1, configure: options => options.PermissionCheck = (_, _) => throw new InvalidOperationException("secret"));
        await using WebSocketConnection client = await server.ConnectAsync(path: "/members");
        await EchoedAsync(client);
        _clock.Advance(TimeSpan.FromMinutes(1.1));
        Assert.Equal((3003, "permission is missing"), await client.Closed.Soon() is { } record ? (record.Code, record.Reason) : default);
    }

    [Theory]
    [MemberData(nameof(Carriers.EachKind), MemberType = typeof(Carriers))]
    public async Task Handler_that_takes_longer_than_its_endpoint_allows_is_3008_and_its_token_is_cancelled(Carrier carrier)
    {
        var cancelled = new TaskCompletionSource();
        await using TestServer server = await StartAsync(carrier, map: (app, keep) => app.MapWebSocket(
            "/slow",
            async (connection, _, token) =>
            {
                keep(connection);
                await connection.SendAsync("begun", CancellationToken.None);
                using CancellationTokenRegistration registration = token.Register(() => cancelled.TrySetResult());
                await Task.Delay(Timeout.Infinite, token);
            },
            options => (options.TimeProvider, options.PingInterval, options.HandlerTimeout) = (_clock, Timeout.InfiniteTimeSpan, TimeSpan.FromSeconds(90))));
        await using WebSocketConnection client = await server.ConnectAsync(path: "/slow");
        Assert.Equal("begun", await TextAsync(client));
        _clock.Advance(TimeSpan.FromSeconds(89));
        Assert.True(client.IsOpen);
        _clock.Advance(TimeSpan.FromSeconds(2));
        CloseRecord theirs = await client.Closed.Soon(), ours = await server.RecordAsync();
        await cancelled.Task.Soon();
        Assert.Equal((3008, "the handler took longer than 90 s", true), (theirs.Code, theirs.Reason, theirs.WasClean));
        Assert.Equal((3008, CloseCause.Deadline, EndedBy.Local), (ours.Code, ours.Cause, ours.EndedBy));
    }

    [Fact]
    public async Task Delegate_takes_the_credentials_as_a_parameter()
    {
        await using TestServer server = await StartAsync(Carrier.Http1, ticket: Now.AddMinutes(3), map: (app, _) => app.MapWebSocket(
            "/delegate",
            async (WebSocketConnection connection, WebSocketCredentials credentials) => await connection.SendAsync($"{credentials.User.Identity!.Name} {credentials.ExpiresAt:mm:ss}"),
            options => options.TimeProvider = _clock));
        await using WebSocketConnection client = await server.ConnectAsync(path: "/delegate");
        Assert.Equal("ana 07:05", await TextAsync(client));
    }

    [Theory]
    [InlineData("ExpiryWarning", "00:00:00")]
    [InlineData("PermissionCheckInterval", "00:00:00")]
    [InlineData("PermissionCheckInterval", "-00:00:01")]
    [InlineData("HandlerTimeout", "00:00:00")]
    [InlineData("HandlerTimeout", "-00:00:01")]
    public Task Wrong_value_in_the_configuration_fails_the_start_and_is_named(string option, string value) => WrongConfiguration.FailsTheStartAsync(option, value);

    [Fact]
    public void Infinite_in_the_configuration_switches_off()
    {
        IConfiguration configuration = new ConfigurationBuilder().AddInMemoryCollection(
        [
            new("Cierre:PermissionCheckInterval", "-00:00:00.001"), new("Cierre:PingInterval", "-00:00:00.001"),
            new("Cierre:Shedding:MaxThreadPoolDelay", "-00:00:00.001"), new("Cierre:Compression:Threshold", "7"),
        ]).Build();
        using ServiceProvider services = new ServiceCollection().AddSingleton(configuration).AddLogging().AddCierre().BuildServiceProvider();
        WebSocketEndpointOptions options = services.GetRequiredService<IOptions<WebSocketEndpointOptions>>().Value;
        Assert.Equal(
            (Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan),
            (options.PermissionCheckInterval, options.PingInterval, options.HandlerTimeout));
        Assert.Equal(7, options.Compression!.Threshold);
        Assert.False(services.GetRequiredService<IOptions<WebSocketSheddingOptions>>().Value.Watches);
        Assert.True(new WebSocketSheddingOptions { MaxThreadPoolDelay = TimeSpan.FromSeconds(1) }.Watches);
    }

    [Fact]
    public void Clock_of_the_services_is_the_endpoints_unless_the_application_says_another()
    {
        Assert.Same(_clock, Options(services => services.AddSingleton<TimeProvider>(_clock)).TimeProvider);
        Assert.Same(TimeProvider.System, Options(_ => { }).TimeProvider);
        var other = new FakeTimeProvider();
        Assert.Same(other, Options(services => services.AddSingleton<TimeProvider>(_clock), options => options.TimeProvider = other).TimeProvider);

        static WebSocketEndpointOptions Options(Action<IServiceCollection> register, Action<WebSocketEndpointOptions>? configure = null)
        {
            IServiceCollection services = new ServiceCollection().AddSingleton<IConfiguration>(new ConfigurationBuilder().Build()).AddLogging();
            register(services);
            services.AddCierre().Configure<WebSocketEndpointOptions>(options => configure?.Invoke(options));
            using ServiceProvider provider = services.BuildServiceProvider();
            return provider.GetRequiredService<IOptions<WebSocketEndpointOptions>>().Value;
        }
    }

    private static async Task<string?> TextAsync(WebSocketConnection client) => (await client.ReceiveAsync().Soon())?.GetText();

    private static async Task EchoedAsync(WebSocketConnection client)
    {
        await client.SendAsync("echo");
        Assert.Equal("echo", await TextAsync(client));
    }

    private async Task<TestServer> StartAsync(
        Carrier carrier,
        DateTimeOffset? ticket = null,
        Action<WebSocketEndpointOptions>? configure = null,
        Action<WebApplication, Action<WebSocketConnection>>? map = null,
        params Claim[] claims)
    {
        TestServer? server = null;
        return server = await TestServer.StartAsync(
            carrier,
            TestServer.EchoAsync,
            build: builder =>
            {
                builder.Services.AddSingleton(new Credentials { Ticket = ticket, Claims = claims });
                builder.Services.AddAuthentication("test").AddScheme<AuthenticationSchemeOptions, Authentication>("test", null);
                builder.Services.AddAuthorizationBuilder().AddPolicy("ana", policy => policy.RequireAuthenticatedUser().RequireUserName("ana"));
            },
            map: app =>
            {
                app.UseAuthentication();
                app.UseAuthorization();
                map?.Invoke(app, connection => server!.Keep(connection));
                app.MapWebSocket("/members", ServeAsync, options =>
                {
                    (options.TimeProvider, options.PingInterval) = (_clock, Timeout.InfiniteTimeSpan);
                    configure?.Invoke(options);
                }).RequireAuthorization("ana");
            });

        async Task ServeAsync(WebSocketConnection connection, HttpContext context, CancellationToken token)
        {
            server!.Keep(connection);
            WebSocketCredentials credentials = context.Features.Get<WebSocketCredentials>()!;
            server.Services.GetRequiredService<Credentials>().Last = credentials;
            await foreach (WebSocketMessage message in connection.ReadAllAsync(CancellationToken.None))
            {
                switch (message.GetText().Split(' '))
                {
                    case ["renew", var minutes]:
                        bool renewed = await credentials.RenewAsync(credentials.User, _clock.GetUtcNow().AddMinutes(int.Parse(minutes, CultureInfo.InvariantCulture)), CancellationToken.None);
                        await connection.SendAsync($"renewed {renewed}", CancellationToken.None);
                        break;
                    case ["become", var user]:
                        var identity = user == "nobody" ? new ClaimsIdentity() : new ClaimsIdentity([new Claim(ClaimTypes.Name, user)], "test");
                        Task<bool> renewal = credentials.RenewAsync(new ClaimsPrincipal(identity), null, token);
                        server.Services.GetRequiredService<Credentials>().Renewal = renewal;
                        Assert.False(await renewal);
                        break;
                    default:
                        await connection.SendAsync(message, CancellationToken.None);
                        break;
                }
            }
        }
    }

    private sealed class Credentials
    {
        public DateTimeOffset? Ticket { get; init; }

        public Claim[] Claims { get; init; } = [];

        public WebSocketCredentials? Last { get; set; }

        public Task<bool>? Renewal { get; set; }
    }

    private sealed class Authentication(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, Credentials credentials)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            var user = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, "ana"), .. credentials.Claims], Scheme.Name));
            return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(user, new AuthenticationProperties { ExpiresUtc = credentials.Ticket }, Scheme.Name)));
        }
    }
}
