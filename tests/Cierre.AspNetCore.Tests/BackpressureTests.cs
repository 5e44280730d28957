using Cierre.TestKit;
using Xunit;

namespace Cierre.AspNetCore.Tests;

/// <summary>Who does not read stops who writes, and nobody's memory grows.</summary>
public class BackpressureTests
{
    [Theory]
    [MemberData(nameof(Carriers.All), MemberType = typeof(Carriers))]
    public async Task Peer_that_never_reads_stops_the_server_s_sends_and_is_dropped_after_the_close_timeout(Carrier carrier)
    {
        long sent = 0;
        var stuck = new TaskCompletionSource();
        await using TestServer server = await TestServer.StartAsync(
            carrier,
            async connection =>
            {
                byte[] data = new byte[32 * 1024];
                while (true)
                {
                    ValueTask send = connection.SendAsync(data);
                    if (!send.IsCompleted && await Task.WhenAny(send.AsTask() is var task ? task : task, Task.Delay(300)) != task)
                    {
                        stuck.SetResult();
                        await connection.CloseAsync(4000);
                        return;
                    }

                    sent += data.Length;
                }
            },
            o => o.CloseTimeout = TimeSpan.FromMilliseconds(300));
        await using RawPeer peer = await server.RawAsync();
        await Waits.Until(() => server.Connections.Count == 1, "the connection");
        WebSocketConnection far = server.Connections.Single();
        await stuck.Task.Soon();
        Assert.InRange(sent, 1, 32 * 1024 * 1024);
        CloseRecord record = await server.RecordAsync();
        Assert.Equal((1006, false, EndedBy.Local, CloseCause.CloseTimeout), (record.Code, record.WasClean, record.EndedBy, record.Cause));
        Assert.Null(record.Sent);
        // The send that hung fails when the socket is gone; nothing of the connection may tick on.
        await peer.DisposeAsync();
        await Waits.Until(() => far.Driver.Tick < 0, "the last deadline");
        await Task.Delay(500);
        Assert.True(far.Driver.Tick < 0);
    }

    [Theory]
    [MemberData(nameof(Carriers.All), MemberType = typeof(Carriers))]
    public async Task Handler_that_does_not_receive_stops_the_peer_and_then_gets_everything(Carrier carrier)
    {
        var go = new TaskCompletionSource();
        int received = 0;
        await using TestServer server = await TestServer.StartAsync(carrier, async connection =>
        {
            await go.Task;
            await foreach (WebSocketMessage message in connection.ReadAllAsync()) received += message.Data.Length;
        });
        await using WebSocketConnection client = await server.ConnectAsync();
        int sent = 0;
        Task? waiting = null;
        byte[] data = new byte[32 * 1024];
        while (waiting is null)
        {
            Task send = client.SendAsync(data).AsTask();
            sent += data.Length;
            if (await Task.WhenAny(send, Task.Delay(300)) != send) waiting = send;
            Assert.InRange(sent, 0, 64 * 1024 * 1024);
        }

        // The server's end keeps no more than its bound, whatever the kernel and Kestrel hold.
        Assert.InRange(server.Connections.Single().Traffic.MessagesReceived, 0, 10);
        go.SetResult();
        await waiting.Soon();
        Assert.True((await client.CloseAsync().Soon()).WasClean);
        await server.RecordAsync();
        Assert.Equal(sent, received);
    }

    [Theory]
    [MemberData(nameof(Carriers.EachKind), MemberType = typeof(Carriers))]
    public async Task Handler_that_blocks_its_thread_is_no_silence_of_the_peer(Carrier carrier)
    {
        // Long enough for a client on a busy machine to answer, and not for a handler that keeps the thread.
        TimeSpan brief = TimeSpan.FromMilliseconds(300);
        await using TestServer server = await TestServer.StartAsync(
            carrier,
            async connection =>
            {
                await foreach (WebSocketMessage message in connection.ReadAllAsync())
                {
                    Thread.Sleep(1000);
                    await connection.SendAsync(message);
                }
            },
            o => (o.PingInterval, o.PingTimeout) = (brief, brief));
        await using WebSocketConnection client = await server.ConnectAsync();
        await client.SendAsync("one");
        await client.SendAsync("two");
        Assert.Equal("one", (await client.ReceiveAsync().Soon())!.Value.GetText());
        Assert.Equal("two", (await client.ReceiveAsync().Soon())!.Value.GetText());
        Assert.True((await client.CloseAsync().Soon()).WasClean);
    }

    [Theory]
    [MemberData(nameof(Carriers.EachKind), MemberType = typeof(Carriers))]
    public async Task Handler_that_blocks_on_its_own_close_is_let_go_by_the_close_timeout(Carrier carrier)
    {
        var returned = new TaskCompletionSource<CloseRecord>();
        await using TestServer server = await TestServer.StartAsync(
            carrier,
            async connection =>
            {
                await connection.ReceiveAsync();
                // On the thread that brought the message, which is the one that would bring the answer.
                returned.SetResult(connection.CloseAsync(4000).GetAwaiter().GetResult());
            },
            o => o.CloseTimeout = TimeSpan.FromMilliseconds(200));
        await using RawPeer peer = await server.RawAsync();
        await peer.SendTextAsync("go");
        Assert.Equal(4000, (await peer.ReadFrameAsync()).CloseCode);
        await peer.SendCloseAsync(4000);
        Assert.Equal(4000, (await returned.Task.Soon()).Sent!.Code);
    }

    [Theory]
    [MemberData(nameof(Carriers.All), MemberType = typeof(Carriers))]
    public async Task Concurrent_sends_arrive_whole_and_each_sender_s_in_order(Carrier carrier)
    {
        const int Senders = 8, Each = 200;
        await using TestServer server = await TestServer.StartAsync(carrier, async connection =>
        {
            await Task.WhenAll(Enumerable.Range(0, Senders).Select(sender => Task.Run(async () =>
            {
                for (int i = 0; i < Each; i++)
                {
                    // Short ones and ones of several frames.
                    byte[] data = new byte[i % 50 == 0 ? 200_000 : 10 + i];
                    data.AsSpan().Fill((byte)sender);
                    data[1] = (byte)i;
                    await connection.SendAsync(data);
                }
            })));
        });
        await using WebSocketConnection client = await server.ConnectAsync();
        int[] next = new int[Senders];
        await foreach (WebSocketMessage message in client.ReadAllAsync())
        {
            byte[] data = message.ToArray();
            int sender = data[0];
            Assert.Equal(next[sender] % 256, data[1]);
            Assert.Equal(next[sender] % 50 == 0 ? 200_000 : 10 + next[sender], data.Length);
            Assert.False(data.AsSpan(2).ContainsAnyExcept((byte)sender));
            next[sender]++;
        }

        Assert.All(next, count => Assert.Equal(Each, count));
        Assert.Equal(1000, (await client.Closed.Soon()).Code);
    }

    [Theory]
    [MemberData(nameof(Carriers.EachKind), MemberType = typeof(Carriers))]
    public async Task Streamed_message_is_not_torn_by_other_sends(Carrier carrier)
    {
        await using TestServer server = await TestServer.StartAsync(carrier, TestServer.EchoAsync);
        await using WebSocketConnection client = await server.ConnectAsync();
        WebSocketMessageStream message = await client.OpenSendStreamAsync(WebSocketMessageKind.Text);
        await message.WriteAsync("one "u8.ToArray());
        Task other = client.SendAsync("other").AsTask();
        TimeSpan roundTrip = await client.PingAsync().Soon();
        Assert.True(roundTrip > TimeSpan.Zero);
        Assert.False(other.IsCompleted);
        await message.WriteAsync("two"u8.ToArray());
        await message.DisposeAsync();
        await other.Soon();
        Assert.Equal("one two", (await client.ReceiveAsync().Soon())!.Value.GetText());
        Assert.Equal("other", (await client.ReceiveAsync().Soon())!.Value.GetText());
    }

    [Fact]
    public async Task Stream_that_is_disposed_early_skips_the_rest_of_its_message()
    {
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, async connection =>
        {
            await using (WebSocketMessageStream? stream = await connection.ReceiveStreamAsync())
            {
                byte[] some = new byte[100];
                await stream!.ReadExactlyAsync(some);
            }

            WebSocketMessage? next = await connection.ReceiveAsync();
            await connection.SendAsync(next!.Value);
        });
        await using WebSocketConnection client = await server.ConnectAsync();
        await client.SendAsync(new byte[1_000_000]);
        await client.SendAsync("next");
        Assert.Equal("next", (await client.ReceiveAsync().Soon())!.Value.GetText());
    }

    [Theory]
    [MemberData(nameof(Carriers.EachKind), MemberType = typeof(Carriers))]
    public async Task Connection_that_ends_inside_a_streamed_message_cuts_its_reader_off(Carrier carrier)
    {
        var (begun, cut) = (new TaskCompletionSource(), new TaskCompletionSource<CloseRecord>());
        await using TestServer server = await TestServer.StartAsync(carrier, async connection =>
        {
            await using WebSocketMessageStream? stream = await connection.ReceiveStreamAsync();
            begun.SetResult();
            WebSocketClosedException closed = await Assert.ThrowsAsync<WebSocketClosedException>(() => stream!.CopyToAsync(Stream.Null));
            cut.SetResult(closed.Record);
        });
        await using RawPeer peer = await server.RawAsync();
        await peer.SendFrameAsync(2, new byte[1000], fin: false);
        await begun.Task.Soon();
        await peer.SendCloseAsync(4000);
        Assert.Equal(4000, (await peer.ReadFrameAsync()).CloseCode);
        await cut.Task.Soon();
    }
}
