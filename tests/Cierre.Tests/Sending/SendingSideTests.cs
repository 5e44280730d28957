using System.Text;
using Cierre.TestKit;
using Cierre.Tests.Connections;
using Xunit;

namespace Cierre.Tests.Sending;

public sealed class SendingSideTests
{
    private const int KiB = 1024;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Send_is_written_before_it_completes_while_the_transport_takes_it(bool client)
    {
        var played = new Played(client);
        await played.Connection.SendAsync("text");
        await played.Connection.SendAsync(new byte[] { 1, 2, 3 });
        await played.Connection.SendTextAsync("utf8"u8.ToArray());
        Assert.Equal([(1, "text"), (2, "\u0001\u0002\u0003"), (1, "utf8")], played.Sent.Select(f => (f.Opcode, f.Text)));
        Assert.All(played.Sent, f => Assert.Equal(client, f.Masked));
    }

    [Fact]
    public async Task Above_64_KiB_under_way_a_send_waits_until_the_transport_took_them()
    {
        var played = new Played { Wire = { HoldsFlushes = true } };
        byte[] part = new byte[32 * KiB];
        ValueTask first = played.Connection.SendAsync(part), second = played.Connection.SendAsync(part);
        Assert.True(first.IsCompletedSuccessfully && second.IsCompletedSuccessfully);
        Task third = played.Connection.SendAsync(part).AsTask();
        Assert.False(third.IsCompleted);
        Assert.Single(played.Sent);
        played.Wire.CompleteFlush();
        await Played.Within(third);
        Assert.Equal(2, played.Wire.Writes);
    }

    [Fact]
    public async Task Sends_that_wait_keep_their_order()
    {
        var played = new Played { Wire = { HoldsFlushes = true } };
        await played.Connection.SendAsync(new byte[64 * KiB]);
        Task[] sends = [.. Enumerable.Range(0, 50).Select(i => played.Connection.SendAsync($"{i}").AsTask())];
        Assert.All(sends, s => Assert.False(s.IsCompleted));
        played.Wire.HoldsFlushes = false;
        played.Wire.CompleteFlush();
        await Played.Within(Task.WhenAll(sends));
        Assert.Equal(Enumerable.Range(0, 50).Select(i => $"{i}"), played.Sent.Skip(1).Select(f => f.Text));
    }

    [Fact]
    public async Task Concurrent_sends_go_out_whole_and_each_senders_in_its_order()
    {
        var played = new Played();
        await Played.Within(Task.WhenAll(Enumerable.Range(0, 8).Select(sender => Task.Run(async () =>
        {
            for (int i = 0; i < 200; i++) await played.Connection.SendAsync($"{sender}:{i}:{new string('x', i)}");
        }))));
        var got = played.Sent.Select(f => f.Text.Split(':')).ToLookup(p => p[0], p => p[1..]);
        Assert.Equal(8, got.Count);
        Assert.All(got, g => Assert.Equal(Enumerable.Range(0, 200).Select(i => $"{i}:{new string('x', i)}"), g.Select(p => string.Join(':', p))));
    }

    [Fact]
    public async Task Large_message_goes_out_as_fragments_of_64_KiB()
    {
        var played = new Played();
        byte[] big = new byte[(200 * KiB) + 5];
        new Random(3).NextBytes(big);
        await Played.Within(played.Connection.SendAsync(big).AsTask());
        Assert.Equal([(2, false, 64 * KiB), (0, false, 64 * KiB), (0, false, 64 * KiB), (0, true, (8 * KiB) + 5)], played.Sent.Select(f => (f.Opcode, f.Fin, f.Payload.Length)));
        Assert.Equal(big, played.Sent.SelectMany(f => f.Payload));
    }

    [Fact]
    public async Task Pong_gets_between_the_fragments_of_a_large_message()
    {
        var played = new Played { Wire = { HoldsFlushes = true } };
        Task sending = played.Connection.SendAsync(new byte[256 * KiB]).AsTask();
        played.Peer(Played.Ping, "a"u8);
        played.Peer(Played.Ping, "b"u8);
        while (played.Wire.IsFlushHeld) played.Wire.CompleteFlush();
        await Played.Within(sending);
        // Both came while the output was stuck: the last one answers all.
        Assert.Equal([2, Played.Pong, 0, 0, 0], played.Sent.Select(f => f.Opcode));
        Assert.Equal("b", played.Sent[1].Text);
    }

    [Fact]
    public async Task Answer_to_the_peers_close_gets_between_the_fragments_of_a_large_message_and_ends_it()
    {
        var played = new Played { Wire = { HoldsFlushes = true } };
        Task sending = played.Connection.SendAsync(new byte[256 * KiB]).AsTask();
        Task queued = played.Connection.SendAsync("never").AsTask();
        played.PeerClose(4003, "enough");
        var cut = await Assert.ThrowsAsync<WebSocketClosedException>(() => Played.Within(sending));
        Assert.Equal((4003, "enough", CloseCause.PeerClosed), (cut.Record.Code, cut.Record.Reason, cut.Record.Cause));
        await Assert.ThrowsAsync<WebSocketClosedException>(() => Played.Within(queued));
        while (played.Wire.IsFlushHeld) played.Wire.CompleteFlush();
        Assert.Equal([2, Played.Close], played.Sent.Select(f => f.Opcode));
        Assert.Equal((4003, ""), (played.Sent[1].CloseCode, played.Sent[1].CloseReason));
        played.Wire.End();
        CloseRecord record = await played.Ended;
        Assert.Equal((4003, true, true, EndedBy.Remote), (record.Code, record.WasClean, record.ReceivedFirst, record.EndedBy));
    }

    [Fact]
    public async Task Our_close_frame_goes_behind_the_messages_that_were_sent_before()
    {
        var played = new Played { Wire = { HoldsFlushes = true } };
        Task large = played.Connection.SendAsync(new byte[150 * KiB]).AsTask();
        Task queued = played.Connection.SendAsync("queued").AsTask();
        Task<CloseRecord> closed = played.Connection.CloseAsync(4001, "bye");
        Assert.False(played.Connection.IsOpen);
        await Assert.ThrowsAsync<WebSocketClosedException>(() => played.Connection.SendAsync("too late").AsTask());
        while (played.Wire.IsFlushHeld) played.Wire.CompleteFlush();
        await Played.Within(Task.WhenAll(large, queued));
        Assert.Equal([2, 0, 0, 1, Played.Close], played.Sent.Select(f => f.Opcode));
        Assert.Equal((4001, "bye"), (played.Sent[^1].CloseCode, played.Sent[^1].CloseReason));
        played.PeerClose(4001);
        played.Wire.End();
        Assert.True((await Played.Within(closed)).WasClean);
    }

    [Fact]
    public async Task Cancelling_a_queued_send_takes_it_out_whole_and_lets_the_close_go_out()
    {
        var played = new Played { Wire = { HoldsFlushes = true } };
        await played.Connection.SendAsync(new byte[64 * KiB]);
        using var source = new CancellationTokenSource();
        Task queued = played.Connection.SendAsync("cancelled", source.Token).AsTask();
        Task other = played.Connection.SendAsync("stays").AsTask();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Played.Within(queued));
        _ = played.Connection.CloseAsync();
        while (played.Wire.IsFlushHeld) played.Wire.CompleteFlush();
        await Played.Within(other);
        Assert.Equal([2, 1, Played.Close], played.Sent.Select(f => f.Opcode));
        Assert.Equal("stays", played.Sent[1].Text);
    }

    [Fact]
    public async Task Cancelling_the_only_send_before_our_close_frame_lets_it_out_while_the_output_is_stuck()
    {
        var played = new Played { Wire = { HoldsFlushes = true } };
        await played.Connection.SendAsync(new byte[64 * KiB]);
        using var source = new CancellationTokenSource();
        Task queued = played.Connection.SendAsync("cancelled", source.Token).AsTask();
        _ = played.Connection.CloseAsync();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Played.Within(queued));
        played.Wire.CompleteFlush();
        Assert.Equal([2, Played.Close], played.Sent.Select(f => f.Opcode));
    }

    [Fact]
    public async Task Send_that_has_begun_is_finished_though_it_is_cancelled()
    {
        var played = new Played { Wire = { HoldsFlushes = true } };
        using var source = new CancellationTokenSource();
        Task sending = played.Connection.SendAsync(new byte[200 * KiB], source.Token).AsTask();
        await source.CancelAsync();
        Assert.False(sending.IsCompleted);
        while (played.Wire.IsFlushHeld) played.Wire.CompleteFlush();
        await Played.Within(sending);
        Assert.True(played.Sent[^1].Fin);
    }

    [Fact]
    public async Task Cancelled_token_sends_nothing()
    {
        var played = new Played();
        var cancelled = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => played.Connection.SendAsync("no", cancelled).AsTask());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => played.Connection.OpenSendStreamAsync(WebSocketMessageKind.Text, cancelled).AsTask());
        Assert.Empty(played.Sent);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Send_after_the_end_carries_the_final_record(bool byPeer)
    {
        var played = new Played();
        if (byPeer) played.PeerClose(1001, "restart");
        played.Wire.End();
        CloseRecord record = await played.Ended;
        Assert.Same(record.Why, (await Assert.ThrowsAsync<WebSocketClosedException>(() => played.Connection.SendAsync("x").AsTask())).Record.Why);
        await Assert.ThrowsAsync<WebSocketClosedException>(() => played.Connection.PingAsync());
        await Assert.ThrowsAsync<WebSocketClosedException>(() => played.Connection.OpenSendStreamAsync(WebSocketMessageKind.Text).AsTask());
    }

    [Fact]
    public async Task Send_during_our_own_close_says_that_we_asked_for_it()
    {
        var played = new Played();
        _ = played.Connection.CloseAsync(4001, "ours");
        var refused = await Assert.ThrowsAsync<WebSocketClosedException>(() => played.Connection.SendAsync("x").AsTask());
        Assert.Equal((CloseCause.Requested, EndedBy.Local), (refused.Record.Cause, refused.Record.EndedBy));
        Assert.Equal(new CloseFrame(4001, "ours"), refused.Record.Sent);
    }

    [Fact]
    public async Task Answers_in_one_batch_leave_in_one_write()
    {
        var played = new Played();
        Task echo = Echo();
        byte[] batch = [.. Enumerable.Range(0, 50).SelectMany(i => played.Frame($"{i}"))];
        played.Wire.Push(batch);
        Assert.Equal(Enumerable.Range(0, 50).Select(i => $"{i}"), played.Sent.Select(f => f.Text));
        Assert.InRange(played.Wire.Writes, 1, 2);
        played.Wire.End();
        await Played.Within(echo);

        async Task Echo()
        {
            await foreach (WebSocketMessage message in played.Connection.ReadAllAsync()) await played.Connection.SendAsync(message);
        }
    }

    [Fact]
    public async Task Payload_may_change_once_the_send_has_completed()
    {
        var played = new Played { Wire = { HoldsFlushes = true } };
        await played.Connection.SendAsync(new byte[64 * KiB]);
        byte[] payload = Encoding.UTF8.GetBytes("before");
        Task queued = played.Connection.SendAsync(payload).AsTask();
        played.Wire.CompleteFlush();
        await Played.Within(queued);
        Array.Fill(payload, (byte)'x');
        while (played.Wire.IsFlushHeld) played.Wire.CompleteFlush();
        Assert.Equal("before", played.Sent[^1].Text);
    }

    /// <summary>A message of a session is taken behind one that waits for room: it is not taken once more when that has found some.</summary>
    [Fact]
    public async Task What_was_taken_behind_something_that_waits_counts_once()
    {
        var played = new Played(setup: options => options.SendBufferLimit = 1000);
        Cierre.Sending.SendingSide side = played.Connection.Driver.Sending;
        played.Wire.HoldsFlushes = true;
        Task first = side.SendInTurnAsync(WebSocketOpcode.Binary, new byte[900]).AsTask(), second = side.SendInTurnAsync(WebSocketOpcode.Binary, new byte[900]).AsTask();
        side.Post(WebSocketOpcode.Text, "=posted"u8, compressible: false);
        Assert.False(second.IsCompleted);
        played.Wire.HoldsFlushes = false;
        played.Wire.CompleteFlush();
        await Played.Within(Task.WhenAll(first, second));
        await Played.Until(() => played.Sent.Count == 3);
        Assert.Equal(0, side.QueuedBytes);
        await Played.Within(side.SendInTurnAsync(WebSocketOpcode.Binary, new byte[999]).AsTask());
        Assert.Equal([900, 900, 7, 999], played.Sent.Select(frame => frame.Payload.Length));
    }
}
