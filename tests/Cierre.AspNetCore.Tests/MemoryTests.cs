using System.Diagnostics;
using Cierre.TestKit;
using Xunit;

namespace Cierre.AspNetCore.Tests;

/// <summary>What must not cost memory.</summary>
[Collection(nameof(Heavy))]
public class MemoryTests
{
    private const long Flat = 12 * 1024 * 1024;

    [Theory]
    [MemberData(nameof(Carriers.EachKind), MemberType = typeof(Carriers))]
    public Task Message_of_64_MiB_streams_both_ways_in_flat_memory(Carrier carrier) => OwnProcess.RunAsync(typeof(MemoryTests), async () =>
    {
        const int Total = 64 * 1024 * 1024;
        long peak = 0;
        await using TestServer server = await TestServer.StartAsync(
            carrier,
            async connection =>
            {
                await using WebSocketMessageStream? incoming = await connection.ReceiveStreamAsync();
                await using WebSocketMessageStream outgoing = await connection.OpenSendStreamAsync(incoming!.Kind);
                // Never all that is there: what is read must not pile up behind what is not.
                byte[] part = new byte[10_000];
                long copied = 0;
                for (int count; (count = await incoming.ReadAsync(part)) != 0; copied += count)
                {
                    await outgoing.WriteAsync(part.AsMemory(0, count));
                    if (copied / (8 * 1024 * 1024) != (copied + count) / (8 * 1024 * 1024)) peak = Math.Max(peak, Heavy.Memory());
                }
            },
            o => (o.MaxMessageSize, o.MaxFragments) = (Total, int.MaxValue));
        WebSocketClientOptions options = server.ClientOptions();
        (options.MaxMessageSize, options.MaxFragments) = (Total, int.MaxValue);
        await using WebSocketConnection client = await server.ConnectAsync(options);
        long before = Heavy.Memory();
        Task sending = Task.Run(async () =>
        {
            await using WebSocketMessageStream message = await client.OpenSendStreamAsync(WebSocketMessageKind.Binary);
            byte[] part = new byte[64 * 1024];
            for (int i = 0; i < Total / part.Length; i++)
            {
                part.AsSpan().Fill((byte)i);
                await message.WriteAsync(part);
            }
        });
        WebSocketMessageStream back = (await client.ReceiveStreamAsync().Soon())!;
        byte[] buffer = new byte[64 * 1024];
        for (int i = 0; i < Total / buffer.Length; i++)
        {
            await back.ReadExactlyAsync(buffer).Soon();
            Assert.False(buffer.AsSpan().ContainsAnyExcept((byte)i));
        }

        Assert.Equal(0, await back.ReadAsync(buffer).Soon());
        await sending.Soon();
        Assert.True((await client.CloseAsync().Soon()).WasClean);
        OwnProcess.Figure("bytes held while 64 MiB stream", peak - before, Flat);
    }, carrier);

    [Theory]
    [MemberData(nameof(Carriers.EachKind), MemberType = typeof(Carriers))]
    public Task Declared_sizes_and_peers_that_do_not_read_cost_no_memory(Carrier carrier) => OwnProcess.RunAsync(typeof(MemoryTests), async () =>
    {
        var stuck = new TaskCompletionSource();
        await using TestServer server = await TestServer.StartAsync(
            carrier,
            async connection =>
            {
                await foreach (WebSocketMessage message in connection.ReadAllAsync())
                {
                    Task send = connection.SendAsync(message).AsTask();
                    if (await Task.WhenAny(send, Task.Delay(500)) != send) stuck.TrySetResult();
                    await send;
                }
            },
            o => (o.MaxMessageSize, o.CloseTimeout) = (long.MaxValue, TimeSpan.FromMilliseconds(200)));
        await using RawPeer peer = await server.RawAsync();
        await using RawPeer deaf = await server.RawAsync();
        long before = Heavy.Memory();
        // Allowed by the limit, so the server waits for it: 2^62 bytes, of which 1,000 come.
        await peer.SendAsync((byte[])[0x82, 0xFF, 0x40, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, .. new byte[1000]]);
        _ = Task.Run(async () =>
        {
            byte[] data = RawPeer.Frame(2, new byte[60_000], fin: true, rsv: 0, mask: true);
            while (!stuck.Task.IsCompleted) await deaf.SendAsync(data);
        });
        await stuck.Task.Soon();
        OwnProcess.Figure("bytes held", Heavy.Memory() - before, Flat);
    }, carrier);
}
