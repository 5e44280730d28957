using System.Security.Claims;
using Cierre.AspNetCore.Admission;
using Cierre.AspNetCore.Roster;
using Cierre.Opening;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Cierre.AspNetCore.Tests;

/// <summary>How many connections there may be: of the server, of an endpoint, of a user, and in a second; and what the next one is told.</summary>
public class CapacityTests
{
    [Theory]
    [MemberData(nameof(Carriers.All), MemberType = typeof(Carriers))]
    public async Task Handshake_at_capacity_is_503_with_retry_after_and_the_place_is_given_back_at_the_end(Carrier carrier)
    {
        await using TestServer server = await StartAsync(carrier, limits => (limits.MaxConnections, limits.RetryAfter) = (1, TimeSpan.FromSeconds(9)));
        WebSocketConnection first = await server.ConnectAsync();
        CloseRecord refused = (await Assert.ThrowsAsync<WebSocketConnectException>(() => server.ConnectAsync())).Record;
        Assert.Equal((503, CloseCause.HttpStatus), ((int)refused.HttpStatus!, refused.Cause));
        Assert.Equal("9", refused.HttpRefusal!.Headers.Single(header => header.Key == "Retry-After").Value);
        Assert.Contains("The server is at its limit of 1 connection.", refused.Detail, StringComparison.Ordinal);
        await first.CloseAsync().Soon();
        await Waits.Until(() => server.Connections.Count == 0, "the end");
        await using WebSocketConnection second = await server.ConnectAsync();
        Assert.True(second.IsOpen);
    }

    [Theory]
    [MemberData(nameof(Carriers.All), MemberType = typeof(Carriers))]
    public async Task Handshake_at_capacity_is_accepted_and_closed_with_1013_where_a_page_should_read_why(Carrier carrier)
    {
        await using TestServer server = await StartAsync(carrier, limits => (limits.MaxConnections, limits.CapacityResponse) = (1, RefusalMode.Close));
        await using WebSocketConnection first = await server.ConnectAsync();
        WebSocketClientOptions options = server.ClientOptions();
        options.Subprotocols.Add("unheard-of");
        await using WebSocketConnection second = await server.ConnectAsync(options);
        CloseRecord record = await second.Closed.Soon();
        Assert.Equal((1013, "the server is at its limit of 1 connection", true, EndedBy.Remote), (record.Code, record.Reason, record.WasClean, record.EndedBy));
        Assert.Equal("unheard-of", second.Subprotocol);
        await first.SendAsync("goes on");
        Assert.Equal("goes on", (await first.ReceiveAsync().Soon())!.Value.GetText());
    }

    [Fact]
    public async Task Endpoint_at_its_own_limit_leaves_the_others_alone_and_its_records_say_load_shed()
    {
        var told = new TaskCompletionSource<CloseRecord>();
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync, map: app => app.MapWebSocket("/small", TestServer.EchoAsync, options =>
        {
            (options.MaxConnections, options.CapacityResponse) = (2, RefusalMode.Close);
            options.OnClosed = (_, record) => told.TrySetResult(record);
        }));
        await using WebSocketConnection one = await server.ConnectAsync(path: "/small"), two = await server.ConnectAsync(path: "/small"), three = await server.ConnectAsync(path: "/small");
        Assert.Equal((1013, "this address is at its limit of 2 connections"), await three.Closed.Soon() is { } record ? (record.Code, record.Reason) : default);
        CloseRecord ours = await told.Task.Soon();
        Assert.Equal((1013, true, EndedBy.Local, CloseCause.LoadShed), (ours.Code, ours.WasClean, ours.EndedBy, ours.Cause));
        await using WebSocketConnection other = await server.ConnectAsync();
        Assert.True(one.IsOpen && two.IsOpen && other.IsOpen);
    }

    [Theory]
    [MemberData(nameof(Carriers.Http1Only), MemberType = typeof(Carriers))]
    public async Task Kestrel_s_limit_of_upgraded_connections_is_503_as_well(Carrier carrier)
    {
        await using TestServer server = await TestServer.StartAsync(
            carrier, TestServer.EchoAsync, build: builder => builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxConcurrentUpgradedConnections = 1));
        WebSocketConnection first = await server.ConnectAsync();
        CloseRecord refused = (await Assert.ThrowsAsync<WebSocketConnectException>(() => server.ConnectAsync())).Record;
        Assert.Equal(503, (int)refused.HttpStatus!);
        Assert.Contains(refused.HttpRefusal!.Headers, header => header.Key == "Retry-After");
        Assert.DoesNotContain(refused.HttpRefusal.Headers, header => header.Key is "Upgrade" or "Sec-WebSocket-Accept");
        Assert.Contains("The server is at its limit of upgraded connections.", refused.Detail, StringComparison.Ordinal);
        await first.CloseAsync().Soon();
        await EventuallyAsync(() => server.ConnectAsync());
    }

    [Fact]
    public void User_has_places_of_its_own_and_who_is_nobody_is_not_counted()
    {
        Capacity capacity = New(limits => limits.MaxConnectionsPerUser = 2);
        var endpoint = new EndpointCapacity(null, null);
        Slot first = Slot(capacity.Decide(endpoint, "ana"));
        Slot(capacity.Decide(endpoint, "ana"));
        Assert.Equal("the user is at the limit of 2 connections", Why(capacity.Decide(endpoint, "ana")));
        Slot(capacity.Decide(endpoint, "luis"));
        for (int i = 0; i < 10; i++) Slot(capacity.Decide(endpoint, null));
        first.Dispose();
        first.Dispose();
        Slot(capacity.Decide(endpoint, "ana"));
        Assert.IsType<AdmissionDecision.Refuse>(capacity.Decide(endpoint, "ana"));
    }

    [Fact]
    public void Handshakes_have_a_rate_and_a_burst_of_a_second_s_worth()
    {
        var clock = new FakeTimeProvider();
        Capacity capacity = New(limits => limits.MaxHandshakesPerSecond = 4, clock);
        var endpoint = new EndpointCapacity(null, null);
        for (int i = 0; i < 4; i++) Slot(capacity.Decide(endpoint, null));
        Assert.Equal("connections open faster than 4 per second", Why(capacity.Decide(endpoint, null)));
        clock.Advance(TimeSpan.FromMilliseconds(249));
        Assert.IsType<AdmissionDecision.Refuse>(capacity.Decide(endpoint, null));
        clock.Advance(TimeSpan.FromMilliseconds(1));
        Slot(capacity.Decide(endpoint, null));
        clock.Advance(TimeSpan.FromHours(1));
        for (int i = 0; i < 4; i++) Slot(capacity.Decide(endpoint, null));
        Assert.IsType<AdmissionDecision.Refuse>(capacity.Decide(endpoint, null));
    }

    [Fact]
    public void No_more_are_accepted_in_order_to_be_closed_than_the_limit_allows()
    {
        Capacity capacity = New(limits => (limits.MaxConnections, limits.CapacityResponse) = (2, RefusalMode.Close));
        var endpoint = new EndpointCapacity(null, null);
        Slot(capacity.Decide(endpoint, null));
        Slot(capacity.Decide(endpoint, null));
        Slot closing = Assert.IsType<AdmissionDecision.AcceptThenClose>(capacity.Decide(endpoint, null)).Slot;
        Assert.IsType<AdmissionDecision.AcceptThenClose>(capacity.Decide(endpoint, null));
        Assert.IsType<AdmissionDecision.Refuse>(capacity.Decide(endpoint, null));
        closing.Dispose();
        Assert.IsType<AdmissionDecision.AcceptThenClose>(capacity.Decide(endpoint, null));
    }

    [Fact]
    public void Endpoint_s_own_answer_goes_before_the_server_s()
    {
        Capacity capacity = New(limits => (limits.MaxConnections, limits.CapacityResponse) = (1, RefusalMode.Close));
        Slot(capacity.Decide(new EndpointCapacity(null, null), null));
        Assert.IsType<AdmissionDecision.Refuse>(capacity.Decide(new EndpointCapacity(null, RefusalMode.Status), null));
        Assert.IsType<AdmissionDecision.AcceptThenClose>(capacity.Decide(new EndpointCapacity(null, null), null));
    }

    [Fact]
    public void User_is_the_name_identifier_or_else_the_subject_or_else_the_name()
    {
        Func<ClaimsPrincipal, string?>? selector = null;
        Claim name = new(ClaimTypes.Name, "ana"), id = new(ClaimTypes.NameIdentifier, "17"), subject = new("sub", "s-17");
        Assert.Equal("17", Of([name, subject, id]));
        Assert.Equal("s-17", Of([name, subject]));
        Assert.Equal("ana", Of([name]));
        Assert.Equal("s-17", Of([new(ClaimTypes.NameIdentifier, ""), subject, name]));
        Assert.Equal("second", Of([new("sub", ""), new("sub", "second")]));
        Assert.Null(Of([new(ClaimTypes.Name, "")]));
        Assert.Null(Of([]));
        // What nobody authenticated names nobody, alone or beside another identity.
        Assert.Null(new UserNames(selector).Of(new ClaimsPrincipal(new ClaimsIdentity([id]))));
        Assert.Null(new UserNames(selector).Of(new ClaimsPrincipal()));
        Assert.Equal("ana", new UserNames(selector).Of(new ClaimsPrincipal([new ClaimsIdentity([id]), new ClaimsIdentity([name], "test")])));
        // Of merged identities, the one with the better name.
        Assert.Equal("17", new UserNames(selector).Of(new ClaimsPrincipal([new ClaimsIdentity([name], "one"), new ClaimsIdentity([id], "two")])));

        selector = user => user.FindFirst("tenant")?.Value;
        Assert.Equal("t", Of([name, id, new("tenant", "t")]));
        Assert.Null(Of([name, id]));
        selector = _ => "";
        Assert.Null(Of([name, id]));

        string? Of(Claim[] claims) => new UserNames(selector).Of(new ClaimsPrincipal(new ClaimsIdentity(claims, "test")));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("tenant")]
    public async Task Limit_roster_and_broadcast_know_a_user_by_the_subject_of_the_token_or_by_the_selector(string? claim)
    {
        await using TestServer server = await TestServer.StartAsync(
            Carrier.Http1,
            TestServer.EchoAsync,
            build: builder => builder.Services.Configure<WebSocketLimitOptions>(limits => limits.MaxConnectionsPerUser = 1).Configure<WebSocketServerOptions>(options =>
            {
                if (claim is not null) options.UserIdSelector = user => user.FindFirst(claim)?.Value;
            }),
            map: app => app.Use((context, next) =>
            {
                // As a token's handler does that keeps the names of the claims.
                context.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(claim ?? "sub", context.Request.Query["user"].ToString())], "test"));
                return next(context);
            }));
        await using WebSocketConnection ana = await server.ConnectAsync(path: "/?user=ana"), luis = await server.ConnectAsync(path: "/?user=luis");
        CloseRecord refused = (await Assert.ThrowsAsync<WebSocketConnectException>(() => server.ConnectAsync(path: "/?user=ana"))).Record;
        Assert.Contains("The user is at the limit of 1 connection.", refused.Detail, StringComparison.Ordinal);
        WebSocketRoster roster = server.Services.GetRequiredService<WebSocketServer>().Connections;
        await Waits.Until(() => roster.Count == 2, "both connections");
        await roster.FindByUserId("ana").BroadcastAsync("for ana");
        Assert.Equal("for ana", (await ana.ReceiveAsync().Soon())!.Value.GetText());
    }

    [Fact]
    public void Place_counts_for_the_user_of_the_last_renewal()
    {
        Capacity capacity = New(limits => limits.MaxConnectionsPerUser = 1);
        var endpoint = new EndpointCapacity(null, null);
        Slot slot = Slot(capacity.Decide(endpoint, "ana"));
        slot.Rename("luis");
        Assert.IsType<AdmissionDecision.Refuse>(capacity.Decide(endpoint, "luis"));
        Slot(capacity.Decide(endpoint, "ana"));
        slot.Rename(null);
        Slot luis = Slot(capacity.Decide(endpoint, "luis"));
        slot.Rename("luis");
        luis.Dispose();
        // The first one counts for luis still.
        Assert.IsType<AdmissionDecision.Refuse>(capacity.Decide(endpoint, "luis"));
        slot.Dispose();
        slot.Rename("luis");
        Slot(capacity.Decide(endpoint, "luis"));
    }

    [Theory]
    [InlineData("Limits:MaxConnections", "0")]
    [InlineData("Limits:MaxConnectionsPerUser", "-1")]
    [InlineData("Limits:MaxHandshakesPerSecond", "0")]
    [InlineData("Limits:CapacityResponse", "Wait")]
    [InlineData("Limits:CapacityResponse", "7")]
    [InlineData("CapacityResponse", "7")]
    [InlineData("AuthorizationResponse", "7")]
    [InlineData("AcceptedKind", "7")]
    [InlineData("SlowReaderPolicy", "7")]
    [InlineData("Shedding:Order", "7")]
    [InlineData("Limits:RetryAfter", "00:00:00")]
    [InlineData("MaxConnections", "0")]
    [InlineData("MaxMessagesPerSecond", "0")]
    [InlineData("MaxBytesPerSecond", "0")]
    [InlineData("Shedding:MaxMemoryLoad", "1.1")]
    [InlineData("Shedding:MaxThreadPoolDelay", "00:00:00")]
    [InlineData("Shedding:Interval", "00:00:00")]
    [InlineData("Shedding:Patience", "00:00:00")]
    [InlineData("Shedding:Share", "0")]
    public Task Wrong_value_in_the_configuration_fails_the_start_and_is_named(string option, string value) => WrongConfiguration.FailsTheStartAsync(option, value);

    private static async Task EventuallyAsync(Func<Task<WebSocketConnection>> connect)
    {
        for (int i = 0; ; i++)
        {
            try
            {
                await using WebSocketConnection connection = await connect();
                return;
            }
            catch (WebSocketConnectException) when (i < 100)
            {
                await Task.Delay(10);
            }
        }
    }

    private static Task<TestServer> StartAsync(Carrier carrier, Action<WebSocketLimitOptions> limits) =>
        TestServer.StartAsync(carrier, TestServer.EchoAsync, build: builder => builder.Services.Configure(limits));

    private static Capacity New(Action<WebSocketLimitOptions> configure, TimeProvider? time = null)
    {
        var limits = new WebSocketLimitOptions();
        configure(limits);
        return new Capacity(Options.Create(limits), new ServiceCollection().AddSingleton(time ?? TimeProvider.System).BuildServiceProvider());
    }

    private static Slot Slot(AdmissionDecision decision) => Assert.IsType<AdmissionDecision.Admit>(decision).Slot;

    private static string Why(AdmissionDecision decision) => Assert.IsType<AdmissionDecision.Refuse>(decision).Why;
}
