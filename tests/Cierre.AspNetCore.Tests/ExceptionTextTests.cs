using System.Globalization;
using System.Security.Claims;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Threading.RateLimiting;
using Cierre.TestKit;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Xunit;

namespace Cierre.AspNetCore.Tests;

/// <summary>
/// Nothing of an exception's text ever reaches the peer. Each case throws a marker in code of the application's, or in code that is given a marker; then every byte that came over
/// the wire is searched for it, answer of HTTP and frames alike.
/// </summary>
public sealed class ExceptionTextTests
{
    private const string Marker = "S3CRET";

    private static readonly Dictionary<string, Case> Cases = new()
    {
        // A handler, and what it is given.
        ["handler throws"] = new(1011, Handler: _ => throw Secret()),
        ["handler throws at a message"] = new(1011, Handler: async connection =>
        {
            await connection.ReceiveAsync();
            throw new AggregateException(Marker, Secret(), new JsonException(Marker));
        }, Message: "x"),
        ["handler is cancelled"] = new(1011, Handler: _ => throw new OperationCanceledException(Marker)),
        ["handler passes on a close's exception"] = new(1011, Handler: _ => throw new WebSocketException(Marker)),
        ["handler asks for a code that must not be sent"] = new(1011, Handler: connection => connection.CloseAsync(1005, Marker)),
        ["JSON is not valid"] = new(1007, Map: app => app.MapWebSocket<Order>("/case", (_, _, _) => Task.CompletedTask, OrderJson.Default.Order), Message: "{\"Id\":"),
        ["JSON is of another kind, and the parser quotes it"] = new(1007, Map: app => app.MapWebSocket<Order>("/case", (_, _, _) => Task.CompletedTask, OrderJson.Default.Order), Message: $"{{\"Id\":\"{Marker}\"}}"),
        ["converter of JSON throws"] = new(1011, Map: app => app.MapWebSocket<Order>("/case", (_, _, _) => Task.CompletedTask, OrderJson.Default.Order), Message: "{\"Note\":\"x\"}"),
        ["typed handler throws"] = new(1011, Map: app => app.MapWebSocket<Order>("/case", (_, _, _) => throw Secret(), OrderJson.Default.Order), Message: "{\"Id\":1}"),
        ["callback of the end throws"] = new(1000, Options: o => o.OnClosed = (_, _) => throw Secret(), Handler: _ => Task.CompletedTask),

        // The opening.
        ["middleware throws"] = new(500, Map: app =>
        {
            app.Use(Task (HttpContext _, RequestDelegate _) => throw Secret());
            app.MapWebSocket("/case", TestServer.EchoAsync);
        }),
        ["authentication fails and says why"] = new(401, Map: app => app.MapWebSocket("/case", TestServer.EchoAsync).RequireAuthorization(), User: "wrong"),
        ["authentication fails and says why, where refusals are closes"] = new(3000, Map: app => app.MapWebSocket("/case", TestServer.EchoAsync, o => o.AuthorizationResponse = RefusalMode.Close).RequireAuthorization(), User: "wrong"),
        ["authentication throws"] = new(500, Map: app => app.MapWebSocket("/case", TestServer.EchoAsync).RequireAuthorization(), User: "throw"),
        ["authorization fails and says why"] = new(403, Map: app => app.MapWebSocket("/case", TestServer.EchoAsync).RequireAuthorization("says why"), User: "guest"),
        ["authorization fails and says why, where refusals are closes"] = new(3003, Map: app => app.MapWebSocket("/case", TestServer.EchoAsync, o => o.AuthorizationResponse = RefusalMode.Close).RequireAuthorization("says why"), User: "guest"),
        ["authorization throws"] = new(500, Map: app => app.MapWebSocket("/case", TestServer.EchoAsync).RequireAuthorization("throws"), User: "guest"),
        ["naming the user throws"] = new(500, Handler: TestServer.EchoAsync, Services: services => services.Configure<WebSocketServerOptions>(o => o.UserIdSelector = _ => throw Secret()).Configure<WebSocketLimitOptions>(o => o.MaxConnectionsPerUser = 1), User: "guest"),
        ["origin is not allowed"] = new(403, Options: o => o.AllowedOrigins.Add($"https://{Marker}.example"), Handler: TestServer.EchoAsync, Headers: ["Origin: https://elsewhere.example"]),
        ["handshake is broken"] = new(400, Handler: TestServer.EchoAsync, Headers: ["Sec-WebSocket-Extensions: = ;;"]),

        // Limits and clocks of the endpoint.
        ["choosing a rate limiter throws"] = new(500, Options: o => o.MessageLimiterSelector = _ => throw Secret(), Handler: TestServer.EchoAsync),
        ["rate limiter throws"] = new(1008, Options: o => o.MessageLimiterSelector = _ => new BrokenLimiter(), Handler: TestServer.EchoAsync, Message: "x"),
        ["expiry throws"] = new(1011, Options: o => o.ExpirySelector = _ => throw Secret(), Handler: TestServer.EchoAsync),
        ["warning of the expiry throws"] = new(3000, Options: o => (o.ExpirySelector, o.OnExpiring) = (_ => DateTimeOffset.UtcNow.AddMilliseconds(300), (_, _) => throw Secret()), Handler: TestServer.EchoAsync),
        ["check of the permission throws"] = new(3003, Options: o => (o.PermissionCheckInterval, o.PermissionCheck) = (TimeSpan.FromMilliseconds(50), (_, _) => throw Secret()), Handler: TestServer.EchoAsync),

        // A gateway.
        ["choosing the upstream throws"] = new(500, Map: app => app.MapWebSocketGateway("/case", _ => throw Secret())),
        ["opening of the upstream is configured by code that throws"] = new(500, Map: app => app.MapWebSocketGateway("/case", new Uri("ws://127.0.0.1:1/"), o => o.ConfigureUpstream = (_, _) => throw Secret())),
        ["upstream has no name"] = new(1014, Map: app => app.MapWebSocketGateway("/case", new Uri($"ws://{Marker}.invalid/"))),
        ["upstream is not there"] = new(1014, Map: app => app.MapWebSocketGateway("/case", new Uri($"ws://127.0.0.1:1/{Marker}"))),
        ["upstream is not there, and a status says so"] = new(502, Map: app => app.MapWebSocketGateway("/case", new Uri($"ws://127.0.0.1:1/{Marker}"), o => o.UpstreamFailureResponse = RefusalMode.Status)),
        ["connection to the upstream throws"] = new(1014, Map: app => app.MapWebSocketGateway("/case", new Uri("ws://127.0.0.1:1/"), o =>
            o.ConfigureUpstream = (_, upstream) => upstream.ConfigureHandler = handler => handler.ConnectCallback = (_, _) => throw new IOException(Marker, Secret()))),
        ["upstream refuses and says why"] = new(1014, Upstream: peer => peer.SendAsync($"HTTP/1.1 500 {Marker}\r\nX-Why: {Marker}\r\nContent-Length: {Marker.Length}\r\n\r\n{Marker}")),
        ["upstream answers nonsense"] = new(1014, Upstream: peer => peer.SendAsync($"{Marker}\r\n\r\n")),
        ["upstream breaks the protocol"] = new(1014, Upstream: async peer =>
        {
            await peer.SwitchProtocolsAsync();
            await peer.SendFrameAsync(9, Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(Marker, 30))));
        }),
        ["callback of a conversation's end throws"] = new(1014, Map: app => app.MapWebSocketGateway("/case", new Uri("ws://127.0.0.1:1/"), o => o.OnEnded = _ => throw Secret())),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Text_of_an_exception_never_reaches_the_peer(string name)
    {
        Case it = Cases[name];
        await using RawServer? upstream = it.Upstream is { } script ? RawServer.Start(script, switchProtocols: false) : null;
        await using TestServer server = await TestServer.StartAsync(
            Carrier.Http1,
            TestServer.EchoAsync,
            build: builder =>
            {
                builder.Services.AddAuthentication("by header").AddScheme<AuthenticationSchemeOptions, SecretiveScheme>("by header", null);
                builder.Services.AddAuthorizationBuilder().AddPolicy("says why", p => p.AddRequirements(new Says())).AddPolicy("throws", p => p.RequireAssertion(bool (_) => throw Secret()));
                builder.Services.AddSingleton<IAuthorizationHandler, SaysHandler>();
                it.Services?.Invoke(builder.Services);
            },
            map: app =>
            {
                if (it.Map is { } map) map(app);
                else if (upstream is not null) app.MapWebSocketGateway("/case", upstream.Url);
                else app.MapWebSocket("/case", it.Handler!, it.Options);
            });
        await using RawPeer peer = await RawPeer.ConnectAsync("127.0.0.1", server.Url.Port);
        string head = await peer.UpgradeAsync("/case", [.. it.Headers ?? [], .. it.User is null ? (string[])[] : [$"X-User: {it.User}"], .. (string[])(it.Expected < 1000 ? ["Connection: close"] : [])]);
        if (it.Message is not null) await peer.SendTextAsync(it.Message);
        int outcome = int.Parse(head.AsSpan(9, 3), CultureInfo.InvariantCulture);
        var wire = new StringBuilder(head);
        if (outcome == 101)
        {
            RawFrame frame;
            do
            {
                frame = await peer.ReadFrameAsync();
                wire.Append(Encoding.Latin1.GetString(frame.Payload));
            }
            while (frame.Opcode != 8);
            outcome = frame.CloseCode!.Value;
            await peer.SendCloseAsync(outcome);
        }

        wire.Append(Encoding.Latin1.GetString((await peer.ReadToEndAsync()).Bytes));
        Assert.DoesNotContain(Marker, wire.ToString(), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Exception", wire.ToString(), StringComparison.OrdinalIgnoreCase);
        // What shows that the case was the one meant.
        Assert.Equal(it.Expected, outcome);
    }

    private static InvalidOperationException Secret() => new($"The password is {Marker}.", new IOException(Marker));

    /// <param name="Expected">The status of the answer, or the code of the close frame.</param>
    private sealed record Case(
        int Expected,
        Func<WebSocketConnection, Task>? Handler = null,
        Action<WebSocketEndpointOptions>? Options = null,
        Action<WebApplication>? Map = null,
        Action<IServiceCollection>? Services = null,
        Func<RawPeer, Task>? Upstream = null,
        string? User = null,
        string[]? Headers = null,
        string? Message = null);

    private sealed class WebSocketException(string message) : Exception(message);

    private sealed class BrokenLimiter : RateLimiter
    {
        public override TimeSpan? IdleDuration => null;

        public override RateLimiterStatistics? GetStatistics() => null;

        protected override RateLimitLease AttemptAcquireCore(int permitCount) => throw Secret();

        protected override ValueTask<RateLimitLease> AcquireAsyncCore(int permitCount, CancellationToken cancellationToken) => throw Secret();
    }

    private sealed class SecretiveScheme(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(Request.Headers["X-User"].ToString() switch
        {
            "" => AuthenticateResult.NoResult(),
            "wrong" => AuthenticateResult.Fail(Secret()),
            "throw" => throw Secret(),
            var name => AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, name)], Scheme.Name)), Scheme.Name)),
        });
    }

    private sealed class Says : IAuthorizationRequirement;

    private sealed class SaysHandler : AuthorizationHandler<Says>
    {
        protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, Says requirement)
        {
            context.Fail(new AuthorizationFailureReason(this, Marker));
            return Task.CompletedTask;
        }
    }

    internal sealed record Order(int Id, [property: JsonConverter(typeof(BrokenConverter))] string? Note = null);

    internal sealed class BrokenConverter : JsonConverter<string>
    {
        public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw Secret();

        public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => throw Secret();
    }
}

[JsonSerializable(typeof(ExceptionTextTests.Order))]
internal sealed partial class OrderJson : JsonSerializerContext;
