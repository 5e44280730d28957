using System.Net.Sockets;
using Cierre.TestKit;
using Cierre.Transports;
using Xunit;

namespace Cierre.Tests.Connections;

public sealed class ConnectionDriverTests
{
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(5);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Output_that_fails_fails_the_sends_and_the_peers_close_frame_still_counts(bool throws)
    {
        var played = new Played();
        Break(played, throws);
        await played.Connection.SendAsync("lost");
        var refused = await Assert.ThrowsAsync<WebSocketClosedException>(() => played.Connection.SendAsync("refused").AsTask());
        Assert.Equal(CloseCause.ConnectionReset, refused.Record.Cause);
        played.PeerClose(4006, "said before");
        played.Wire.End();
        CloseRecord record = await played.Ended;
        Assert.Equal((4006, "said before", false), (record.Code, record.Reason, record.WasClean));
        Assert.Equal((EndedBy.Remote, CloseCause.PeerClosed), (record.EndedBy, record.Cause));
        Assert.Null(record.Sent);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Output_that_fails_ends_the_connection_within_the_close_timeout(bool throws)
    {
        var played = new Played();
        Break(played, throws);
        await played.Connection.SendAsync("lost");
        Assert.Equal(0, played.Wire.CloseCalls);
        played.Clock.Advance(CloseTimeout + TimeSpan.FromMilliseconds(20));
        CloseRecord record = await played.Ended;
        Assert.Equal((1006, false, CloseCause.ConnectionReset, EndedBy.Network), (record.Code, record.WasClean, record.Cause, record.EndedBy));
    }

    [Fact]
    public async Task Close_that_is_asked_for_when_the_output_has_failed_changes_nothing()
    {
        var played = new Played();
        Break(played, throws: false);
        await played.Connection.SendAsync("lost");
        played.Connection.Driver.BeginClose(Cierre.Closing.Violations.RateExceeded());
        played.Wire.End(TransportEndKind.Reset);
        CloseRecord record = await played.Ended;
        Assert.Equal((1006, CloseCause.ConnectionReset, EndedBy.Network), (record.Code, record.Cause, record.EndedBy));
    }

    [Theory]
    [InlineData(SocketError.ConnectionReset, CloseCause.ConnectionReset)]
    [InlineData(SocketError.Shutdown, CloseCause.EndOfStream)]
    public async Task Reset_that_a_send_met_is_not_the_readers_end_of_stream(SocketError error, CloseCause cause)
    {
        var played = new Played { Wire = { WriteFails = new IOException("outer", new SocketException((int)error)) } };
        await played.Connection.SendAsync("lost");
        played.Wire.End();
        Assert.Equal((1006, cause, EndedBy.Network), await played.Ended is { } record ? (record.Code, record.Cause, record.EndedBy) : default);
    }

    [Fact]
    public async Task Flush_that_fails_later_fails_what_waits_behind_it()
    {
        var played = new Played { Wire = { HoldsFlushes = true } };
        await played.Connection.SendAsync(new byte[64 * 1024]);
        Task queued = played.Connection.SendAsync("queued").AsTask();
        played.Wire.FailFlush(new SocketException((int)SocketError.ConnectionReset));
        await Assert.ThrowsAsync<WebSocketClosedException>(() => Played.Within(queued));
        await Assert.ThrowsAsync<WebSocketClosedException>(() => played.Connection.SendAsync("refused").AsTask());
        Assert.Equal(1, played.Wire.Writes);
    }

    [Fact]
    public async Task Flush_that_fails_after_the_end_leaves_nothing_behind()
    {
        var played = new Played { Wire = { HoldsFlushes = true } };
        await played.Connection.SendAsync("under way");
        played.Wire.End(TransportEndKind.Reset);
        await played.Ended;
        played.Wire.FailFlush(new SocketException((int)SocketError.ConnectionReset));
        played.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(0, played.Wire.CloseCalls);
    }

    [Fact]
    public async Task Deadline_that_goes_off_again_while_the_transport_is_kept_ends_with_the_transport()
    {
        var played = new Played { Wire = { EndsWhenClosed = false } };
        Break(played, throws: false);
        await played.Connection.SendAsync("lost");
        played.Clock.Advance(CloseTimeout + TimeSpan.FromSeconds(1));
        Assert.True(played.Wire.CloseCalls > 0);
        played.Wire.End(TransportEndKind.Closed);
        Assert.Equal(CloseCause.ConnectionReset, (await played.Ended).Cause);
        int calls = played.Wire.CloseCalls;
        played.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(calls, played.Wire.CloseCalls);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_comes_while_the_transport_is_let_go_of_changes_no_record(bool client)
    {
        var played = new Played(client, options => options.PingInterval = Timeout.InfiniteTimeSpan) { Wire = { EndsWhenClosed = false } };
        played.PeerText("before");
        Task<CloseRecord> closing = played.Connection.CloseAsync();
        played.Clock.Advance(CloseTimeout + TimeSpan.FromSeconds(1));
        Assert.True(played.Wire.CloseCalls > 0);
        CloseRecord known = played.Connection.Driver.Known();
        played.Clock.Advance(TimeSpan.FromSeconds(7));
        played.PeerText("late");
        Assert.Equal(known.Elapsed, played.Connection.Age);
        Assert.Same(known.Traffic, played.Connection.Traffic);
        played.Wire.End(TransportEndKind.Closed);
        CloseRecord record = await Played.Within(closing);
        Assert.Same(known, record);
        Assert.Equal((CloseCause.CloseTimeout, 1L, TimeSpan.Zero), (record.Cause, record.Traffic.FramesReceived, record.Traffic.LastReceived));
        Assert.DoesNotMatch(@"(?<!\w)-\d", record.Explain(System.Globalization.CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData(TransportEndKind.EndOfStream, CloseCause.EndOfStream)]
    [InlineData(TransportEndKind.Reset, CloseCause.ConnectionReset)]
    [InlineData(TransportEndKind.Fault, CloseCause.ConnectionReset)]
    internal async Task Stream_that_ends_without_a_close_frame_is_1006_by_the_network(TransportEndKind kind, CloseCause cause)
    {
        var played = new Played();
        played.Wire.End(kind);
        CloseRecord record = await played.Ended;
        Assert.Equal((1006, false, EndedBy.Network, cause), (record.Code, record.WasClean, record.EndedBy, record.Cause));
        Assert.Null(record.Sent);
        Assert.Null(record.Received);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Server_ends_its_direction_first_and_a_client_waits_for_the_end(bool client)
    {
        var played = new Played(client);
        played.PeerClose(1000);
        if (!client) await Played.Within(played.Wire.SendShutdown);
        Assert.Equal(0, played.Wire.CloseCalls);
        Assert.False(played.Connection.Closed.IsCompleted);
        played.Wire.End();
        Assert.True((await played.Ended).WasClean);
        Assert.Equal(client ? 0 : 1, played.Wire.ShutdownCalls);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Both_sides_end_their_direction_when_they_fail_the_connection(bool client)
    {
        var played = new Played(client);
        played.Peer(3);
        await Played.Within(played.Wire.SendShutdown);
        played.PeerClose(1000, "too late");
        played.Wire.End();
        CloseRecord record = await played.Ended;
        Assert.Equal((1006, false, CloseCause.ProtocolViolation, EndedBy.Local), (record.Code, record.WasClean, record.Cause, record.EndedBy));
        Assert.Equal(1002, record.Sent!.Code);
        Assert.Null(record.Received);
        RawFrame close = Assert.Single(played.Sent);
        Assert.Equal((1002, record.Sent.Reason), (close.CloseCode, close.CloseReason));
    }

    [Fact]
    public async Task Direction_is_not_ended_before_the_close_frame_was_taken()
    {
        var played = new Played { Wire = { HoldsFlushes = true } };
        played.PeerClose(1000);
        Assert.True(played.Wire.IsFlushHeld);
        Assert.Equal(0, played.Wire.ShutdownCalls);
        played.Wire.CompleteFlush();
        await Played.Within(played.Wire.SendShutdown);
    }

    [Fact]
    public async Task Peer_that_goes_on_sending_after_the_close_is_dropped_at_8_MiB()
    {
        var played = new Played();
        played.PeerClose(4007);
        byte[] more = new byte[64 * 1024];
        for (int i = 0; i < 127; i++) played.Wire.Push(more);
        Assert.Equal(0, played.Wire.CloseCalls);
        played.Wire.Push(more);
        played.Wire.Push(more);
        CloseRecord record = await played.Ended;
        Assert.Equal((4007, true), (record.Code, record.WasClean));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Nothing_more_is_read_until_the_answer_to_a_close_is_out(bool client)
    {
        var played = new Played(client) { Wire = { HoldsFlushes = true } };
        _ = played.Connection.SendAsync("on its way").AsTask();
        Assert.False(played.Connection.Driver.Receiving.IsHolding);
        played.PeerClose(4009);
        Assert.True(played.Connection.Driver.Receiving.IsHolding);
        played.Wire.CompleteFlush();
        Assert.True(played.Connection.Driver.Receiving.IsHolding);
        int before = played.Wire.ResumeCalls;
        played.Wire.CompleteFlush();
        Assert.False(played.Connection.Driver.Receiving.IsHolding);
        await Played.Until(() => played.Wire.ResumeCalls > before);
        played.Wire.End();
        CloseRecord record = await played.Ended;
        Assert.Equal((4009, true), (record.Code, record.WasClean));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Peer_that_we_failed_is_read_on_whatever_is_under_way(bool client)
    {
        var played = new Played(client) { Wire = { HoldsFlushes = true } };
        played.Peer(3);
        Assert.False(played.Connection.IsOpen);
        Assert.False(played.Connection.Driver.Receiving.IsHolding);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Close_frame_that_was_taken_counts_as_sent_though_a_pong_behind_it_is_stuck(bool client)
    {
        var played = new Played(client) { Wire = { HoldsFlushes = true } };
        Task<CloseRecord> closed = played.Connection.CloseAsync(4008);
        played.Peer(Played.Ping);
        played.Wire.CompleteFlush();
        Assert.True(played.Wire.IsFlushHeld);
        played.PeerClose(4008);
        played.Wire.End();
        CloseRecord record = await Played.Within(closed);
        Assert.Equal((4008, true, false), (record.Code, record.WasClean, record.ReceivedFirst));
        Assert.Equal([Played.Close, Played.Pong], played.Sent.Select(f => f.Opcode));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Close_frame_that_the_transport_has_just_taken_counts_though_the_stream_ends_at_that_moment(bool byPeer)
    {
        var played = new Played { Wire = { HoldsFlushes = true } };
        if (!byPeer) _ = played.Connection.CloseAsync(4009);
        played.PeerClose(4009);
        played.Wire.End();
        Assert.False(played.Connection.Closed.IsCompleted);
        played.Wire.CompleteFlush();
        CloseRecord record = await played.Ended;
        Assert.Equal((4009, true), (record.Code, record.WasClean));
        Assert.Equal(4009, record.Sent!.Code);
    }

    [Fact]
    public async Task Close_frame_that_the_transport_took_before_the_peer_was_gone_is_in_the_record()
    {
        var played = new Played { Wire = { HoldsFlushes = true } };
        Task<CloseRecord> closed = played.Connection.CloseAsync(4009);
        played.Wire.End(TransportEndKind.Reset);
        played.Wire.CompleteFlush();
        CloseRecord record = await Played.Within(closed);
        Assert.Equal((1006, 4009, CloseCause.ConnectionReset), (record.Code, record.Sent!.Code, record.Cause));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Close_frame_that_never_got_out_is_waited_for_as_long_as_the_close_timeout_or_until_it_fails(bool fails)
    {
        var played = new Played { Wire = { HoldsFlushes = true } };
        played.PeerClose(4009, "theirs");
        played.Wire.End();
        Assert.False(played.Connection.Closed.IsCompleted);
        if (fails) played.Wire.FailFlush(new SocketException((int)SocketError.ConnectionReset));
        else played.Clock.Advance(CloseTimeout + TimeSpan.FromMilliseconds(20));
        CloseRecord record = await played.Ended;
        Assert.Equal((4009, "theirs", false), (record.Code, record.Reason, record.WasClean));
        Assert.Null(record.Sent);
    }

    [Fact]
    public async Task Answer_to_the_close_frame_does_not_wait_for_the_reader_that_it_wakes()
    {
        var played = new Played();
        using var release = new ManualResetEventSlim();
        Task reader = Read();
        played.PeerClose(1000);
        Assert.Equal(Played.Close, Assert.Single(played.Sent).Opcode);
        release.Set();
        await Played.Within(reader);

        async Task Read()
        {
            await foreach (WebSocketMessage _ in played.Connection.ReadAllAsync())
            {
            }

            Assert.True(release.Wait(TimeSpan.FromSeconds(20)));
        }
    }

    [Fact]
    public async Task Reader_that_blocks_on_the_record_gets_it()
    {
        var played = new Played();
        Task<CloseRecord> reader = Read();
        await Task.Run(() => played.Wire.End());
        Assert.Equal(1006, (await Played.Within(reader)).Code);

        async Task<CloseRecord> Read()
        {
            await played.Connection.ReceiveAsync();
            Assert.True(played.Connection.Closed.Wait(TimeSpan.FromSeconds(10)));
            return await played.Connection.Closed;
        }
    }

    [Fact]
    public async Task Reader_that_a_deadline_wakes_does_not_keep_the_clock()
    {
        var played = new Played(setup: o => o.IdleTimeout = TimeSpan.FromSeconds(1));
        int thread = 0;
        Task reader = Read();
        played.Clock.Advance(TimeSpan.FromSeconds(2));
        int ours = Environment.CurrentManagedThreadId;
        Assert.Equal(0, Volatile.Read(ref thread) == ours ? ours : 0);
        await Played.Within(reader);

        async Task Read()
        {
            await played.Connection.ReceiveAsync();
            Volatile.Write(ref thread, Environment.CurrentManagedThreadId);
        }
    }

    [Fact]
    public async Task Traffic_counts_what_passed()
    {
        var played = new Played();
        played.PeerText("a");
        played.Peer(Played.Ping);
        await played.Connection.SendAsync("b");
        await played.Connection.SendAsync("c");
        ConnectionTraffic traffic = played.Connection.Traffic;
        Assert.Equal((2, 3, 1, 2), (traffic.FramesReceived, traffic.FramesSent, traffic.MessagesReceived, traffic.MessagesSent));
    }

    private static void Break(Played played, bool throws)
    {
        var reset = new IOException("cut", new SocketException((int)SocketError.ConnectionReset));
        if (throws) played.Wire.WriteThrows = reset;
        else played.Wire.WriteFails = reset;
    }
}
