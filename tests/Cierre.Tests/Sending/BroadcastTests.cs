using Cierre.Closing;
using Cierre.TestKit;
using Cierre.Tests.Connections;
using Cierre.Transports;
using Xunit;

namespace Cierre.Tests.Sending;

/// <summary>One message to many.</summary>
public sealed class BroadcastTests
{
    private const int KiB = 1024;

    [Theory]
    [InlineData(3, 10)]
    [InlineData(3, 200 * KiB)]
    [InlineData(500, 10)]
    [InlineData(500, 20 * KiB)]
    public async Task Everybody_gets_the_message_whole_and_in_frames_of_at_most_64_KiB(int count, int size)
    {
        Played[] all = [.. Enumerable.Range(0, count).Select(i => new Played(client: i == 1))];
        byte[] data = new byte[size];
        new Random(1).NextBytes(data);
        Assert.Equal(new BroadcastResult(count, 0, 0), await Connections(all).BroadcastAsync(data));
        foreach (Played played in all)
        {
            await Played.Until(() => played.Connection.QueuedBytes == 0);
            List<RawFrame> sent = played.Sent;
            Assert.Equal(data, sent.SelectMany(f => f.Payload));
            Assert.All(sent, (f, i) => Assert.Equal((i == 0 ? 2 : 0, i == sent.Count - 1, played.IsClient), (f.Opcode, f.Fin, f.Masked)));
            Assert.Equal((1, size, sent.Count), (played.Connection.Traffic.MessagesSent, played.Connection.Traffic.BytesSent, played.Connection.Traffic.FramesSent));
        }
    }

    [Fact]
    public async Task Reader_that_stopped_delays_no_other_and_its_policy_decides()
    {
        Played waits = Stuck(SlowReaderPolicy.Wait), drops = Stuck(SlowReaderPolicy.DropOldest), closes = Stuck(SlowReaderPolicy.Close), reads = new();
        var sending = new List<Task<BroadcastResult>>();
        for (int i = 0; i < 20; i++)
        {
            sending.Add(Connections(waits, drops, closes, reads).BroadcastAsync(new byte[KiB]).AsTask());
            Assert.Equal(i + 1, reads.Sent.Count);
        }

        // 4 KiB each beside the message that is under way, and the frame of that; the third of these is the first beyond.
        Assert.All(sending, (sent, i) => Assert.Equal(i < 2, sent.IsCompletedSuccessfully));
        Assert.Equal(new BroadcastResult(4, 0, 0), await sending[1]);
        Assert.Empty((await sending[1]).SlowReaders);
        Assert.False(closes.Connection.IsOpen);
        Assert.Equal(18, drops.Connection.Traffic.MessagesDropped);
        foreach (Played played in (Played[])[waits, drops]) Assert.InRange(played.Connection.QueuedBytes, 3 * KiB, 4 * KiB);
        Go(drops);
        await Played.Until(() => drops.Sent.Count == 3);
        Go(waits);
        BroadcastResult[] results = await Played.Within(Task.WhenAll(sending));
        Assert.Equal((new BroadcastResult(3, 1, 1), new BroadcastResult(3, 1, 1)), (results[2], results[^1]));
        Assert.Equal([drops.Connection, closes.Connection], results[2].SlowReaders);
        Assert.Equal([drops.Connection], results[^1].SlowReaders);
        await Played.Until(() => waits.Sent.Count == 21);
        Assert.Equal(0, waits.Connection.Traffic.MessagesDropped);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Receiver_without_room_in_time_is_closed_and_named_while_the_others_have_the_message(bool many)
    {
        Played slow = Stuck(SlowReaderPolicy.Wait), reads = new();
        Played[] others = [.. Enumerable.Range(0, many ? 100 : 1).Select(_ => new Played())];
        await Connections(slow).BroadcastAsync(new byte[2 * KiB]);
        Task<BroadcastResult> sending = Connections([slow, reads, .. others]).BroadcastAsync(new byte[3 * KiB]).AsTask();
        await Played.Until(() => reads.Sent.Count == 1);
        slow.Clock.Advance(TimeSpan.FromMilliseconds(900));
        Assert.False(sending.IsCompleted);
        Assert.True(slow.Connection.IsOpen);
        slow.Clock.Advance(TimeSpan.FromMilliseconds(140));
        BroadcastResult result = await Played.Within(sending);
        Assert.Equal(new BroadcastResult(others.Length + 1, 0, 1), result);
        Assert.Same(slow.Connection, Assert.Single(result.SlowReaders));
        Go(slow);
        await Played.Until(() => slow.Sent[^1].Opcode == Played.Close);
        // What had not begun gives way, and nothing is missing in between.
        Assert.Equal(2, slow.Sent.Count);
        slow.PeerClose(1008);
        slow.Wire.End();
        CloseRecord record = await slow.Ended;
        Assert.Equal((1008, CloseCause.PolicyViolation, EndedBy.Local), (record.Code, record.Cause, record.EndedBy));
        Assert.Equal("the peer reads too slowly: a broadcast found no room within 1 s", record.Sent!.Reason);
    }

    [Theory]
    [InlineData("text")]
    [InlineData("binary")]
    [InlineData("utf8")]
    [InlineData("kind")]
    [InlineData("message")]
    public async Task Cancelling_ends_the_wait_and_the_slow_one_still_gets_the_message(string form)
    {
        Played slow = Stuck(SlowReaderPolicy.Wait), reads = new(), source = new();
        byte[] payload = new byte[3 * KiB];
        payload.AsSpan().Fill((byte)'x');
        source.PeerText(new string('x', payload.Length));
        WebSocketMessage received = (await source.Connection.ReceiveAsync())!.Value;
        await Connections(slow).BroadcastAsync(new byte[2 * KiB]);
        using var leaving = new CancellationTokenSource();
        Task<BroadcastResult> sending = SendAsync(Connections(slow, reads), leaving.Token).AsTask();
        await Played.Until(() => reads.Sent.Count == 1);
        Assert.False(sending.IsCompleted);
        await leaving.CancelAsync();
        Assert.Equal(leaving.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Played.Within(sending))).CancellationToken);
        // The payload is the caller's again.
        payload.AsSpan().Clear();
        Go(slow);
        await Played.Until(() => slow.Sent.Count == 3);
        Assert.Equal(new string('x', payload.Length), slow.Sent[^1].Text);
        Assert.True(slow.Connection.IsOpen);

        // Cancelled before: nobody gets anything.
        Assert.True(SendAsync(Connections(slow, reads), leaving.Token).IsCanceled);
        Assert.Equal((3, 1), (slow.Sent.Count, reads.Sent.Count));

        ValueTask<BroadcastResult> SendAsync(IEnumerable<WebSocketConnection> receivers, CancellationToken token) => form switch
        {
            "text" => receivers.BroadcastAsync(new string('x', payload.Length), token),
            "binary" => receivers.BroadcastAsync(payload, token),
            "utf8" => receivers.BroadcastTextAsync(payload, token),
            "kind" => receivers.BroadcastAsync(WebSocketMessageKind.Binary, payload, WebSocketSendOptions.DisableCompression, token),
            _ => receivers.BroadcastAsync(received, token),
        };
    }

    [Fact]
    public async Task Cancelled_or_not_a_slow_one_without_room_in_time_is_closed()
    {
        Played slow = Stuck(SlowReaderPolicy.Wait);
        await Connections(slow).BroadcastAsync(new byte[2 * KiB]);
        using var leaving = new CancellationTokenSource();
        Task sending = Connections(slow).BroadcastAsync(new byte[3 * KiB], leaving.Token).AsTask();
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Played.Within(sending));
        slow.Clock.Advance(TimeSpan.FromSeconds(1.1));
        Assert.False(slow.Connection.IsOpen);
    }

    [Fact]
    public async Task Broadcast_that_waits_is_not_overtaken_and_what_follows_waits_behind_it()
    {
        Played slow = Stuck(SlowReaderPolicy.Wait);
        var sends = new List<Task>();
        for (int i = 1; i <= 20; i++)
        {
            // A large one, then small ones for which there would be room.
            sends.Add(Connections(slow).BroadcastAsync(Message(i, i % 4 == 0 ? 3 * KiB : 100)).AsTask());
            sends.Add(slow.Connection.SendAsync(Message(i + 100, 50)).AsTask());
        }

        Assert.InRange(slow.Connection.QueuedBytes, KiB, 4 * KiB);
        Go(slow);
        await Played.Within(Task.WhenAll(sends));
        await Played.Until(() => slow.Sent.Count == 41);
        Assert.Equal(Enumerable.Range(1, 20).SelectMany(i => (int[])[i, i + 100]), slow.Sent.Skip(1).Select(f => (int)f.Payload[0]));
    }

    [Fact]
    public async Task Connection_that_ends_or_closes_while_a_broadcast_waits_is_counted()
    {
        Played lost = Stuck(SlowReaderPolicy.Wait), closing = Stuck(SlowReaderPolicy.Wait);
        Task<BroadcastResult> sending = Connections(lost, closing).BroadcastAsync(new byte[4 * KiB]).AsTask();
        _ = closing.Connection.CloseAsync();
        lost.Connection.Abort();
        Assert.False(sending.IsCompleted);
        closing.Clock.Advance(TimeSpan.FromSeconds(1.1));
        BroadcastResult result = await Played.Within(sending);
        Assert.Equal(new BroadcastResult(0, 0, 2), result);
        // The one was cut, whatever it read; the other had no room for as long as a broadcast waits.
        Assert.Equal([closing.Connection], result.SlowReaders);
    }

    [Theory]
    [InlineData("close")]
    [InlineData("peer")]
    [InlineData("reset")]
    public async Task Connection_that_only_closes_while_a_broadcast_waits_is_no_slow_reader(string how)
    {
        Played closing = Stuck(SlowReaderPolicy.Wait);
        Task<BroadcastResult> sending = Connections(closing).BroadcastAsync(new byte[4 * KiB]).AsTask();
        if (how == "close") closing.Connection.Driver.BeginClose(new CloseFrame(1001), EndReason.Disposed, takeBack: true);
        else if (how == "reset") closing.Wire.End(TransportEndKind.Reset);
        else closing.Wire.FailFlush(new IOException("gone"));
        BroadcastResult result = await Played.Within(sending);
        Assert.Equal(new BroadcastResult(0, 0, 1), result);
        Assert.Empty(result.SlowReaders);
    }

    [Fact]
    public async Task Peer_that_takes_nothing_is_a_slow_reader_though_the_broadcast_would_have_waited_longer()
    {
        var slow = new Played(setup: o =>
        {
            o.SendBufferLimit = 2 * KiB;
            (o.SendTimeout, o.BroadcastTimeout) = (TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(30));
        })
        { Wire = { HoldsFlushes = true } };
        _ = slow.Connection.SendAsync(new byte[2 * KiB]).AsTask();
        Task<BroadcastResult> sending = Connections(slow).BroadcastAsync(new byte[4 * KiB]).AsTask();
        for (int i = 0; i < 30 && !sending.IsCompleted; i++) slow.Clock.Advance(TimeSpan.FromMilliseconds(100));
        BroadcastResult result = await Played.Within(sending);
        Assert.Equal([slow.Connection], result.SlowReaders);
    }

    [Fact]
    public async Task Order_is_that_of_the_calls_even_beside_sends_and_behind_a_stopped_reader()
    {
        var played = new Played(setup: o => o.SendBufferLimit = 1024 * KiB) { Wire = { HoldsFlushes = true } };
        var sends = new List<Task>();
        for (int i = 0; i < 90; i += 3)
        {
            sends.Add(played.Connection.SendAsync(Message(i, 100)).AsTask());
            sends.Add(Connections(played).BroadcastAsync(Message(i + 1, 100)).AsTask());
            // Large enough to go out where it lies.
            sends.Add(Connections(played).BroadcastAsync(Message(i + 2, 10 * KiB)).AsTask());
        }

        Go(played);
        await Played.Within(Task.WhenAll(sends));
        await Played.Until(() => played.Sent.Count == 90);
        Assert.Equal(Enumerable.Range(0, 90), played.Sent.Select(f => (int)f.Payload[0]));
    }

    [Fact]
    public async Task Close_goes_out_behind_a_broadcast_and_pongs_in_between()
    {
        var played = new Played(setup: o => o.SendBufferLimit = 1024 * KiB) { Wire = { HoldsFlushes = true } };
        await Connections(played).BroadcastAsync(new byte[130 * KiB]);
        played.Peer(Played.Ping, "p"u8);
        Task<CloseRecord> closing = played.Connection.CloseAsync();
        Assert.Equal(new BroadcastResult(0, 0, 1), await Connections(played).BroadcastAsync("late"));
        Assert.DoesNotContain(played.Sent, f => f.Opcode == Played.Close);
        Go(played);
        await Played.Until(() => played.Sent[^1].Opcode == Played.Close);
        Assert.Equal(130 * KiB, played.Sent.Where(f => f.Opcode is 2 or 0).Sum(f => f.Payload.Length));
        Assert.Contains(played.Sent, f => f.Opcode == Played.Pong);
        played.PeerClose(1000);
        played.Wire.End();
        Assert.True((await Played.Within(closing)).WasClean);
    }

    [Fact]
    public async Task Connection_that_ends_gives_its_share_of_the_bytes_back()
    {
        Played lost = Stuck(SlowReaderPolicy.Wait, 1024 * KiB), other = Stuck(SlowReaderPolicy.Wait, 1024 * KiB);
        Assert.Equal(2, (await Connections(lost, other).BroadcastAsync(Message(5, 10 * KiB))).TakenCount);
        lost.Connection.Abort();
        Assert.Equal(0, lost.Connection.QueuedBytes - lost.Wire.Backlog);
        Go(other);
        await Played.Until(() => other.Sent.Count == 2);
        Assert.Equal(Message(5, 10 * KiB), other.Sent[1].Payload);
    }

    [Fact]
    public async Task Output_that_breaks_while_shared_bytes_go_out_ends_the_connection()
    {
        var played = new Played { Wire = { HoldsFlushes = true } };
        await Connections(played).BroadcastAsync(new byte[10 * KiB]);
        await Connections(played).BroadcastAsync(new byte[10 * KiB]);
        played.Wire.FailFlush(new IOException());
        Assert.Equal(new BroadcastResult(0, 0, 1), await Connections(played).BroadcastAsync("late"));
        Assert.Equal(0, played.Connection.QueuedBytes);
        played.Wire.End();
        Assert.Equal(1006, (await played.Ended).Code);
    }

    [Fact]
    public async Task What_was_posted_goes_out_where_the_sequence_of_receivers_throws()
    {
        var played = new Played();
        IEnumerable<WebSocketConnection> Receivers()
        {
            yield return played.Connection;
            throw new InvalidOperationException();
        }

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await Receivers().BroadcastAsync("x"));
        Assert.Equal("x", Assert.Single(played.Sent).Text);
    }

    [Fact]
    public async Task Handler_s_own_connection_gets_a_broadcast_with_the_rest_of_its_batch()
    {
        var played = new Played();
        Task relay = Relay();
        int writes = played.Wire.Writes;
        played.Wire.Push([.. played.Frame("a"), .. played.Frame("b"), .. played.Frame("c")]);
        await Played.Until(() => played.Sent.Count == 3);
        Assert.Equal(writes + 1, played.Wire.Writes);
        played.Wire.End();
        await Played.Within(relay);

        async Task Relay()
        {
            await foreach (WebSocketMessage message in played.Connection.ReadAllAsync()) await Connections(played).BroadcastAsync(message);
        }
    }

    [Theory]
    [InlineData(false, 15)]
    [InlineData(false, 9)]
    [InlineData(true, 15)]
    public async Task Compressed_connections_read_the_message_and_what_follows(bool takeover, int windowBits)
    {
        var options = new DeflateOptions { ServerContextTakeover = takeover, ServerMaxWindowBits = windowBits };
        var pairs = Enumerable.Range(0, 6).Select(i => WebSocketConnection.CreatePair(
            new WebSocketConnectionOptions { Compression = i == 0 ? null : options }, new WebSocketConnectionOptions { Compression = options })).ToArray();
        string text = string.Concat(Enumerable.Range(0, 20_000).Select(i => $"{{\"n\":{i % 7}}}"));
        foreach (string message in (string[])["small", text, text[..1000], text])
        {
            foreach ((_, WebSocketConnection server) in pairs) await server.SendAsync(text[..600]);
            Assert.Equal(6, (await pairs.Select(p => p.Server).BroadcastAsync(message)).TakenCount);
            foreach ((WebSocketConnection client, _) in pairs)
            {
                Assert.Equal(text[..600], (await Played.Within(client.ReceiveAsync().AsTask()))!.Value.GetText());
                Assert.Equal(message, (await Played.Within(client.ReceiveAsync().AsTask()))!.Value.GetText());
            }
        }

        Assert.All(pairs, p => Assert.Equal(p.Server.Traffic.BytesSent, p.Client.Traffic.BytesReceived));
        foreach ((WebSocketConnection client, _) in pairs) await client.DisposeAsync();
    }

    [Fact]
    public Task Small_broadcast_allocates_nothing_per_receiver() => OwnProcess.RunAsync(typeof(BroadcastTests), () =>
    {
        Played[] all = [.. Enumerable.Range(0, 50).Select(_ => new Played { Wire = { Captures = false } })];
        WebSocketConnection[] receivers = [.. all.Select(p => p.Connection)];
        byte[] data = new byte[KiB];
        long least = long.MaxValue;
        for (int run = 0; run < 20; run++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 100; i++) Assert.True(receivers.BroadcastAsync(data).IsCompletedSuccessfully);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        OwnProcess.Figure("bytes allocated for a broadcast to 50", least / 100.0, 500);
    });

    private static IEnumerable<WebSocketConnection> Connections(params Played[] all) => all.Select(p => p.Connection);

    private static Played Stuck(SlowReaderPolicy policy, int limit = 4 * KiB)
    {
        var played = new Played(setup: o => (o.SlowReaderPolicy, o.SendBufferLimit) = (policy, limit)) { Wire = { HoldsFlushes = true } };
        Assert.True(played.Connection.SendAsync(new byte[KiB]).IsCompletedSuccessfully);
        return played;
    }

    private static void Go(Played played)
    {
        played.Wire.HoldsFlushes = false;
        played.Wire.CompleteFlush();
    }

    private static byte[] Message(int number, int size)
    {
        byte[] message = new byte[size];
        message[0] = (byte)number;
        return message;
    }
}
