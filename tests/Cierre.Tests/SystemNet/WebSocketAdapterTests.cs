using System.Buffers;
using System.IO.Pipelines;
using System.Net.WebSockets;
using Cierre.Closing;
using Cierre.Connections;
using Cierre.TestKit;
using Cierre.Tests.Connections;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Cierre.Tests.SystemNet;

/// <summary>What the adapter does with the close, by the clock and by the byte. The contract of the abstract class is held beside the framework's own in
/// Cierre.SystemNet.Tests.</summary>
public sealed class WebSocketAdapterTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly Played _played = new();
    private readonly WebSocket _socket;
    private readonly byte[] _buffer = new byte[100];

    public WebSocketAdapterTests() => _socket = _played.Connection.AsWebSocket();

    [Fact]
    public void Connection_has_one_adapter_and_the_adapter_its_connection()
    {
        Assert.Same(_socket, _played.Connection.AsWebSocket());
        Assert.Same(_played.Connection, _socket.GetCierre());
    }

    [Fact]
    public async Task Close_of_the_peer_is_told_and_not_answered_and_the_caller_may_send_on()
    {
        Task<string> receiving = ReceiveAsync();
        _played.PeerClose(4001, "bye");
        Assert.Equal("Close 0 end", await Played.Within(receiving));
        Assert.Equal((WebSocketState.CloseReceived, (WebSocketCloseStatus?)4001, "bye"), (_socket.State, _socket.CloseStatus, _socket.CloseStatusDescription));
        Assert.Empty(_played.Sent);
        await _socket.SendAsync("more"u8.ToArray(), WebSocketMessageType.Text, true, None);
        await _socket.CloseOutputAsync((WebSocketCloseStatus)4002, "mine", None);
        Assert.Equal(["more", "close 4002 mine"], _played.Sent.Select(Word));
        Assert.Equal(WebSocketState.Closed, _socket.State);
        _played.Wire.End();
        CloseRecord record = await _played.Ended;
        Assert.Equal((4001, "bye", true, EndedBy.Remote, CloseCause.PeerClosed), (record.Code, record.Reason, record.WasClean, record.EndedBy, record.Cause));
        Assert.Equal(new CloseFrame(4002, "mine"), record.Sent);
        Assert.True(record.ReceivedFirst);
    }

    [Theory]
    [InlineData(1010)]
    [InlineData(1012)]
    public async Task Close_of_the_peer_may_be_answered_with_the_code_that_came_whoever_may_begin_with_it(ushort code)
    {
        Task<string> receiving = ReceiveAsync();
        _played.PeerClose(code, "as it came");
        await Played.Within(receiving);
        await _socket.CloseOutputAsync(_socket.CloseStatus!.Value, _socket.CloseStatusDescription, None);
        Assert.Equal([$"close {code} as it came"], _played.Sent.Select(Word));
    }

    [Fact]
    public async Task Close_of_the_peer_that_nobody_answers_is_answered_with_the_echo_after_the_close_timeout()
    {
        _played.PeerClose(4001, "bye");
        await AdvanceAsync(4.9);
        Assert.Empty(_played.Sent);
        await AdvanceAsync(0.3);
        await Played.Until(() => _played.Sent.Count == 1);
        Assert.Equal("close 4001 ", Word(_played.Sent[0]));
        _played.Wire.End();
        Assert.Equal((4001, true), ((await _played.Ended).Code, (await _played.Ended).WasClean));
    }

    [Fact]
    public async Task Answer_that_waits_behind_what_was_sent_goes_out_by_the_same_deadline()
    {
        _played.Wire.HoldsFlushes = true;
        Task stuck = _socket.SendAsync(new ReadOnlyMemory<byte>(new byte[300_000]), WebSocketMessageType.Binary, true, None).AsTask();
        _played.PeerClose(4001);
        Task closing = _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", None);
        await AdvanceAsync(5.1);
        await Assert.ThrowsAsync<WebSocketException>(() => Played.Within(stuck));
        Assert.False(closing.IsCompleted);
        await AdvanceAsync(5.1);
        CloseRecord record = await _played.Ended;
        Assert.Equal((4001, false, null), (record.Code, record.WasClean, record.Sent));
        await Played.Within(closing);
    }

    /// <summary>The drain stops reading in the middle of a batch, where the reader waits: it calls nothing that would read on.</summary>
    [Fact]
    public async Task Drain_of_a_peer_that_sends_without_a_pause_reads_the_answer_to_the_close()
    {
        var toServer = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        var toClient = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        WebSocket socket = CierreSockets.CreateFromPipe(
            new Duplex(toServer.Reader, toClient.Writer), WebSocketRole.Server, new WebSocketConnectionOptions { TimeProvider = new FakeTimeProvider() });
        Task reading = Task.Run(async () =>
        {
            while (await ReceiveAsync(socket, Memory<byte>.Empty) != "Close 0 end") await ReceiveAsync(socket, new byte[64 * 1024]);
        });
        byte[] frame = _played.Frame(Played.Binary, new byte[4000]);
        for (int i = 0; i < 300; i++) toServer.Writer.Write(frame);
        WebSocketConnection connection = socket.GetCierre()!;
        connection.Driver.Receiving.BeginDrain(new CloseFrame(1012, "restarting"), EndReason.HostStopping);
        await toServer.Writer.FlushAsync();
        ReadResult sent = await Played.Within(toClient.Reader.ReadAtLeastAsync(14).AsTask());
        Assert.Equal([0x88, 12, 1012 >> 8, 1012 & 255, .. "restarting"u8], sent.Buffer.ToArray());
        await toServer.Writer.WriteAsync(_played.Frame(Played.Close, [1012 >> 8, 1012 & 255]));
        await Played.Within(reading);
        await toServer.Writer.CompleteAsync();
        Assert.True((await Played.Within(connection.Closed)).WasClean);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Peer_that_broke_a_rule_is_an_open_one_until_the_caller_hears_of_it(bool hasEnded)
    {
        _played.Peer(Played.Text, [0xE2, 0x41]);
        if (hasEnded)
        {
            _played.Wire.End();
            await _played.Ended;
        }

        Assert.StartsWith("close 1007 ", Assert.Single(_played.Sent.Select(Word)), StringComparison.Ordinal);
        Assert.Equal(WebSocketState.Open, _socket.State);
        await Assert.ThrowsAsync<WebSocketException>(() => ReceiveAsync());
        Assert.Equal(WebSocketState.Aborted, _socket.State);
    }

    [Fact]
    public async Task State_does_not_go_back_when_the_peer_breaks_a_rule_behind_the_close_of_the_host()
    {
        ConnectionControl.Of(_played.Connection).Close(new CloseFrame(1001, "stopping"), EndReason.HostStopping);
        Assert.Equal(WebSocketState.CloseSent, _socket.State);
        _played.Peer(3, "no such opcode"u8);
        Assert.Equal(WebSocketState.CloseSent, _socket.State);
        _played.Wire.End();
        await _played.Ended;
        Assert.Equal(WebSocketState.CloseSent, _socket.State);
    }

    [Fact]
    public async Task State_of_a_socket_that_nobody_reads_does_not_go_back_when_the_connection_has_ended()
    {
        _played.Connection.Driver.BeginClose(new CloseFrame(1012), EndReason.HostStopping);
        Assert.Equal(WebSocketState.CloseSent, _socket.State);
        _played.PeerClose(1012);
        _played.Wire.End();
        await _played.Ended;
        Assert.Equal(WebSocketState.CloseSent, _socket.State);
        await Assert.ThrowsAsync<WebSocketException>(() => _socket.SendAsync("late"u8.ToArray(), WebSocketMessageType.Text, true, None));
        Assert.Equal("Close 0 end", await ReceiveAsync());
        Assert.Equal(WebSocketState.Closed, _socket.State);
    }

    /// <summary>A limit of ours ends the receive before the peer has said anything.</summary>
    [Fact]
    public async Task End_that_was_told_as_a_loss_stays_one_when_the_peer_answers()
    {
        var played = new Played(setup: options => options.IdleTimeout = TimeSpan.FromSeconds(1));
        WebSocket socket = played.Connection.AsWebSocket();
        Task<string> receiving = ReceiveAsync(socket, _buffer);
        played.Clock.Advance(TimeSpan.FromSeconds(1.1));
        await Assert.ThrowsAsync<WebSocketException>(() => Played.Within(receiving));
        Assert.Equal((WebSocketState.Aborted, null), (socket.State, socket.CloseStatus));
        played.PeerClose(3008);
        Assert.Equal((WebSocketState.Aborted, null), (socket.State, socket.CloseStatus));
    }

    [Fact]
    public async Task Receive_that_is_cancelled_while_a_send_is_stuck_in_its_message_cuts()
    {
        _played.Wire.HoldsFlushes = true;
        Task stuck = _socket.SendAsync(new ReadOnlyMemory<byte>(new byte[300_000]), WebSocketMessageType.Binary, true, None).AsTask();
        using var cancelling = new CancellationTokenSource();
        Task receiving = _socket.ReceiveAsync(_buffer.AsMemory(), cancelling.Token).AsTask();
        await cancelling.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Played.Within(receiving));
        Assert.Equal(1, _played.Wire.AbortCalls);
        await Assert.ThrowsAnyAsync<Exception>(() => Played.Within(stuck));
    }

    [Fact]
    public async Task Close_on_an_output_that_is_broken_is_no_close()
    {
        _played.Wire.WriteFails = new IOException("broken");
        await _socket.SendAsync("lost"u8.ToArray(), WebSocketMessageType.Text, true, None);
        await Assert.ThrowsAsync<WebSocketException>(() => Played.Within(_socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", None)));
    }

    /// <summary>The peer has said its last word, and may be gone.</summary>
    [Fact]
    public async Task Answer_on_an_output_that_is_broken_is_done()
    {
        Task<string> receiving = ReceiveAsync();
        _played.PeerClose(4001, "bye");
        Assert.Equal("Close 0 end", await Played.Within(receiving));
        _played.Wire.WriteFails = new IOException("broken");
        await _socket.SendAsync("lost"u8.ToArray(), WebSocketMessageType.Text, true, None);
        await Played.Within(_socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", None));
        Assert.Equal(WebSocketState.Closed, _socket.State);
    }

    /// <summary>A caller that waits for a send on its own thread, and another one whose send waits: neither may get the other's.</summary>
    [Fact]
    public async Task Caller_that_blocks_on_a_send_waits_for_its_own()
    {
        var played = new Played();
        WebSocket blocking = played.Connection.AsWebSocket();
        played.Wire.HoldsFlushes = _played.Wire.HoldsFlushes = true;
        ValueTask stuck = blocking.SendAsync(new ReadOnlyMemory<byte>(new byte[100_000]), WebSocketMessageType.Binary, true, None);
        Task blocked = Task.Run(() => stuck.GetAwaiter().GetResult());
        Task other = _socket.SendAsync(new ReadOnlyMemory<byte>(new byte[100_000]), WebSocketMessageType.Binary, true, None).AsTask();
        played.Wire.HoldsFlushes = false;
        played.Wire.CompleteFlush();
        await Played.Within(blocked);
        Assert.False(other.IsCompleted);
        _socket.Abort();
        await Assert.ThrowsAnyAsync<Exception>(() => Played.Within(other));
    }

    [Fact]
    public void Dispose_answers_the_peer_with_the_echo()
    {
        _played.PeerClose(4001, "bye");
        _socket.Dispose();
        Assert.Equal(["close 4001 "], _played.Sent.Select(Word));
        Assert.Equal(WebSocketState.Closed, _socket.State);
    }

    [Fact]
    public async Task Dispose_of_an_open_socket_says_1001_and_the_connection_ends_by_itself()
    {
        _socket.Dispose();
        Assert.Equal(["close 1001 the connection object was disposed without a close"], _played.Sent.Select(Word));
        _played.PeerText("late");
        _played.PeerClose(1001);
        _played.Wire.End();
        Assert.Equal((1001, true, CloseCause.Disposed), ((await _played.Ended).Code, (await _played.Ended).WasClean, (await _played.Ended).Cause));
    }

    [Fact]
    public async Task Dispose_right_behind_a_close_leaves_the_frame_its_way()
    {
        Task closing = _socket.CloseOutputAsync((WebSocketCloseStatus)4400, "invalid", None);
        _socket.Dispose();
        await Played.Within(closing);
        Assert.Equal(["close 4400 invalid"], _played.Sent.Select(Word));
        _played.PeerClose(4400);
        _played.Wire.End();
        Assert.Equal((4400, true, CloseCause.Requested), ((await _played.Ended).Code, (await _played.Ended).WasClean, (await _played.Ended).Cause));
    }

    [Fact]
    public async Task What_the_peer_sends_behind_our_close_is_delivered_until_its_own()
    {
        await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", None);
        Assert.Equal(WebSocketState.CloseSent, _socket.State);
        _played.PeerText("one");
        _played.Peer(Played.Ping, "p"u8);
        _played.PeerText("two");
        Assert.Equal("Text 3 end", await ReceiveAsync());
        _played.PeerClose(1000);
        Assert.Equal((WebSocketState.CloseSent, null), (_socket.State, _socket.CloseStatus));
        Assert.Equal("Text 3 end", await ReceiveAsync());
        // The state goes with what the caller was told.
        Assert.Equal((WebSocketState.CloseSent, null), (_socket.State, _socket.CloseStatus));
        Assert.Equal("Close 0 end", await ReceiveAsync());
        Assert.Equal((WebSocketState.Closed, WebSocketCloseStatus.NormalClosure), (_socket.State, _socket.CloseStatus));
        Assert.Equal(["close 1000 ", "pong"], _played.Sent.Select(Word));
    }

    [Fact]
    public async Task Close_drops_what_still_comes_and_waits_for_the_peer_s()
    {
        _played.PeerText("unread");
        Task closing = _socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "done", None);
        _played.PeerText("late");
        Assert.False(closing.IsCompleted);
        _played.PeerClose(1000);
        await Played.Within(closing);
        Assert.Equal(WebSocketState.Closed, _socket.State);
    }

    [Fact]
    public async Task Close_reads_past_a_backlog_that_nobody_reads()
    {
        for (int i = 0; i < 20; i++) _played.Peer(Played.Binary, new byte[8 * 1024]);
        Task closing = _socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "done", None);
        _played.PeerClose(1000);
        await Played.Within(closing);
    }

    [Fact]
    public async Task Close_that_nobody_answers_is_a_loss_after_the_close_timeout()
    {
        Task closing = _socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "", None);
        await AdvanceAsync(5.1);
        WebSocketException lost = await Assert.ThrowsAsync<WebSocketException>(() => Played.Within(closing));
        Assert.Equal(WebSocketError.ConnectionClosedPrematurely, lost.WebSocketErrorCode);
        Assert.Contains("5", lost.InnerException!.Message, StringComparison.Ordinal);
        Assert.Equal(WebSocketState.Aborted, _socket.State);
    }

    [Fact]
    public async Task Messages_have_no_limit_unless_it_is_set()
    {
        var unlimited = new Played(setup: options => options.ReadByHand(options.PingInterval));
        unlimited.Peer(Played.Binary, new byte[2 * 1024 * 1024]);
        Assert.True(unlimited.Connection.IsOpen);
        var limited = new Played(setup: options =>
        {
            options.ReadByHand(options.PingInterval);
            options.MaxMessageSize = 1000;
        });
        WebSocket socket = limited.Connection.AsWebSocket();
        Task receiving = socket.ReceiveAsync(_buffer.AsMemory(), None).AsTask();
        limited.Peer(Played.Binary, new byte[1001]);
        await Assert.ThrowsAsync<WebSocketException>(() => Played.Within(receiving));
        Assert.StartsWith("close 1009", Word(limited.Sent[0]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Violation_sends_our_close_frame_and_is_a_fault_of_the_peer_s()
    {
        Task receiving = ReceiveAsync();
        _played.Wire.Push(RawPeer.Frame(Played.Text, "x"u8, fin: true, rsv: 4, mask: true));
        WebSocketException e = await Assert.ThrowsAsync<WebSocketException>(() => Played.Within(receiving));
        Assert.StartsWith("close 1002", Word(_played.Sent[0]), StringComparison.Ordinal);
        Assert.Equal(WebSocketState.Aborted, _socket.State);
        Assert.Equal(WebSocketError.Faulted, e.WebSocketErrorCode);
        Assert.Contains("RSV1", e.InnerException!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Loss_is_told_to_the_receive_and_names_the_cause()
    {
        Task receiving = ReceiveAsync();
        _played.Wire.End();
        WebSocketException e = await Assert.ThrowsAsync<WebSocketException>(() => Played.Within(receiving));
        Assert.Equal(WebSocketError.ConnectionClosedPrematurely, e.WebSocketErrorCode);
        Assert.Contains("1006", e.InnerException!.Message, StringComparison.Ordinal);
        Assert.Equal(WebSocketState.Aborted, _socket.State);
    }

    [Fact]
    public async Task Cancelled_receive_ends_the_connection_and_the_peer_is_told()
    {
        using var cancel = new CancellationTokenSource();
        Task receiving = _socket.ReceiveAsync(_buffer.AsMemory(), cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Played.Within(receiving));
        Assert.Equal(WebSocketState.Aborted, _socket.State);
        await Played.Until(() => _played.Sent.Count == 1);
        Assert.Equal("close 1001 a call of the application was cancelled", Word(_played.Sent[0]));
        _played.PeerClose(1001);
        _played.Wire.End();
        Assert.Equal((1001, CloseCause.Aborted, EndedBy.Local), ((await _played.Ended).Code, (await _played.Ended).Cause, (await _played.Ended).EndedBy));
    }

    [Fact]
    public async Task Send_that_is_cancelled_before_it_has_begun_is_taken_out_and_one_that_has_cuts()
    {
        _played.Wire.HoldsFlushes = true;
        using var cancel = new CancellationTokenSource();
        using var late = new CancellationTokenSource();
        Task begun = _socket.SendAsync(new ReadOnlyMemory<byte>(new byte[300_000]), WebSocketMessageType.Binary, true, late.Token).AsTask();
        Task behind = _socket.SendAsync(new ReadOnlyMemory<byte>(new byte[100]), WebSocketMessageType.Binary, true, cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Played.Within(behind));
        Assert.Equal(WebSocketState.Open, _socket.State);
        await late.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Played.Within(begun));
        Assert.Equal(WebSocketState.Aborted, _socket.State);
        Assert.Equal(1, _played.Wire.AbortCalls);
    }

    [Fact]
    public async Task Message_is_sent_frame_by_frame_and_another_kind_follows_it()
    {
        await _socket.SendAsync("on"u8.ToArray(), WebSocketMessageType.Text, false, None);
        await _socket.SendAsync("e"u8.ToArray(), WebSocketMessageType.Text, false, None);
        await _socket.SendAsync(Array.Empty<byte>(), WebSocketMessageType.Text, true, None);
        await _socket.SendAsync("two"u8.ToArray(), WebSocketMessageType.Binary, true, None);
        Assert.Equal([(1, false), (0, false), (0, true), (2, true)], _played.Sent.Select(frame => (frame.Opcode, frame.Fin)));
    }

    [Fact]
    public async Task Message_that_is_cancelled_before_its_turn_has_not_begun()
    {
        _played.Wire.HoldsFlushes = true;
        Task before = _socket.SendAsync(new ReadOnlyMemory<byte>(new byte[300_000]), WebSocketMessageType.Binary, true, None).AsTask();
        using var cancel = new CancellationTokenSource();
        Task first = _socket.SendAsync(new ReadOnlyMemory<byte>("part"u8.ToArray()), WebSocketMessageType.Text, false, cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Played.Within(first));
        _played.Wire.HoldsFlushes = false;
        _played.Wire.CompleteFlush();
        await Played.Within(before);
        await _socket.SendAsync("whole"u8.ToArray(), WebSocketMessageType.Text, true, None);
        Assert.Equal((1, true, "whole"), (_played.Sent[^1].Opcode, _played.Sent[^1].Fin, _played.Sent[^1].Text));
    }

    [Fact]
    public async Task Connection_that_has_an_adapter_is_read_through_it_alone()
    {
        InvalidOperationException e = await Assert.ThrowsAsync<InvalidOperationException>(async () => await _played.Connection.ReceiveAsync());
        Assert.Contains("System.Net.WebSockets", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_came_before_the_adapter_was_made_is_read_through_it()
    {
        var played = new Played();
        played.PeerText("whole");
        played.Peer(Played.Text, "be"u8, fin: false);
        WebSocket socket = played.Connection.AsWebSocket();
        Assert.Equal("Text 5 end", await ReceiveAsync(socket, _buffer));
        Assert.Equal("Text 2", await ReceiveAsync(socket, _buffer));
        played.Peer(0, "gun"u8);
        Assert.Equal("Text 3 end", await ReceiveAsync(socket, _buffer));
    }

    [Fact]
    public async Task Adapter_is_refused_while_a_receive_waits()
    {
        var played = new Played();
        Task waiting = played.ReceiveTextAsync();
        Assert.Throws<InvalidOperationException>(played.Connection.AsWebSocket);
        played.PeerText("mine");
        await waiting;
    }

    [Fact]
    public async Task Closing_token_is_cancelled_when_a_close_begins_though_data_is_still_delivered()
    {
        CancellationToken closing = _played.Connection.Closing;
        await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", None);
        await Played.Until(() => closing.IsCancellationRequested);
        _played.PeerText("x");
        Assert.Equal("Text 1 end", await ReceiveAsync());
    }

    [Theory]
    [InlineData(32, false)]
    [InlineData(16 * 1024, false)]
    [InlineData(32, true)]
    public Task Echoed_message_allocates_nothing(int size, bool waitsWithoutMemory) => OwnProcess.RunAsync(typeof(WebSocketAdapterTests), async () =>
    {
        var played = new Played { Wire = { Captures = false } };
        WebSocket socket = played.Connection.AsWebSocket();
        Task echo = Echo();
        byte[] frame = played.Frame(Played.Binary, new byte[size]), scratch = new byte[frame.Length];
        long least = long.MaxValue;
        int runs = 0;
        for (; runs < 20 && least != 0; runs++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 1_000; i++)
            {
                frame.CopyTo(scratch, 0);
                played.Wire.PushInPlace(scratch);
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(runs * 1_000, played.Connection.Traffic.MessagesSent);
        OwnProcess.Figure("bytes allocated for 1,000 messages", least, 0);
        played.PeerClose(1000);
        await Played.Within(echo);

        async Task Echo()
        {
            byte[] buffer = new byte[size];
            while (true)
            {
                ValueWebSocketReceiveResult result = await socket.ReceiveAsync(waitsWithoutMemory ? Memory<byte>.Empty : buffer, None);
                if (result.MessageType == WebSocketMessageType.Close) return;
                if (waitsWithoutMemory) result = await socket.ReceiveAsync(buffer.AsMemory(), None);
                await socket.SendAsync(buffer.AsMemory(0, result.Count), result.MessageType, result.EndOfMessage, None);
            }
        }
    }, (size, waitsWithoutMemory));

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    private static string Word(RawFrame frame) => frame.Opcode switch
    {
        Played.Close => $"close {frame.CloseCode} {frame.CloseReason}",
        Played.Pong => "pong",
        _ => frame.Text,
    };

    private Task<string> ReceiveAsync(Memory<byte>? buffer = null) => ReceiveAsync(_socket, buffer ?? _buffer);

    private static async Task<string> ReceiveAsync(WebSocket socket, Memory<byte> buffer)
    {
        ValueWebSocketReceiveResult result = await Played.Within(socket.ReceiveAsync(buffer, None).AsTask());
        return $"{result.MessageType} {result.Count}{(result.EndOfMessage ? " end" : "")}";
    }

    private async Task AdvanceAsync(double seconds)
    {
        await Task.Yield();
        _played.Clock.Advance(TimeSpan.FromSeconds(seconds));
    }
}
