using Cierre.TestKit;
using Cierre.Tests.Connections;
using Xunit;

namespace Cierre.Tests.Tracing;

/// <summary>Traces while the connection is at work: from other threads, from the code that a message wakes, and over real sockets.</summary>
public sealed class ConnectionTracesTests
{
    [Fact]
    public async Task Client_sees_its_conversation_over_a_socket()
    {
        await using RawServer server = RawServer.Start(async peer =>
        {
            await peer.SendTextAsync("first");
            await peer.ReadFrameAsync();
            await peer.SendCloseAsync(4000, "done");
            await peer.ReadFrameAsync();
        });
        await using WebSocketConnection client = await WebSocketConnection.ConnectAsync(server.Url, new WebSocketClientOptions { Trace = new WebSocketTraceOptions { PayloadBytes = 64 } });
        Assert.Equal("first", (await Played.Within(client.ReceiveAsync().AsTask()))!.Value.GetText());
        await client.SendAsync("second");
        await Played.Within(client.Closed);
        Assert.Equal(
            ["< text 5 \"first\"", "> text 6 \"second\"", "< close 4000 \"done\"", "> close 4000 \"\"", "EndOfStream", "Closed"],
            (await WebSocketTraceTests.ReadAsync(client.Trace!)).Select(line => line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..]));
    }

    [Fact]
    public async Task Reset_of_the_peer_is_seen_over_a_socket()
    {
        await using RawServer server = RawServer.Start(async peer =>
        {
            await peer.ReadFrameAsync();
            peer.Reset();
        });
        await using WebSocketConnection client = await WebSocketConnection.ConnectAsync(server.Url, new WebSocketClientOptions { Trace = new WebSocketTraceOptions() });
        await client.SendAsync("x");
        await Played.Within(client.Closed);
        Assert.Equal(["Reset", "Closed"], (await WebSocketTraceTests.ReadAsync(client.Trace!)).Skip(1).Select(line => line.Split(' ')[1]));
    }

    [Fact]
    public async Task Trace_begins_where_the_kept_frames_end_and_asking_for_those_keeps_none()
    {
        (WebSocketConnection client, WebSocketConnection server) = WebSocketConnection.CreatePair(new() { MaxRecentFrames = 1000 });
        Task sending = Task.Run(async () =>
        {
            for (int i = 0; i < 500; i++) await client.SendAsync(new byte[i]);
        });
        while (client.GetRecentFrames().Count == 0) await Task.Yield();
        using WebSocketTrace trace = client.StartTrace();
        await Played.Within(sending);
        var lengths = trace.FramesBefore.Select(frame => frame.Length!.Value).ToList();
        while (trace.TryRead(out WebSocketTraceEvent? seen)) lengths.Add(((WebSocketTraceFrame)seen).Length!.Value);
        Assert.Equal(Enumerable.Range(0, 500).Select(length => (long)length), lengths);

        (WebSocketConnection plain, _) = WebSocketConnection.CreatePair();
        using (WebSocketTrace unkept = plain.StartTrace()) Assert.Empty(unkept.FramesBefore);
        Assert.Empty(plain.GetRecentFrames());
        Assert.False(plain.Driver.Traces.IsWatched);
        await server.DisposeAsync();
    }

    [Fact]
    public async Task Times_never_run_backwards_whoever_sends()
    {
        (WebSocketConnection client, WebSocketConnection server) = WebSocketConnection.CreatePair(new() { Trace = new WebSocketTraceOptions { Capacity = 100_000 } });
        Task echo = Echo(server), drain = Drain(client);
        await Played.Within(Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            for (int i = 0; i < 500; i++) await client.SendAsync("x");
        }))));
        await client.CloseAsync();
        await Played.Within(Task.WhenAll(echo, drain));
        var times = new List<TimeSpan>();
        await foreach (WebSocketTraceEvent seen in client.Trace!) times.Add(seen.Elapsed);
        Assert.InRange(times.Count, 2_000, 5_000);
        Assert.Equal(times.Order(), times);

        static async Task Echo(WebSocketConnection connection)
        {
            await foreach (WebSocketMessage message in connection.ReadAllAsync()) await connection.SendAsync(message);
        }

        static async Task Drain(WebSocketConnection connection)
        {
            await foreach (WebSocketMessage _ in connection.ReadAllAsync())
            {
            }
        }
    }

    [Fact]
    public async Task Reader_that_blocks_holds_nobody_up()
    {
        var played = new Played(setup: options => options.Trace = new WebSocketTraceOptions { Capacity = 1 });
        using var blocked = new ManualResetEventSlim();
        var began = new TaskCompletionSource();
        Task reading = Task.Run(async () =>
        {
            await foreach (WebSocketTraceEvent _ in played.Connection.Trace!)
            {
                began.TrySetResult();
                blocked.Wait();
            }
        });
        await played.Connection.SendAsync("x");
        await Played.Within(began.Task);
        for (int i = 0; i < 100; i++) await played.Connection.SendAsync("x");
        Assert.Equal(101, played.Connection.Traffic.MessagesSent);
        blocked.Set();
        played.Wire.End();
        await played.Ended;
        await Played.Within(reading);
        Assert.InRange(played.Connection.Trace!.MissedCount, 90, 102);
    }
}
