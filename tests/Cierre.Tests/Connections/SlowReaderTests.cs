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
        Assert.Equal([true, true, true, false, false], sends.Select(s => s.IsCompleted));
        Go(played);
        foreach (ValueTask send in sends) await send;
        Assert.Equal(0, played.Connection.Traffic.MessagesDropped);
    }

    [Theory]
    [InlineData(SlowReaderPolicy.DropOldest)]
    [InlineData(SlowReaderPolicy.Close)]
    public async Task Peer_that_reads_loses_nothing(SlowReaderPolicy policy)
    {
        var played = new Played(setup: o => (o.SlowReader, o.SendBufferLimit) = (policy, 4 * KiB));
        for (int i = 0; i < 200; i++) await played.Connection.SendAsync(Message(i));
        Assert.Equal(Enumerable.Range(0, 200), played.Sent.Select(f => (int)f.Payload[0]));
    }

    [Theory]
    [InlineData(SlowReaderPolicy.DropOldest)]
    [InlineData(SlowReaderPolicy.Close)]
    public async Task Lone_message_is_taken_whatever_its_size(SlowReaderPolicy policy)
    {
        var played = new Played(setup: o => (o.SlowReader, o.SendBufferLimit) = (policy, KiB));
        await played.Connection.SendAsync(new byte[300 * KiB]);
        await Played.Until(() => played.Sent.Sum(f => f.Payload.Length) == 300 * KiB);
    }

    [Fact]
    public async Task Message_written_piece_by_piece_waits_in_its_place_and_is_not_dropped()
    {
        Played played = Stuck(SlowReaderPolicy.DropOldest, 4 * KiB);
        await played.Connection.SendAsync(Message(1));
        Task<MessageStream> opening = played.Connection.OpenMessageAsync(WebSocketMessageKind.Binary).AsTask();
        for (int i = 2; i < 20; i++) await played.Connection.SendAsync(Message(i));
        Assert.False(opening.IsCompleted);
        Go(played);
        MessageStream stream = await Played.Within(opening);
        await stream.WriteAsync(Message(99));
        await stream.DisposeAsync();
        await Played.Until(() => played.Sent[^1].Payload is [19, ..]);
        Assert.Contains(played.Sent, f => f.Payload is [99, ..]);
    }

    /// <summary>A first message, its number 0, is on its way and stays there.</summary>
    private static Played Stuck(SlowReaderPolicy policy, int limit)
    {
        var played = new Played(setup: o => (o.SlowReader, o.SendBufferLimit) = (policy, limit)) { Wire = { HoldsFlushes = true } };
        Assert.True(played.Connection.SendAsync(Message(0)).IsCompletedSuccessfully);
        return played;
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
