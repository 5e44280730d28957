using System.Diagnostics;
using Cierre.Tool.Bench;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Cierre.Tool.Tests.Bench;

/// <summary>One connection under load, against a server end in memory that answers when the test says so, under a clock that the test turns.</summary>
public sealed class LoadConnectionTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _clock = new();
    private readonly Meter _meter = new();
    private readonly Payload _payload = new(WebSocketMessageKind.Binary, 10);

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public async Task Without_a_rate_the_depth_is_in_flight_and_latency_counts_from_the_send(int depth)
    {
        (LoadConnection load, WebSocketConnection server, Task running) = Start(schedule: null, depth);
        List<byte[]> waiting = await TakeAsync(server, depth);
        _clock.Advance(TimeSpan.FromMilliseconds(7));
        foreach (byte[] message in waiting) await server.SendAsync(message);
        await UntilAsync(() => _meter.Latency.Count == depth);
        Assert.InRange(_meter.Latency.Min, TimeSpan.FromMilliseconds(6.9), TimeSpan.FromMilliseconds(7));
        Assert.InRange(_meter.Latency.Max, TimeSpan.FromMilliseconds(7), TimeSpan.FromMilliseconds(7.1));
        // And as many again.
        await TakeAsync(server, depth);
        await EndAsync(load, running);
    }

    [Fact]
    public async Task Server_that_stalls_for_a_second_makes_every_message_due_meanwhile_late()
    {
        // 100 a second, one in flight: a closed loop would count one slow message, and then fast ones.
        var schedule = new Schedule(100, connections: 1, _clock.GetTimestamp(), _clock.TimestampFrequency);
        (LoadConnection load, WebSocketConnection server, Task running) = Start(schedule, depth: 1);
        byte[] first = (await TakeAsync(server, 1))[0];
        _clock.Advance(TimeSpan.FromSeconds(1) - TimeSpan.FromMilliseconds(5));
        await server.SendAsync(first);
        for (int i = 1; i < 100; i++) await server.SendAsync((await TakeAsync(server, 1))[0]);
        await UntilAsync(() => _meter.Latency.Count == 100);
        Assert.InRange(_meter.Latency.Max, TimeSpan.FromMilliseconds(995), TimeSpan.FromMilliseconds(1005));
        Assert.InRange(_meter.Latency.Percentile(0.5), TimeSpan.FromMilliseconds(490), TimeSpan.FromMilliseconds(505));
        Assert.InRange(_meter.Latency.Min, TimeSpan.FromMilliseconds(4), TimeSpan.FromMilliseconds(6));
        // The wait was here and not on the wire, and that is told too.
        Assert.InRange(_meter.SendDelay.Max, TimeSpan.FromMilliseconds(980), TimeSpan.FromMilliseconds(995));
        await EndAsync(load, running);
    }

    [Fact]
    public async Task What_a_server_never_answers_is_unanswered_and_as_late_as_it_waited()
    {
        var schedule = new Schedule(100, connections: 1, _clock.GetTimestamp(), _clock.TimestampFrequency);
        (LoadConnection load, WebSocketConnection server, Task running) = Start(schedule, depth: 2);
        _clock.Advance(TimeSpan.FromMilliseconds(95));
        List<TimeSpan> waited = [];
        Assert.Equal(10, load.Stop(waited.Add));
        Assert.Equal(Enumerable.Range(0, 10).Select(n => TimeSpan.FromMilliseconds(95 - (10 * n))), waited);
        load.Pump();
        await EndAsync(load, running);
        Assert.Equal(0, _meter.Latency.Count);
        GC.KeepAlive(server);
    }

    [Fact]
    public async Task Nothing_waits_on_a_connection_that_ended()
    {
        var schedule = new Schedule(100, connections: 1, _clock.GetTimestamp(), _clock.TimestampFrequency);
        (LoadConnection load, WebSocketConnection server, Task running) = Start(schedule, depth: 2);
        await TakeAsync(server, 1);
        Task<CloseRecord> closing = server.CloseAsync(CloseCodes.ServiceRestart);
        await running.WaitAsync(Bound);
        await closing.WaitAsync(Bound);
        _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(1, load.Stop(waited => Assert.Fail($"{waited}")));
    }

    [Fact]
    public async Task What_is_no_echo_is_counted_as_such()
    {
        (LoadConnection load, WebSocketConnection server, Task running) = Start(schedule: null, depth: 1);
        await TakeAsync(server, 1);
        await server.SendAsync(new byte[10]);
        await TakeAsync(server, 1);
        await server.SendAsync("0123456789");
        await TakeAsync(server, 1);
        await UntilAsync(() => _meter.WrongEchoes == 2);
        // The third is an echo, the fourth answers nothing.
        load.Stop(_ => { });
        await server.SendAsync(_payload.Bytes);
        await server.SendAsync(_payload.Bytes);
        await UntilAsync(() => _meter.WrongEchoes == 3);
        Assert.Equal(1, _meter.Latency.Count);
        await EndAsync(load, running);
    }

    [Fact]
    public async Task Pacer_sends_what_is_due_on_the_connection_whose_turn_it_is()
    {
        var schedule = new Schedule(1000, connections: 2, _clock.GetTimestamp(), _clock.TimestampFrequency);
        (LoadConnection first, WebSocketConnection firstServer, Task firstRunning) = Start(schedule, depth: 100);
        (LoadConnection second, WebSocketConnection secondServer, Task secondRunning) = Start(schedule, depth: 100, number: 1);
        var pacer = new Pacer(schedule, [first, second], _clock);
        Assert.Equal(TimeSpan.FromMilliseconds(1), pacer.Send());
        _clock.Advance(TimeSpan.FromMilliseconds(3.25));
        Assert.Equal(TimeSpan.FromMilliseconds(0.75), pacer.Send());
        await TakeAsync(firstServer, 2);
        await TakeAsync(secondServer, 2);
        Assert.Equal(4, first.Stop(_ => { }) + second.Stop(_ => { }));
        await EndAsync(first, firstRunning);
        await EndAsync(second, secondRunning);
    }

    private (LoadConnection Load, WebSocketConnection Server, Task Running) Start(Schedule? schedule, int depth, int number = 0)
    {
        (WebSocketConnection client, WebSocketConnection server) = WebSocketConnection.CreatePair();
        var load = new LoadConnection(client, number, schedule, depth, _payload, _meter, _clock);
        return (load, server, load.RunAsync());
    }

    private static async Task<List<byte[]>> TakeAsync(WebSocketConnection server, int count)
    {
        List<byte[]> taken = [];
        while (taken.Count < count) taken.Add((await server.ReceiveAsync().AsTask().WaitAsync(Bound))!.Value.Data.ToArray());
        return taken;
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        long begun = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(begun) < Bound, "it did not come to that");
            await Task.Yield();
        }
    }

    private static async Task EndAsync(LoadConnection load, Task running)
    {
        load.Stop(_ => { });
        load.Connection.Abort();
        await running.WaitAsync(Bound);
    }
}
