using Cierre.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Cierre.AspNetCore.Tests;

/// <summary>A peer that does not read, over real sockets: what it costs, what becomes of it, and that nobody else notices.</summary>
[Collection(nameof(Heavy))]
public class SlowReaderTests
{
    private const long GiB = 1024 * 1024 * 1024;
    private const long Most = 2 * 1024 * 1024;

    [Fact]
    public Task Client_that_never_reads_while_a_GiB_is_sent_holds_less_than_2_MiB() => OwnProcess.RunAsync(typeof(SlowReaderTests), async () =>
    {
        long queued = 0, sent = 0, held = 0;
        bool stops = false;
        await using TestServer server = await TestServer.StartAsync(
            Carrier.Http1,
            async connection =>
            {
                byte[] data = new byte[16 * 1024];
                long before = Heavy.Memory();
                for (; sent < GiB && connection.IsOpen; sent += data.Length)
                {
                    await connection.SendAsync(data);
                    queued = Math.Max(queued, connection.QueuedBytes);
                    if (sent % (GiB / 8) == 0) held = Math.Max(held, Heavy.Memory() - before);
                }

                stops = true;
                await connection.Closed;
            },
            options => (options.SlowReaderPolicy, options.CloseTimeout) = (SlowReaderPolicy.DropOldest, TimeSpan.FromMilliseconds(200)));
        await using RawPeer deaf = await server.RawAsync();
        await Waits.Until(() => Volatile.Read(ref stops), "a GiB");
        WebSocketConnection far = Assert.Single(server.Connections);
        Assert.Equal(GiB, sent);
        Assert.InRange(queued, 1, Most / 2);
        OwnProcess.Figure("bytes held", held, Most);
        // All but what the buffers on the way hold.
        Assert.InRange(far.Traffic.MessagesDropped, (GiB - 32 * 1024 * 1024) / (16 * 1024), GiB / (16 * 1024));
    });

    [Fact]
    public Task Thousand_senders_that_wait_for_a_client_that_never_reads_hold_less_than_2_MiB() => OwnProcess.RunAsync(typeof(SlowReaderTests), async () =>
    {
        long held = long.MaxValue;
        string text = new('x', 100_000);
        await using TestServer server = await TestServer.StartAsync(
            Carrier.Http1,
            async connection =>
            {
                long before = Heavy.Memory();
                Task[] sends = [.. Enumerable.Range(0, 1000).Select(_ => connection.SendAsync(text).AsTask())];
                // Those for which the buffers on the way had room are out.
                await Waits.Until(() => connection.QueuedBytes > 300_000, "a full buffer");
                held = Heavy.Memory() - before;
                connection.Abort();
                await Task.WhenAll(sends).ContinueWith(_ => { }, TaskScheduler.Default);
            });
        await using RawPeer deaf = await server.RawAsync();
        await server.RecordAsync();
        OwnProcess.Figure("bytes held", held, Most);
    });

    [Fact]
    public async Task Broadcast_that_a_reader_who_stopped_does_not_take_ends_it_with_1008_and_nobody_else_misses_a_message()
    {
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, connection => connection.Closed, options => options.CloseTimeout = TimeSpan.FromMilliseconds(200));
        WebSocketRoster roster = server.Services.GetRequiredService<WebSocketServer>().Connections;
        await using RawPeer deaf = await server.RawAsync();
        await using WebSocketConnection client = await server.ConnectAsync();
        await Waits.Until(() => roster.Count == 2, "two connections");
        byte[] data = new byte[50_000];
        BroadcastResult result = default;
        int sent = 0;
        for (; sent < 1_000 && result.ClosedCount == 0; sent++)
        {
            result = await roster.BroadcastAsync(data).AsTask().Soon();
            Assert.Equal(data.Length, (await client.ReceiveAsync().Soon())!.Value.Data.Length);
        }

        Assert.Equal(new BroadcastResult(1, 0, 1), result);
        Assert.Single(result.SlowReaders);
        CloseRecord record = await server.RecordAsync();
        Assert.Equal((1006, EndedBy.Local, "the peer reads too slowly: a broadcast found no room within 1 s"), (record.Code, record.EndedBy, record.Detail));
        Assert.True(client.IsOpen);
    }

    [Theory]
    [InlineData(2000, -1)]
    [InlineData(-1, 1000)]
    public async Task Client_that_sends_for_an_echo_and_never_reads_ends(int idle, int send)
    {
        await using TestServer server = await TestServer.StartAsync(
            Carrier.Http1,
            TestServer.EchoAsync,
            options =>
            {
                options.CloseTimeout = TimeSpan.FromMilliseconds(200);
                options.IdleTimeout = TimeSpan.FromMilliseconds(idle);
                options.SendTimeout = TimeSpan.FromMilliseconds(send);
            });
        await using RawPeer deaf = await server.RawAsync();
        byte[] frame = RawPeer.Frame(2, new byte[60_000], true, 0, mask: true);
        Task flood = Task.Run(async () =>
        {
            for (int i = 0; i < 2_000; i++) await deaf.SendAsync(frame);
        });
        CloseRecord record = await server.RecordAsync();
        Assert.Equal((1006, EndedBy.Local, idle > 0 ? CloseCause.IdleTimeout : CloseCause.PolicyViolation), (record.Code, record.EndedBy, record.Cause));
        await flood.ContinueWith(_ => { }, TaskScheduler.Default);
    }

    [Fact]
    public async Task Reader_that_stopped_is_closed_with_1008_and_delays_nobody()
    {
        await using TestServer server = await TestServer.StartAsync(
            Carrier.Http1,
            connection => connection.Closed,
            options => (options.SlowReaderPolicy, options.CloseTimeout) = (SlowReaderPolicy.Close, TimeSpan.FromMilliseconds(200)));
        WebSocketRoster roster = server.Services.GetRequiredService<WebSocketServer>().Connections;
        await using RawPeer deaf = await server.RawAsync();
        WebSocketConnection[] clients = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => server.ConnectAsync()));
        await Waits.Until(() => roster.Count == 5, "five connections");
        byte[] data = new byte[32 * 1024];
        BroadcastResult result = default;
        for (int i = 0; i < 2_000 && result.ClosedCount == 0; i++)
        {
            result = await roster.BroadcastAsync(data).AsTask().Soon();
            foreach (WebSocketConnection client in clients) Assert.Equal(data.Length, (await client.ReceiveAsync().Soon())!.Value.Data.Length);
        }

        Assert.Equal(new BroadcastResult(4, 0, 1), result);
        CloseRecord record = await server.RecordAsync();
        Assert.Equal((1006, EndedBy.Local, CloseCause.PolicyViolation), (record.Code, record.EndedBy, record.Cause));
        Assert.Equal("the peer reads too slowly: more than 524288 bytes wait to be sent to it", record.Detail);
        Assert.All(clients, client => Assert.True(client.IsOpen));
        foreach (WebSocketConnection client in clients) await client.DisposeAsync();
    }
}
