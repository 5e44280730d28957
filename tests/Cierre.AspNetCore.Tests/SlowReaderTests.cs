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

    [Theory]
    [InlineData(SlowReaderPolicy.Wait)]
    [InlineData(SlowReaderPolicy.DropOldest)]
    public Task Client_that_never_reads_while_a_GiB_is_sent_holds_less_than_2_MiB(SlowReaderPolicy policy) => OwnProcess.RunAsync(typeof(SlowReaderTests), async () =>
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
                    // A broadcast waits for nobody, whatever the policy.
                    if (policy == SlowReaderPolicy.Wait) await new[] { connection }.BroadcastAsync(data);
                    else await connection.SendAsync(data);
                    queued = Math.Max(queued, connection.QueuedBytes);
                    if (sent % (GiB / 8) == 0) held = Math.Max(held, Heavy.Memory() - before);
                }

                stops = true;
                await connection.Closed;
            },
            options => (options.SlowReader, options.CloseTimeout) = (policy, TimeSpan.FromMilliseconds(200)));
        await using RawPeer deaf = await server.RawAsync();
        await Waits.Until(() => Volatile.Read(ref stops), "a GiB");
        WebSocketConnection far = Assert.Single(server.Connections);
        Assert.Equal(GiB, sent);
        Assert.InRange(queued, 1, Most / 2);
        OwnProcess.Figure("bytes held", held, Most);
        // All but what the buffers on the way hold.
        Assert.InRange(far.Traffic.MessagesDropped, (GiB - 32 * 1024 * 1024) / (16 * 1024), GiB / (16 * 1024));
    }, policy);

    [Fact]
    public async Task Reader_that_stopped_is_closed_with_1008_and_delays_nobody()
    {
        await using TestServer server = await TestServer.StartAsync(
            Carrier.Http1,
            connection => connection.Closed,
            options => (options.SlowReader, options.CloseTimeout) = (SlowReaderPolicy.Close, TimeSpan.FromMilliseconds(200)));
        WebSocketRoster roster = server.Services.GetRequiredService<WebSocketServer>().Connections;
        await using RawPeer deaf = await server.RawAsync();
        WebSocketConnection[] clients = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => server.ConnectAsync()));
        await Waits.Until(() => roster.Count == 5, "five connections");
        byte[] data = new byte[32 * 1024];
        BroadcastResult result = default;
        for (int i = 0; i < 2_000 && result.Closed == 0; i++)
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
