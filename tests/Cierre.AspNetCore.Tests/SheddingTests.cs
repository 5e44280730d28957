using Cierre.AspNetCore.Shedding;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Cierre.AspNetCore.Tests;

/// <summary>Load that is shed: the chosen get 1013, the rest go on.</summary>
public class SheddingTests
{
    [Theory]
    [MemberData(nameof(Carriers.EachKind), MemberType = typeof(Carriers))]
    public async Task Newest_are_closed_with_1013_and_the_rest_go_on(Carrier carrier)
    {
        await using TestServer server = await TestServer.StartAsync(carrier, TestServer.EchoAsync);
        WebSocketConnection[] clients = await ConnectAsync(server, 5);
        IReadOnlyList<CloseRecord> records = await All(server).ShedAsync(2).Soon();
        Assert.Equal(2, records.Count);
        Assert.All(records, record => Assert.Equal((1013, true, EndedBy.Local, CloseCause.LoadShed), (record.Code, record.WasClean, record.EndedBy, record.Cause)));
        foreach (WebSocketConnection shed in clients[3..])
        {
            CloseRecord record = await shed.Closed.Soon();
            Assert.Equal((1013, "the server is overloaded and sheds load", true, EndedBy.Remote), (record.Code, record.Reason, record.WasClean, record.EndedBy));
        }

        await AllGoOnAsync(clients[..3]);
    }

    [Fact]
    public async Task Idlest_are_those_without_a_message_for_the_longest_time_whenever_they_came()
    {
        var clock = new FakeTimeProvider();
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync, options => (options.TimeProvider, options.PingInterval) = (clock, Timeout.InfiniteTimeSpan));
        WebSocketConnection[] clients = await ConnectAsync(server, 4);
        foreach (int busy in (int[])[0, 2, 3])
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await AllGoOnAsync([clients[busy]]);
        }

        await All(server).ShedAsync(2, ShedOrder.Idlest, TestContext.Current.CancellationToken).Soon();
        foreach (WebSocketConnection idle in clients[..2]) Assert.Equal(1013, (await idle.Closed.Soon()).Code);
        await AllGoOnAsync(clients[2..]);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.01, 1)]
    [InlineData(0.34, 2)]
    [InlineData(1, 4)]
    public async Task Share_is_rounded_up(double share, int count)
    {
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync);
        await ConnectAsync(server, 4);
        Assert.Equal(count, (await All(server).ShedShareAsync(share).Soon()).Count);
    }

    [Fact]
    public async Task Wrong_numbers_are_refused_and_more_than_there_are_is_all()
    {
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => All(server).ShedAsync(-1));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => All(server).ShedAsync(1, (ShedOrder)7));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => All(server).ShedShareAsync(1, (ShedOrder)7));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => All(server).ShedShareAsync(double.NaN));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => All(server).ShedShareAsync(1.01));
        await ConnectAsync(server, 2);
        Assert.Equal(2, (await All(server).ShedAsync(100).Soon()).Count);
    }

    [Fact]
    public async Task Pressure_that_lasts_sheds_its_share_again_and_again_and_takes_nobody_new_until_it_is_over()
    {
        var clock = new FakeTimeProvider();
        double level = 0;
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync, build: builder =>
        {
            builder.Services.AddSingleton<TimeProvider>(clock);
            builder.Services.Configure<WebSocketSheddingOptions>(shedding => (shedding.PressureSignal, shedding.Share) = (() => Volatile.Read(ref level), 0.3));
        });
        WebSocketConnection[] clients = await ConnectAsync(server, 10);
        Run(clock, 20);
        Assert.Equal(10, All(server).Connections.Count);

        Volatile.Write(ref level, 1.5);
        Run(clock, 5);
        Assert.Equal(10, clients.Count(client => client.IsOpen));
        Run(clock, 1);
        await Waits.Until(() => All(server).Connections.Count == 7, "three fewer", () => Seen(server, clients));
        Assert.All(clients[7..], client => Assert.Equal(1013, client.Closed.WaitAsync(TimeSpan.FromSeconds(5)).Result.Code));
        CloseRecord refused = (await Assert.ThrowsAsync<WebSocketConnectException>(() => server.ConnectAsync())).Record;
        Assert.Equal(503, (int)refused.HttpStatus!);
        Run(clock, 5);
        await Waits.Until(() => All(server).Connections.Count == 4, "three fewer again");

        Volatile.Write(ref level, 1);
        Run(clock, 20);
        await AllGoOnAsync(clients[..4]);
        await using WebSocketConnection back = await server.ConnectAsync();
        await AllGoOnAsync([back]);
    }

    [Fact]
    public void Gauge_waits_for_its_patience_and_begins_anew_after_each_step()
    {
        var gauge = new PressureGauge(TimeSpan.FromSeconds(3));
        PressureStep[] steps = [.. new double[] { 2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 2, 0.5, 0.5 }.Select((level, second) => gauge.Read(level, TimeSpan.FromSeconds(second)))];
        const PressureStep None = PressureStep.None, Shed = PressureStep.Shed;
        Assert.Equal([None, None, None, None, None, None, None, Shed, None, None, Shed, PressureStep.Over, None], steps);
    }

    [Fact]
    public void Memory_and_thread_pool_are_read_and_a_signal_that_throws_counts_as_none()
    {
        Assert.Equal("memory load", Read(options => options.MaxMemoryLoad = 1e-9).Signal);
        Assert.InRange(Read(options => options.MaxMemoryLoad = 1).Level, 0, 1.01);
        Assert.Equal(0, Read(options => options.PressureSignal = () => throw new InvalidOperationException("broken")).Level);
        Assert.Equal(("the application's signal", 7), Read(options => options.PressureSignal = () => 7));
        Assert.Equal(0, Read(options => options.PressureSignal = () => double.NaN).Level);
    }

    [Fact]
    public void Thread_pool_delay_is_what_the_last_probe_waited_or_the_present_one_has()
    {
        var clock = new FakeTimeProvider();
        var queued = new Queue<Action>();
        var probe = new ThreadPoolProbe(clock, queued.Enqueue);
        Assert.Equal(TimeSpan.Zero, probe.Read());
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(TimeSpan.FromSeconds(2), probe.Read());
        clock.Advance(TimeSpan.FromSeconds(1));
        queued.Dequeue()();
        clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(TimeSpan.FromSeconds(3), probe.Read());
        queued.Dequeue()();
        Assert.Equal(TimeSpan.Zero, probe.Read());
        Assert.Single(queued);
    }

    private static WebSocketServer All(TestServer server) => server.Services.GetRequiredService<WebSocketServer>();

    private static async Task<WebSocketConnection[]> ConnectAsync(TestServer server, int count)
    {
        var clients = new WebSocketConnection[count];
        for (int i = 0; i < count; i++)
        {
            clients[i] = await server.ConnectAsync();
            int open = i + 1;
            await Waits.Until(() => All(server).Connections.Count == open, "the connection");
        }

        return clients;
    }

    private static async Task AllGoOnAsync(IEnumerable<WebSocketConnection> clients)
    {
        foreach (WebSocketConnection client in clients)
        {
            await client.SendAsync("still here");
            Assert.Equal("still here", (await client.ReceiveAsync().Soon())!.Value.GetText());
        }
    }

    private static string Seen(TestServer server, WebSocketConnection[] clients) =>
        $"{All(server).Connections.Count} on the roster: {string.Join(", ", All(server).Connections.Select(entry => $"{entry.Connection.CloseSoFar}"))}; "
        + $"clients: {string.Join(", ", clients.Select(client => $"{client.CloseSoFar}"))}";

    private static void Run(FakeTimeProvider clock, int seconds)
    {
        for (int i = 0; i < seconds; i++) clock.Advance(TimeSpan.FromSeconds(1));
    }

    private static (string Signal, double Level) Read(Action<WebSocketSheddingOptions> configure) => New(configure, TimeProvider.System).Read();

    private static Pressure New(Action<WebSocketSheddingOptions> configure, TimeProvider time)
    {
        var options = new WebSocketSheddingOptions();
        configure(options);
        return new Pressure(Options.Create(options), NullLoggerFactory.Instance, new ServiceCollection().AddSingleton(time).BuildServiceProvider());
    }
}
