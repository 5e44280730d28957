using Xunit;

namespace Cierre.Tests.Connections;

/// <summary>A peer that does not read: what its send buffer holds, and what happens beyond.</summary>
public sealed class SlowReaderTests
{
    private const int KiB = 1024;

    [Fact]
    public async Task Sends_of_a_connection_that_drops_wait_for_nothing_and_the_newest_messages_remain()
    {
        Played played = Stuck(SlowReaderPolicy.DropOldest, 10 * KiB);
        for (int i = 0; i < 100; i++) Assert.True(played.Connection.SendAsync(Message(i)).IsCompletedSuccessfully);
        // The first is on its way; of the others as many remain as the limit holds beside it.
        Assert.InRange(played.Connection.QueuedBytes, 9 * KiB, 10 * KiB);
        Assert.Equal(92, played.Connection.Traffic.MessagesDropped);
        Go(played);
        await Played.Until(() => played.Sent.Count == 9);
        Assert.Equal([0, .. Enumerable.Range(92, 8)], played.Sent.Select(f => (int)f.Payload[0]));
        Assert.All(played.Sent, f => Assert.True(f is { Fin: true, Opcode: 2, Payload.Length: KiB }));
        Assert.Equal((9, 92, 9 * KiB, 0), (played.Connection.Traffic.MessagesSent, played.Connection.Traffic.MessagesDropped, played.Connection.Traffic.BytesSent, played.Connection.QueuedBytes));
    }

    [Fact]
    public async Task Message_begun_is_never_dropped()
    {
        Played played = Stuck(SlowReaderPolicy.DropOldest, 10 * KiB);
        byte[] large = new byte[200 * KiB];
        large.AsSpan().Fill(7);
        Assert.True(played.Connection.SendAsync(large).IsCompletedSuccessfully);
        // Its first fragment follows the message that is under way.
        played.Wire.CompleteFlush();
        await Played.Until(() => played.Sent.Count == 2);
        for (int i = 0; i < 50; i++) await played.Connection.SendAsync(Message(i));
        Go(played);
        await Played.Until(() => played.Sent[^1] is { Fin: true, Payload: [49, ..] });
        Assert.Equal(large, played.Sent.Where(f => f.Payload[0] == 7 && f.Payload.Length != KiB).SelectMany(f => f.Payload));
        Assert.Equal(49, played.Connection.Traffic.MessagesDropped);
    }

    [Fact]
    public async Task Message_beyond_the_limit_closes_with_1008_and_numbers()
    {
        Played played = Stuck(SlowReaderPolicy.Close, 10 * KiB);
        int sent = 0;
        while (played.Connection.IsOpen && sent < 100)
        {
            try
            {
                await played.Connection.SendAsync(Message(sent++));
            }
            catch (WebSocketClosedException e)
            {
                Assert.Equal(CloseCause.PolicyViolation, e.Record.Cause);
            }
        }

        Assert.Equal(9, sent);
        Go(played);
        await Played.Until(() => played.Sent[^1].Opcode == Played.Close);
        // What had not begun gives way: the peer has read enough that is old.
        Assert.Equal(2, played.Sent.Count);
        played.PeerClose(1008);
        played.Wire.End();
        CloseRecord record = await played.Ended;
        Assert.Equal((1008, true, EndedBy.Local, CloseCause.PolicyViolation), (record.Code, record.WasClean, record.EndedBy, record.Cause));
        Assert.Equal("the peer reads too slowly: more than 10240 bytes wait to be sent to it", record.Sent!.Reason);
    }

    [Fact]
    public async Task Closed_peer_that_never_reads_is_1006_after_the_close_timeout_and_the_cause_stays()
    {
        Played played = Stuck(SlowReaderPolicy.Close, KiB);
        await Assert.ThrowsAsync<WebSocketClosedException>(async () => await played.Connection.SendAsync(Message(0)));
        played.Clock.Advance(TimeSpan.FromSeconds(6));
        played.Wire.FailFlush(new IOException());
        CloseRecord record = await played.Ended;
        Assert.Equal((1006, CloseCause.PolicyViolation, null), (record.Code, record.Cause, record.Sent));
    }

    [Fact]
    public async Task Sender_waits_from_the_limit_on_where_that_is_less_than_64_KiB()
    {
        Played played = Stuck(SlowReaderPolicy.Wait, 4 * KiB);
        ValueTask[] sends = [.. Enumerable.Range(0, 5).Select(i => played.Connection.SendAsync(Message(i)))];
        // With the headers a third would be beyond it.
        Assert.Equal([true, true, false, false, false], sends.Select(s => s.IsCompleted));
        Assert.InRange(played.Connection.QueuedBytes, 3 * KiB, 4 * KiB);
        Go(played);
        foreach (ValueTask send in sends) await send;
        Assert.Equal(0, played.Connection.Traffic.MessagesDropped);
    }

    [Theory]
    [InlineData(SlowReaderPolicy.DropOldest)]
    [InlineData(SlowReaderPolicy.Close)]
    public async Task Peer_that_reads_loses_nothing(SlowReaderPolicy policy)
    {
        var played = new Played(setup: o => (o.SlowReaderPolicy, o.SendBufferLimit) = (policy, 4 * KiB));
        for (int i = 0; i < 200; i++) await played.Connection.SendAsync(Message(i));
        Assert.Equal(Enumerable.Range(0, 200), played.Sent.Select(f => (int)f.Payload[0]));
    }

    [Theory]
    [InlineData(SlowReaderPolicy.DropOldest)]
    [InlineData(SlowReaderPolicy.Close)]
    public async Task Lone_message_is_taken_whatever_its_size(SlowReaderPolicy policy)
    {
        var played = new Played(setup: o => (o.SlowReaderPolicy, o.SendBufferLimit) = (policy, KiB));
        await played.Connection.SendAsync(new byte[300 * KiB]);
        await Played.Until(() => played.Sent.Sum(f => f.Payload.Length) == 300 * KiB);
    }

    [Fact]
    public async Task Message_written_piece_by_piece_waits_in_its_place_and_is_not_dropped()
    {
        Played played = Stuck(SlowReaderPolicy.DropOldest, 4 * KiB);
        await played.Connection.SendAsync(Message(1));
        Task<WebSocketMessageStream> opening = played.Connection.OpenSendStreamAsync(WebSocketMessageKind.Binary).AsTask();
        for (int i = 2; i < 20; i++) await played.Connection.SendAsync(Message(i));
        Assert.False(opening.IsCompleted);
        Go(played);
        WebSocketMessageStream stream = await Played.Within(opening);
        await stream.WriteAsync(Message(99));
        await stream.DisposeAsync();
        await Played.Until(() => played.Sent[^1].Payload is [19, ..]);
        Assert.Contains(played.Sent, f => f.Payload is [99, ..]);
    }

    [Fact]
    public async Task Senders_beyond_the_limit_wait_before_their_bytes_are_taken_and_keep_their_order()
    {
        var played = new Played { Wire = { HoldsFlushes = true } };
        string text = new('x', 100_000);
        Task[] sends = [.. Enumerable.Range(0, 1000).Select(i => played.Connection.SendAsync($"{i:000}{text}").AsTask())];
        Assert.InRange(played.Connection.QueuedBytes, 400_000, 512 * KiB);
        Assert.DoesNotContain(sends, send => send.IsCompleted);
        played.Wire.HoldsFlushes = false;
        played.Wire.CompleteFlush();
        await Played.Within(Task.WhenAll(sends));
        await Played.Until(() => played.Connection.QueuedBytes == 0);
        Assert.Equal(Enumerable.Range(0, 1000).Select(i => $"{i:000}"), played.Sent.Where(f => f.Opcode == 1).Select(f => System.Text.Encoding.UTF8.GetString(f.Payload, 0, 3)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Send_that_waits_for_room_is_cancelled_whole(bool text)
    {
        Played played = Stuck(SlowReaderPolicy.Wait, 4 * KiB);
        using var cancelled = new CancellationTokenSource();
        Task before = played.Connection.SendAsync(new byte[2 * KiB]).AsTask();
        Task waits = text ? played.Connection.SendAsync(new string('y', 3 * KiB), cancelled.Token).AsTask() : played.Connection.SendAsync(new byte[3 * KiB], cancelled.Token).AsTask();
        Task behind = played.Connection.SendAsync("behind").AsTask();
        long queued = played.Connection.QueuedBytes;
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Played.Within(waits));
        // Of those that wait, the next one fits.
        Assert.Equal(queued + 6, played.Connection.QueuedBytes);
        Go(played);
        await Played.Within(Task.WhenAll(before, behind));
        await Played.Until(() => played.Sent.Count == 3);
        Assert.Equal("behind", played.Sent[^1].Text);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Message_larger_than_the_limit_passes_alone(bool text)
    {
        Played played = Stuck(SlowReaderPolicy.Wait, 4 * KiB);
        Task large = text ? played.Connection.SendAsync(new string('é', 100 * KiB)).AsTask() : played.Connection.SendAsync(new byte[200 * KiB]).AsTask();
        Task small = played.Connection.SendAsync("small").AsTask();
        Assert.InRange(played.Connection.QueuedBytes, KiB, 2 * KiB);
        Go(played);
        await Played.Within(Task.WhenAll(large, small));
        await Played.Until(() => played.Sent[^1].Text == "small");
        Assert.Equal(200 * KiB, played.Sent.Skip(1).SkipLast(1).Sum(f => f.Payload.Length));
    }

    [Theory]
    [InlineData(SlowReaderPolicy.Wait)]
    [InlineData(SlowReaderPolicy.DropOldest)]
    [InlineData(SlowReaderPolicy.Close)]
    public async Task Peer_that_takes_nothing_while_something_waits_ends_and_the_cause_is_named(SlowReaderPolicy policy)
    {
        Played played = Stuck(policy, 512 * KiB, TimeSpan.FromSeconds(60));
        Task[] sends = [.. Enumerable.Range(1, 3).Select(i => played.Connection.SendAsync(new byte[100 * KiB]).AsTask())];
        played.Clock.Advance(TimeSpan.FromSeconds(59));
        Assert.True(played.Connection.IsOpen);
        played.Clock.Advance(TimeSpan.FromSeconds(1.1));
        Assert.False(played.Connection.IsOpen);
        if (policy == SlowReaderPolicy.Wait)
        {
            foreach (Task send in sends) Assert.Equal(CloseCause.PolicyViolation, (await Assert.ThrowsAsync<WebSocketClosedException>(() => Played.Within(send))).Record.Cause);
        }

        played.Clock.Advance(TimeSpan.FromSeconds(6));
        played.Wire.FailFlush(new IOException());
        CloseRecord record = await played.Ended;
        Assert.Equal((1006, EndedBy.Local, CloseCause.PolicyViolation, null), (record.Code, record.EndedBy, record.Cause, record.Sent));
        Assert.Equal("the peer reads too slowly: it took nothing of what waits for it for 60 s", record.Detail);
    }

    [Fact]
    public async Task Peer_that_fills_the_inbox_reads_nothing_and_answers_no_ping_ends()
    {
        var played = new Played(setup: o => o.PingInterval = TimeSpan.FromSeconds(20)) { Wire = { HoldsFlushes = true } };
        for (int i = 0; i < 10; i++) played.Peer(Played.Binary, new byte[20 * KiB]);
        Assert.True(played.Wire.IsPaused);
        for (int i = 0; i < 5 && played.Connection.IsOpen; i++) played.Clock.Advance(TimeSpan.FromSeconds(20));
        // The first ping waits from 20 s on.
        Assert.False(played.Connection.IsOpen);
        Assert.InRange(played.Connection.Age, TimeSpan.FromSeconds(80), TimeSpan.FromSeconds(100));
        played.Clock.Advance(TimeSpan.FromSeconds(6));
        played.Wire.FailFlush(new IOException());
        Assert.Equal(CloseCause.PolicyViolation, (await played.Ended).Cause);
    }

    [Fact]
    public async Task Peer_that_takes_something_now_and_then_stays()
    {
        Played played = Stuck(SlowReaderPolicy.Wait, 512 * KiB, TimeSpan.FromSeconds(60));
        Task send = played.Connection.SendAsync(new byte[400 * KiB]).AsTask();
        for (int i = 0; i < 7; i++)
        {
            played.Clock.Advance(TimeSpan.FromSeconds(58));
            Assert.True(played.Connection.IsOpen);
            if (played.Wire.IsFlushHeld) played.Wire.CompleteFlush();
        }

        await Played.Within(send);
    }

    [Fact]
    public async Task Where_nobody_acknowledges_the_record_says_no_more_than_is_known()
    {
        Played played = Stuck(SlowReaderPolicy.Wait, 512 * KiB, TimeSpan.FromSeconds(60));
        played.Wire.SaysAcknowledged = null;
        Task send = played.Connection.SendAsync(new byte[400 * KiB]).AsTask();
        Pass(played, 59);
        Assert.True(played.Connection.IsOpen);
        Pass(played, 2);
        CloseRecord known = played.Connection.Driver.Known();
        Assert.Equal((CloseCause.PolicyViolation, "the peer reads too slowly: no send to it was completed for 60 s"), (known.Cause, known.Detail));
        Pass(played, 6);
        played.Wire.FailFlush(new IOException());
        await send.ContinueWith(_ => { }, TaskScheduler.Default);
    }

    [Fact]
    public async Task Peer_whose_side_acknowledges_stays_though_no_flush_completes()
    {
        Played played = Stuck(SlowReaderPolicy.Wait, 512 * KiB, TimeSpan.FromSeconds(60));
        for (int i = 0; i < 10; i++)
        {
            Pass(played, 40);
            Assert.True(played.Connection.IsOpen);
            played.Wire.SaysAcknowledged++;
        }

        // What merely waits behind is no progress.
        for (int i = 0; i < 8; i++)
        {
            _ = played.Connection.SendAsync("behind").AsTask();
            Pass(played, 10);
        }

        Assert.Equal("the peer reads too slowly: it took nothing of what waits for it for 60 s", played.Connection.Driver.Known().Detail);
        Pass(played, 6);
        played.Wire.FailFlush(new IOException());
        await played.Ended;
    }

    /// <summary>The time counts from the flush that waits, and not from the one before, which the peer took.</summary>
    [Fact]
    public async Task Flush_that_begins_to_wait_after_a_pause_has_its_whole_time()
    {
        Played played = Stuck(SlowReaderPolicy.Wait, 512 * KiB, TimeSpan.FromSeconds(60));
        Pass(played, 1);
        played.Wire.CompleteFlush();
        await Played.Until(() => !played.Connection.Driver.Sending.IsSending);
        Pass(played, 13);
        _ = played.Connection.SendAsync("next").AsTask();
        Pass(played, 59);
        Assert.True(played.Connection.IsOpen);
        Pass(played, 2);
        Assert.False(played.Connection.IsOpen);
        Pass(played, 6);
        played.Wire.FailFlush(new IOException());
        await played.Ended;
    }

    [Fact]
    public void Send_timeout_can_be_switched_off()
    {
        Played played = Stuck(SlowReaderPolicy.Wait, 512 * KiB, Timeout.InfiniteTimeSpan);
        _ = played.Connection.SendAsync(new byte[400 * KiB]).AsTask();
        played.Clock.Advance(TimeSpan.FromDays(3));
        Assert.True(played.Connection.IsOpen);
    }

    [Fact]
    public void Connection_whose_handler_does_not_read_is_idle_when_nothing_passes()
    {
        var played = new Played(setup: o => (o.PingInterval, o.IdleTimeout) = (Timeout.InfiniteTimeSpan, TimeSpan.FromSeconds(2)));
        for (int i = 0; i < 10; i++) played.Peer(Played.Binary, new byte[20 * KiB]);
        Assert.True(played.Wire.IsPaused);
        played.Clock.Advance(TimeSpan.FromSeconds(2.1));
        Assert.Equal("no message either way for 2 s", played.Connection.Driver.Known().Detail);
        Assert.Equal(CloseCause.IdleTimeout, played.Connection.Driver.Known().Cause);
    }

    /// <summary>A first message, its number 0, is on its way and stays there.</summary>
    private static Played Stuck(SlowReaderPolicy policy, int limit, TimeSpan? sendTimeout = null)
    {
        var played = new Played(setup: o => (o.SlowReaderPolicy, o.SendBufferLimit, o.SendTimeout, o.PingInterval) = (policy, limit, sendTimeout ?? Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan)) { Wire = { HoldsFlushes = true } };
        Assert.True(played.Connection.SendAsync(Message(0)).IsCompletedSuccessfully);
        return played;
    }

    private static void Pass(Played played, int seconds)
    {
        for (int i = 0; i < seconds; i++) played.Clock.Advance(TimeSpan.FromSeconds(1));
    }

    private static void Go(Played played)
    {
        played.Wire.HoldsFlushes = false;
        played.Wire.CompleteFlush();
    }

    private static byte[] Message(int number)
    {
        byte[] message = new byte[KiB];
        message[0] = (byte)number;
        return message;
    }
}
