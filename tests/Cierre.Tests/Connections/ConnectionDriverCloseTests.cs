using Cierre.Closing;
using Cierre.Transports;
using Xunit;

namespace Cierre.Tests.Connections;

public sealed class ConnectionDriverCloseTests
{
    [Fact]
    public async Task Abort_sends_nothing_and_cuts_the_transport()
    {
        var played = new Played();
        played.Connection.Abort();
        CloseRecord record = await played.Ended;
        Assert.Equal((1006, false, CloseCause.Aborted, EndedBy.Local), (record.Code, record.WasClean, record.Cause, record.EndedBy));
        Assert.Empty(played.Sent);
        Assert.Equal(1, played.Wire.AbortCalls);
        // Letting go in order, if only for a moment, could send a FIN where a reset is due.
        Assert.Equal(0, played.Wire.CloseCalls);
    }

    [Fact]
    public async Task Close_frame_that_was_written_behind_a_flush_and_met_a_reset_was_not_sent()
    {
        var played = new Played { Wire = { HoldsFlushes = true } };
        _ = played.Connection.SendAsync("on its way").AsTask();
        Task<CloseRecord> closed = played.Connection.CloseAsync(4001);
        played.Wire.CompleteFlush();
        await Played.Until(() => played.Wire.IsFlushHeld);
        played.Wire.FailFlush(new System.Net.Sockets.SocketException((int)System.Net.Sockets.SocketError.ConnectionReset));
        played.Wire.End(TransportEndKind.Reset);
        CloseRecord record = await Played.Within(closed);
        Assert.Equal((1006, CloseCause.ConnectionReset, null), (record.Code, record.Cause, record.Sent));
    }

    [Fact]
    public async Task Abort_fails_everything_that_waits()
    {
        var played = new Played { Wire = { HoldsFlushes = true } };
        await played.Connection.SendAsync(new byte[64 * 1024]);
        Task queued = played.Connection.SendAsync("queued").AsTask();
        Task ping = played.Connection.PingAsync();
        Task<string?> receive = played.ReceiveTextAsync();
        played.Connection.Abort();
        Assert.Equal(CloseCause.Aborted, (await Assert.ThrowsAsync<WebSocketClosedException>(() => Played.Within(queued))).Record.Cause);
        await Assert.ThrowsAsync<WebSocketClosedException>(() => Played.Within(ping));
        Assert.Null(await receive);
    }

    [Fact]
    public async Task Abort_while_we_wait_for_the_answer_leaves_our_close_the_cause()
    {
        var played = new Played();
        Task<CloseRecord> closed = played.Connection.CloseAsync(4001);
        played.Connection.Abort();
        CloseRecord record = await Played.Within(closed);
        Assert.Equal((1006, CloseCause.Requested), (record.Code, record.Cause));
        Assert.Equal(4001, record.Sent!.Code);
    }

    [Fact]
    public async Task Abort_ends_the_wait_for_a_close_frame_that_is_under_way_when_the_stream_has_ended()
    {
        var played = new Played { Wire = { HoldsFlushes = true } };
        played.PeerClose(4001);
        played.Wire.End();
        Assert.False(played.Connection.Closed.IsCompleted);
        played.Connection.Abort();
        CloseRecord record = await played.Ended;
        Assert.Equal((4001, false), (record.Code, record.WasClean));
    }

    /// <summary>The stream has ended, and a flush that carries our close frame is under way: who ends that wait ends the connection, and nobody does it
    /// again.</summary>
    [Theory]
    [InlineData("abort")]
    [InlineData("deadline")]
    [InlineData("flush")]
    public async Task Connection_ends_once_whatever_ends_the_wait_for_its_close_frame(string what)
    {
        var played = new Played { Wire = { HoldsFlushes = true, FlushFailsOnAbort = true } };
        played.PeerClose(4001);
        played.Wire.End();
        switch (what)
        {
            case "abort":
                played.Connection.Abort();
                break;
            case "deadline":
                played.Clock.Advance(TimeSpan.FromSeconds(6));
                played.Wire.CompleteFlush();
                break;
            default:
                played.Wire.CompleteFlush();
                played.Connection.Abort();
                played.Clock.Advance(TimeSpan.FromSeconds(6));
                break;
        }

        CloseRecord record = await played.Ended;
        Assert.Equal((4001, what == "flush"), (record.Code, record.WasClean));
        Assert.Equal(1, played.Wire.ReleaseCalls);
    }

    [Fact]
    public async Task Abort_after_the_end_touches_the_transport_no_more()
    {
        var played = new Played();
        played.Wire.End();
        CloseRecord record = await played.Ended;
        played.Connection.Abort();
        Assert.Equal(0, played.Wire.AbortCalls);
        Assert.Same(record, await played.Ended);
    }

    [Theory]
    [InlineData("close")]
    [InlineData("peer")]
    [InlineData("violation")]
    [InlineData("abort")]
    [InlineData("lost")]
    public async Task Closing_is_cancelled_when_a_close_begins_or_the_connection_is_lost(string how)
    {
        var played = new Played();
        CancellationToken closing = played.Connection.Driver.Closing;
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var _ = closing.Register(cancelled.SetResult);
        Assert.False(closing.IsCancellationRequested);
        End(played, how);
        await Played.Within(cancelled.Task);
    }

    [Fact]
    public void Closing_that_is_asked_for_late_is_cancelled_already()
    {
        var played = new Played();
        played.PeerClose(1000);
        Assert.True(played.Connection.Driver.Closing.IsCancellationRequested);
    }

    [Theory]
    [InlineData("close")]
    [InlineData("peer")]
    [InlineData("violation")]
    [InlineData("abort")]
    public async Task No_code_of_the_application_runs_inside_the_call_that_ends_its_receive(string how)
    {
        var played = new Played();
        var gate = new Lock();
        bool inside = false;
        Task reader = Read();
        lock (gate) End(played, how);
        await Played.Within(reader);
        Assert.False(inside);

        async Task Read()
        {
            await played.Connection.ReceiveAsync();
            inside = gate.IsHeldByCurrentThread;
        }
    }

    private static void End(Played played, string how)
    {
        switch (how)
        {
            case "close":
                _ = played.Connection.CloseAsync();
                break;
            case "peer":
                played.PeerClose(1000);
                break;
            case "violation":
                played.Peer(3);
                break;
            case "abort":
                played.Connection.Abort();
                break;
            default:
                played.Wire.End(TransportEndKind.Reset);
                break;
        }
    }
}
