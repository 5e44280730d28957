using Cierre.AspNetCore.Draining;
using Cierre.AspNetCore.Roster;
using Cierre.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Cierre.AspNetCore.Tests;

/// <summary>A drain: code, reason and spread are the operator's; new handshakes are refused and readiness fails meanwhile; nothing received is lost; it ends.</summary>
public class DrainTests
{
    [Theory]
    [MemberData(nameof(Carriers.All), MemberType = typeof(Carriers))]
    public async Task Host_that_restarts_answers_what_came_and_says_1012(Carrier carrier)
    {
        await using TestServer server = await TestServer.StartAsync(carrier, TestServer.EchoAsync, build: Drain(options => options.Code = 1012));
        await using WebSocketConnection client = await server.ConnectAsync();
        await client.SendAsync("hello");
        await Waits.Until(() => server.Connections.FirstOrDefault()?.Traffic.MessagesReceived == 1, "the message");
        Task stop = server.StopAsync();
        Assert.Equal("hello", (await client.ReceiveAsync().Soon())!.Value.GetText());
        CloseRecord theirs = await client.Closed.Soon(), ours = await server.RecordAsync();
        await stop.Soon();
        Assert.Equal((1012, "the service restarts", true, EndedBy.Remote), (theirs.Code, theirs.Reason, theirs.WasClean, theirs.EndedBy));
        Assert.Equal((1012, true, CloseCause.HostStopping, "the service restarts"), (ours.Code, ours.WasClean, ours.Cause, ours.Detail));
    }

    [Theory]
    [MemberData(nameof(Carriers.EachKind), MemberType = typeof(Carriers))]
    public async Task Drained_server_refuses_and_is_not_ready_until_it_resumes(Carrier carrier)
    {
        await using TestServer server = await TestServer.StartAsync(carrier, TestServer.EchoAsync, build: builder =>
        {
            builder.Services.AddHealthChecks().AddCierre();
            Drain(options => (options.Reason, options.RetryAfter) = ("moving house", TimeSpan.FromSeconds(77.5)))(builder);
        });
        WebSocketServer all = server.Services.GetRequiredService<WebSocketServer>();
        await using WebSocketConnection client = await server.ConnectAsync();
        await Waits.Until(() => all.Connections.Count == 1, "the connection");
        Assert.Equal((HealthStatus.Healthy, 1), await HealthAsync(server));
        await all.DrainAsync(cancellationToken: TestContext.Current.CancellationToken).Soon();
        Assert.Equal((0, true), (all.Connections.Count, all.IsDraining));
        CloseRecord theirs = await client.Closed.Soon(), ours = await server.RecordAsync();
        Assert.Equal((1001, "moving house", true), (theirs.Code, theirs.Reason, theirs.WasClean));
        Assert.Equal((CloseCause.HostStopping, "the server drains its connections"), (ours.Cause, ours.Detail));

        Assert.Equal((HealthStatus.Unhealthy, 0), await HealthAsync(server));
        CloseRecord refused = (await Assert.ThrowsAsync<WebSocketConnectException>(() => server.ConnectAsync())).Record;
        Assert.Equal(503, (int)refused.HttpStatus!);
        Assert.Equal("78", refused.HttpRefusal!.Headers.Single(header => header.Key == "Retry-After").Value);

        all.EndDrain();
        Assert.Equal((HealthStatus.Healthy, 0), await HealthAsync(server));
        await using WebSocketConnection back = await server.ConnectAsync();
        await back.SendAsync("again");
        Assert.Equal("again", (await back.ReceiveAsync().Soon())!.Value.GetText());
    }

    [Fact]
    public async Task Spread_closes_one_after_the_other_evenly_and_the_rest_work_on()
    {
        const int Count = 20;
        var clock = new FakeTimeProvider();
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync, build: builder => builder.Services.AddSingleton<TimeProvider>(clock));
        WebSocketServer all = server.Services.GetRequiredService<WebSocketServer>();
        var clients = new WebSocketConnection[Count];
        for (int i = 0; i < Count; i++) clients[i] = await server.ConnectAsync();
        await Waits.Until(() => all.Connections.Count == Count, "the connections");
        Task drain = all.DrainAsync(new WebSocketDrainOptions { Spread = TimeSpan.FromSeconds(Count), Timeout = TimeSpan.FromMinutes(1) }, TestContext.Current.CancellationToken);
        for (int second = 1; second <= Count; second++)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            int left = Count - second;
            await Waits.Until(
                () => all.Connections.Count == left,
                $"{left} connections after {second} s",
                () => $"there are {all.Connections.Count}, {clients.Count(client => client.IsOpen)} clients are open, the drain is {drain.Status}, the servers' ends: "
                    + string.Join(", ", all.Connections.Select(connection => $"{connection.Connection.CloseSoFar?.Cause} {connection.Connection.Traffic.MessagesReceived}")));
            Assert.Equal(left, clients.Count(client => client.IsOpen));
            if (clients.FirstOrDefault(client => client.IsOpen) is not { } working) continue;
            await working.SendAsync("still here");
            Assert.Equal("still here", (await working.ReceiveAsync().Soon())!.Value.GetText());
        }

        await drain.Soon();
        Assert.All(clients, client => Assert.Equal((1001, true), (client.Closed.Result.Code, client.Closed.Result.WasClean)));
    }

    [Fact]
    public async Task Cancelled_drain_leaves_open_what_it_did_not_reach_and_refuses_all_the_same()
    {
        var clock = new FakeTimeProvider();
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync, build: builder => builder.Services.AddSingleton<TimeProvider>(clock));
        WebSocketServer all = server.Services.GetRequiredService<WebSocketServer>();
        await using WebSocketConnection client = await server.ConnectAsync();
        await Waits.Until(() => all.Connections.Count == 1, "the connection");
        using var cancel = new CancellationTokenSource();
        // The one connection's turn is somewhere in a window that no clock gets to.
        Task drain = all.DrainAsync(new WebSocketDrainOptions { Spread = TimeSpan.FromDays(1), Timeout = TimeSpan.FromDays(2) }, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => drain.Soon());
        await client.SendAsync("still here");
        Assert.Equal("still here", (await client.ReceiveAsync().Soon())!.Value.GetText());
        Assert.True(all.IsDraining);
    }

    [Fact]
    public async Task Time_that_is_over_cuts_a_peer_that_does_not_answer()
    {
        var clock = new FakeTimeProvider();
        await using TestServer server = await TestServer.StartAsync(
            Carrier.Http1, TestServer.EchoAsync, options => options.CloseTimeout = TimeSpan.FromMinutes(5), builder => builder.Services.AddSingleton<TimeProvider>(clock));
        WebSocketServer all = server.Services.GetRequiredService<WebSocketServer>();
        await using RawPeer silent = await server.RawAsync();
        await Waits.Until(() => all.Connections.Count == 1, "the connection");
        Task drain = all.DrainAsync(new WebSocketDrainOptions { Timeout = TimeSpan.FromSeconds(8) }, TestContext.Current.CancellationToken);
        Assert.Equal(1001, (await silent.ReadFrameAsync()).CloseCode);
        // One step for the patience with handlers, one for the whole.
        for (int i = 0; i < 200 && !drain.IsCompleted; i++)
        {
            clock.Advance(TimeSpan.FromSeconds(4));
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        await drain.Soon();
        CloseRecord record = await server.RecordAsync();
        Assert.Equal((1006, false, 1001, CloseCause.HostStopping), (record.Code, record.WasClean, record.Sent!.Code, record.Cause));
    }

    [Fact]
    public async Task Host_that_stops_during_a_slow_drain_does_not_wait_for_it()
    {
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync);
        WebSocketServer all = server.Services.GetRequiredService<WebSocketServer>();
        await using WebSocketConnection client = await server.ConnectAsync();
        await Waits.Until(() => all.Connections.Count == 1, "the connection");
        Task drain = all.DrainAsync(new WebSocketDrainOptions { Code = 1012, Spread = TimeSpan.FromDays(1), Timeout = TimeSpan.FromDays(2) }, TestContext.Current.CancellationToken);
        await server.StopAsync().Soon();
        await drain.Soon();
        Assert.Equal((1001, true), (client.Closed.Result.Code, client.Closed.Result.WasClean));
    }

    [Theory]
    [InlineData("Code", "1000")]
    [InlineData("Spread", "-00:00:01")]
    [InlineData("Spread", "00:00:30")]
    [InlineData("Timeout", "00:00:00")]
    [InlineData("Timeout", "00:00:31")]
    [InlineData("RetryAfter", "00:00:00.5")]
    public Task Wrong_value_in_the_configuration_fails_the_start_and_is_named(string option, string value) => WrongConfiguration.FailsTheStartAsync("Drain:" + option, value);

    [Theory]
    [InlineData(-1, null, null)]
    [InlineData(-1, -1, null)]
    [InlineData(-1, 5000, null)]
    [InlineData(30_000, 30_000, null)]
    [InlineData(30_000, -1, "Cierre:Drain: Timeout (infinite) is more than the host gives itself to stop (30 s): raise HostOptions.ShutdownTimeout with it.")]
    [InlineData(30_000, 31_000, "Cierre:Drain: Timeout (31 s) is more than the host gives itself to stop (30 s): raise HostOptions.ShutdownTimeout with it.")]
    public void Time_without_an_end_is_the_longest(int host, int? drain, string? fault)
    {
        TimeSpan? timeout = drain is { } own ? TimeSpan.FromMilliseconds(own) : null;
        var validation = new DrainOptionsValidation(Options.Create(new HostOptions { ShutdownTimeout = TimeSpan.FromMilliseconds(host) }));
        Assert.Equal(fault, validation.Validate(null, new WebSocketDrainOptions { Timeout = timeout }).FailureMessage);
    }

    [Fact]
    public async Task Drain_that_leaves_no_time_to_answer_is_refused()
    {
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync);
        WebSocketServer all = server.Services.GetRequiredService<WebSocketServer>();
        ArgumentException wrong = await Assert.ThrowsAsync<ArgumentException>(() => all.DrainAsync(new WebSocketDrainOptions { Spread = TimeSpan.FromSeconds(30) }));
        Assert.Contains("Spread (30 s) must be shorter than the whole drain may take (30 s, HostOptions.ShutdownTimeout)", wrong.Message, StringComparison.Ordinal);
        Assert.False(all.IsDraining);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5000)]
    public void Every_connection_has_one_turn_in_its_own_part_of_the_window(int count)
    {
        TimeSpan window = TimeSpan.FromSeconds(30);
        IReadOnlyList<(int Item, TimeSpan At)> turns = Spread.Over([.. Enumerable.Range(0, count)], window, new Random(1));
        Assert.Equal(Enumerable.Range(0, count), turns.Select(turn => turn.Item).Order());
        for (int i = 0; i < count; i++) Assert.InRange(turns[i].At, window * i / count, window * (i + 1) / count);
        if (count > 1) Assert.NotEqual(Enumerable.Range(0, count), turns.Select(turn => turn.Item));
    }

    [Fact]
    public async Task Stop_tells_for_whose_handlers_it_waits_and_how_long_and_does_not_repeat_itself_every_second()
    {
        var log = new LogSink(LogLevel.Warning);
        var clock = new FakeTimeProvider();
        var release = new TaskCompletionSource();
        await using TestServer server = await TestServer.StartAsync(
            Carrier.Http1,
            TestServer.EchoAsync,
            build: builder =>
            {
                builder.Services.AddSingleton<TimeProvider>(clock);
                builder.Logging.AddProvider(log);
                builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromMinutes(5));
            },
            map: app => app.MapWebSocket("/deaf", async _ => await release.Task));
        await using WebSocketConnection one = await server.ConnectAsync(path: "/deaf"), two = await server.ConnectAsync(path: "/deaf"), heard = await server.ConnectAsync();
        await Waits.Until(() => server.Connections.Count == 3, "three connections");
        Task stop = server.StopAsync();
        Assert.Equal(1001, (await one.Closed.Soon()).Code);
        await two.Closed.Soon();
        AspNetCore.Roster.LateHandlers late = server.Services.GetRequiredService<AspNetCore.Roster.LateHandlers>();
        await Waits.Until(() => late.ByEndpoint() is [("/deaf", 2)], "the handlers to be late");
        Assert.Empty(Told());
        for (int i = 0; i < 44; i++) clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["5.0", "10.0", "20.0", "40.0"], Told().Select(line => line.Split(' ')[4]));
        Assert.All(Told(), line => Assert.Contains("for 2 handlers of WebSocket /deaf that go on", line, StringComparison.Ordinal));
        release.SetResult();
        await stop.Soon();
        Assert.Equal((4, 0), (Told().Length, late.ByEndpoint().Count));

        string[] Told() => [.. log.Lines.Where(line => line.StartsWith("The stop has waited", StringComparison.Ordinal))];
    }

    [Fact]
    public async Task Stop_that_waits_no_longer_says_so_of_a_handler_that_still_runs()
    {
        var log = new LogSink(LogLevel.Warning);
        var release = new TaskCompletionSource();
        await using TestServer server = await TestServer.StartAsync(
            Carrier.Http1,
            TestServer.EchoAsync,
            build: builder =>
            {
                builder.Logging.AddProvider(log);
                builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromMilliseconds(500));
            },
            map: app => app.MapWebSocket("/deaf", async _ => await release.Task));
        await using WebSocketConnection client = await server.ConnectAsync(path: "/deaf");
        await Waits.Until(() => server.Connections.Count == 1, "the connection");
        await Record.ExceptionAsync(() => server.StopAsync().Soon());
        Assert.Contains(log.Lines, line => line.Contains("for 1 handlers of WebSocket /deaf that go on", StringComparison.Ordinal));
        release.SetResult();
    }

    [Fact]
    public async Task Health_check_without_AddCierre_fails_and_says_what_to_call()
    {
        ServiceCollection services = new();
        services.AddLogging().AddHealthChecks().AddCierre();
        await using ServiceProvider provider = services.BuildServiceProvider();
        HealthReportEntry entry = (await provider.GetRequiredService<HealthCheckService>().CheckHealthAsync(TestContext.Current.CancellationToken)).Entries.Single().Value;
        Assert.Equal(HealthStatus.Unhealthy, entry.Status);
        Assert.Contains("builder.Services.AddCierre()", entry.Description, StringComparison.Ordinal);
    }

    private static async Task<(HealthStatus Status, int Connections)> HealthAsync(TestServer server)
    {
        HealthReport report = await server.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(check => check.Tags.Contains("ready"));
        return (report.Status, (int)report.Entries["cierre"].Data["connections"]);
    }

    private static Action<WebApplicationBuilder> Drain(Action<WebSocketDrainOptions> configure) => builder => builder.Services.Configure(configure);
}
