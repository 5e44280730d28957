using System.Text;
using Cierre.Closing;
using Cierre.Connections;
using Cierre.Resuming;
using Cierre.Sessions;
using Cierre.Tests.Connections;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Cierre.Tests.Sessions;

/// <summary>A server's session as its handler has it, over connections whose peer is played.</summary>
public sealed class SessionDriverTests : IAsyncDisposable
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(2);
    private static readonly ResumeLimits Limits = new(4, 64 * 1024);

    private readonly FakeTimeProvider _clock = new();
    private readonly SessionDriver _session;
    private readonly WebSocketConnection _connection = new(new WebSocketNegotiation());
    private Played _line = new();
    private int _tokens;

    public SessionDriverTests()
    {
        _session = SessionDriver.OfServer(Limits, Window, new SessionTimes(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5)), _clock);
        _connection.Open(_session);
        Assert.NotNull(_session.Begin(_line.Connection.Driver, new ResumeControl.Session("5f3c", "a", "one", Window, "node", Limits)));
        Assert.StartsWith("!{\"session\":\"5f3c\"", Assert.Single(Said()), StringComparison.Ordinal);
    }

    public ValueTask DisposeAsync()
    {
        _connection.Abort();
        return default;
    }

    [Fact]
    public async Task Handler_has_what_comes_without_its_mark_and_its_sends_go_out_behind_one()
    {
        Task<string?> received = ReceiveAsync();
        _line.PeerText("=hi");
        Assert.Equal("hi", await received);
        await _connection.SendAsync("you said hi");
        await _connection.SendAsync(new byte[] { 7 });
        Assert.Equal(["=you said hi", "=\u0007"], Said());
        Assert.Equal(WebSocketRole.Server, _connection.Role);
        Assert.True(_connection.IsOpen);
        Assert.Null(_connection.CloseSoFar);
    }

    [Fact]
    public async Task Message_is_acknowledged_when_the_handler_has_asked_for_the_next_one()
    {
        _line.PeerText("=1");
        _line.PeerText("=2");
        Assert.Equal("1", await ReceiveAsync());
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty(Said());
        Assert.Equal("2", await ReceiveAsync());
        Assert.Empty(Said());
        _clock.Advance(TimeSpan.FromMilliseconds(220));
        Assert.Equal(["+1"], Said());
        Task<string?> next = ReceiveAsync();
        _clock.Advance(TimeSpan.FromMilliseconds(220));
        Assert.Equal(["+2"], Said());
        Assert.False(next.IsCompleted);
    }

    [Fact]
    public async Task Loop_goes_on_over_the_next_connection_and_does_not_notice()
    {
        Task<string?> received = ReceiveAsync();
        await _connection.SendAsync("a");
        await _connection.SendAsync("b");
        await LoseAsync();
        Assert.True(_connection.IsOpen);
        Assert.False(_connection.Closing.IsCancellationRequested);
        await _connection.SendAsync("c");
        Assert.NotNull(ComeBack("""{"resume":"one","got":1,"acked":0,"sent":1}"""));
        Assert.Equal(["""!{"resumed":{"got":0,"replay":2,"node":"a","token":"two"}}""", "=b", "=c"], Said());
        Assert.False(received.IsCompleted);
        _line.PeerText("=1");
        Assert.Equal("1", await received);
        await _connection.SendAsync("d");
        Assert.Equal(["=d"], Said());
    }

    [Fact]
    public async Task Sends_wait_while_the_window_is_full_and_go_in_their_order()
    {
        for (int i = 1; i <= 4; i++) await _connection.SendAsync($"{i}");
        ValueTask five = _connection.SendAsync("5"), six = _connection.SendAsync(Encoding.ASCII.GetBytes("6"));
        using var cancel = new CancellationTokenSource();
        ValueTask seven = _connection.SendAsync("7", cancel.Token);
        Assert.False(five.IsCompleted || six.IsCompleted || seven.IsCompleted);
        Assert.False(_connection.TrySend(WebSocketMessageKind.Text, "8"u8));
        Assert.Equal(7, _connection.QueuedBytes);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await seven);
        Assert.Equal(["=1", "=2", "=3", "=4"], Said());
        _line.PeerText("+1");
        await five;
        Assert.Equal(["=5"], Said());
        _line.PeerText("+3");
        await six;
        Assert.Equal(["=6"], Said());
        Assert.True(_connection.TrySend(WebSocketMessageKind.Text, "9"u8));
        Assert.Equal(["=9"], Said());
    }

    [Fact]
    public async Task Window_is_full_too_while_no_connection_carries_the_session()
    {
        await LoseAsync();
        for (int i = 1; i <= 4; i++) await _connection.SendAsync($"{i}");
        ValueTask five = _connection.SendAsync("5");
        Assert.False(five.IsCompleted);
        Assert.NotNull(ComeBack("""{"resume":"one","got":0,"acked":0}"""));
        Assert.False(five.IsCompleted);
        _line.PeerText("+4");
        await five;
        Assert.Equal(["""!{"resumed":{"got":0,"replay":4,"node":"a","token":"two"}}""", "=1", "=2", "=3", "=4", "=5"], Said());
    }

    [Fact]
    public async Task Close_of_the_application_goes_behind_what_waits_and_its_record_tells_the_story()
    {
        for (int i = 1; i <= 4; i++) await _connection.SendAsync($"{i}");
        ValueTask five = _connection.SendAsync("5");
        Task<CloseRecord> closed = _connection.CloseAsync(4001, "signed out");
        Assert.False(_connection.IsOpen);
        await Assert.ThrowsAsync<WebSocketClosedException>(async () => await _connection.SendAsync("6"));
        Assert.Null(await ReceiveAsync());
        Said();
        _line.PeerText("+1");
        await five;
        Assert.Equal(["=5", "close 4001"], Said());
        _line.PeerClose(4001);
        _line.Wire.End();
        CloseRecord record = await Played.Within(closed);
        Assert.Equal((4001, true, EndedBy.Local), (record.Code, record.WasClean, record.EndedBy));
        Assert.Equal(("5f3c", 1, null), (record.Session!.Id, record.Session.ConnectionCount, record.Session.Lost));
    }

    [Fact]
    public async Task What_finds_no_room_within_the_close_timeout_is_given_up()
    {
        for (int i = 1; i <= 4; i++) await _connection.SendAsync($"{i}");
        ValueTask five = _connection.SendAsync("5");
        _ = _connection.CloseAsync();
        Said();
        _clock.Advance(TimeSpan.FromSeconds(5.1));
        await Assert.ThrowsAsync<WebSocketClosedException>(async () => await five);
        Assert.Equal(["close 1000"], Said());
    }

    [Fact]
    public async Task Close_while_no_connection_carries_the_session_is_told_on_the_next()
    {
        await LoseAsync();
        Task<CloseRecord> closed = _connection.CloseAsync(4001, "signed out");
        Assert.True(_connection.Closing.IsCancellationRequested);
        Assert.False(closed.IsCompleted);
        Assert.NotNull(ComeBack("""{"resume":"one","got":0,"acked":0}"""));
        Assert.Equal(["""!{"ended":{"code":4001,"reason":"signed out"}}""", "close 4001"], Said());
        _line.PeerClose(4001);
        _line.Wire.End();
        CloseRecord record = await Played.Within(closed);
        Assert.Equal((4001, true, CloseCause.Requested), (record.Code, record.WasClean, record.Cause));
        Assert.Equal(2, record.Session!.ConnectionCount);
    }

    [Fact]
    public async Task Close_whose_connection_is_lost_on_its_way_is_told_on_the_next()
    {
        Task<CloseRecord> closed = _connection.CloseAsync(4001, "signed out");
        Assert.Equal(["close 4001"], Said());
        await LoseAsync();
        Assert.False(closed.IsCompleted);
        Assert.NotNull(ComeBack("""{"resume":"one","got":0,"acked":0}"""));
        Assert.Equal(["""!{"ended":{"code":4001,"reason":"signed out"}}""", "close 4001"], Said());
    }

    [Fact]
    public async Task Newest_holder_wins()
    {
        Played older = _line;
        Assert.NotNull(ComeBack("""{"resume":"one","got":0,"acked":0}"""));
        Assert.Equal(["close 1008"], Said(older));
        older.PeerText("=of the older one");
        Task<string?> received = ReceiveAsync();
        Assert.False(received.IsCompleted);
        older.PeerClose(1008);
        older.Wire.End();
        await older.Ended;
        Assert.True(_connection.IsOpen);
        _line.PeerText("=1");
        Assert.Equal("1", await received);
    }

    [Fact]
    public async Task Session_that_is_away_for_longer_than_its_window_is_lost()
    {
        await LoseAsync();
        _clock.Advance(Window - TimeSpan.FromSeconds(1));
        Assert.False(_connection.Closed.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(1.1));
        CloseRecord record = await Played.Within(_connection.Closed);
        Assert.Equal((1006, CloseCause.SessionLost, "expired"), (record.Code, record.Cause, record.Session!.Lost));
        Assert.Null(await ReceiveAsync());
        Assert.NotNull(ComeBack("""{"resume":"one","got":0,"acked":0}"""));
        Assert.Equal(["""!{"lost":{"reason":"expired"}}""", "close 1000"], Said());
    }

    [Theory]
    [InlineData("""{"resume":"one","got":5,"acked":0}""")]
    [InlineData("""{"resume":"one","got":0,"acked":5}""")]
    public async Task Session_that_counts_otherwise_is_lost(string resume)
    {
        await LoseAsync();
        Assert.NotNull(ComeBack(resume));
        Assert.Equal(["""!{"lost":{"reason":"rolled-back"}}""", "close 1000"], Said());
        Assert.Equal("rolled-back", (await Played.Within(_connection.Closed)).Session!.Lost);
    }

    [Fact]
    public async Task Close_of_the_peer_ends_the_session_and_going_away_does_not()
    {
        Assert.Equal((1001, false), await EndAsync(1001));
        Assert.NotNull(ComeBack("""{"resume":"one","got":0,"acked":0}"""));
        Assert.Equal((1000, true), await EndAsync(1000));
        CloseRecord record = await Played.Within(_connection.Closed);
        Assert.Equal((1000, true, EndedBy.Remote, 2), (record.Code, record.WasClean, record.EndedBy, record.Session!.ConnectionCount));
    }

    [Fact]
    public async Task Peer_that_breaks_a_rule_ends_its_session()
    {
        _line.PeerText("what");
        Assert.Equal(["close 1002"], Said());
        _line.Wire.End();
        Assert.Equal(CloseCause.ProtocolViolation, (await Played.Within(_connection.Closed)).Cause);
    }

    [Fact]
    public async Task Drain_and_abort_end_the_session_with_its_connection()
    {
        ConnectionControl.Of(_connection).Drain(new CloseFrame(1001, "stopping"), EndReason.HostStopping);
        await Played.Until(() => _line.Sent.Count != 0);
        Assert.Equal(["close 1001"], Said());
        _line.PeerClose(1001);
        _line.Wire.End();
        Assert.Equal(CloseCause.HostStopping, (await Played.Within(_connection.Closed)).Cause);
    }

    [Fact]
    public async Task Session_that_is_away_ends_with_the_host()
    {
        await LoseAsync();
        ConnectionControl.Of(_connection).Drain(new CloseFrame(1001, "stopping"), EndReason.HostStopping);
        CloseRecord record = await Played.Within(_connection.Closed);
        Assert.Equal((1006, CloseCause.Aborted), (record.Code, record.Cause));
    }

    [Fact]
    public async Task Handler_of_calls_has_each_message_and_each_is_acknowledged_behind_its_call()
    {
        var calls = new Calls();
        Task<CloseRecord> run = _connection.RunAsync(calls);
        _line.PeerText("=1");
        _line.PeerText("=2");
        Assert.Equal(["1", "2"], calls.Texts);
        _clock.Advance(TimeSpan.FromMilliseconds(220));
        Assert.Equal(["=1", "=2", "+2"], Said());
        _connection.Abort();
        await Played.Within(run);
    }

    [Fact]
    public async Task Stream_is_sent_as_a_whole_and_a_message_can_be_read_as_one()
    {
        await using (WebSocketMessageStream stream = await _connection.OpenSendStreamAsync(WebSocketMessageKind.Text))
        {
            await stream.WriteAsync("one "u8.ToArray());
            await stream.WriteAsync("two"u8.ToArray());
            Assert.Empty(Said());
        }

        Assert.Equal(["=one two"], Said());
        _line.PeerText("=read me");
        WebSocketMessageStream? read = await _connection.ReceiveStreamAsync();
        Assert.Equal("read me", await new StreamReader(read!).ReadToEndAsync());
    }

    [Fact]
    public async Task Broadcast_reaches_a_session_and_a_slow_one_is_closed()
    {
        BroadcastResult result = await new[] { _connection }.BroadcastAsync("all");
        Assert.Equal((1, 0), (result.TakenCount, result.ClosedCount));
        Assert.Equal(["=all"], Said());
        for (int i = 1; i <= 3; i++) await _connection.SendAsync($"{i}");
        Task<BroadcastResult> waits = new[] { _connection }.BroadcastAsync("more").AsTask();
        Assert.False(waits.IsCompleted);
        Said();
        _clock.Advance(TimeSpan.FromSeconds(5.1));
        result = await Played.Within(waits);
        Assert.Equal((0, 1), (result.TakenCount, result.ClosedCount));
        Assert.Same(_connection, Assert.Single(result.SlowReaders));
        Assert.Equal(["close 1008"], Said());
    }

    [Fact]
    public async Task Broadcast_does_not_wait_for_a_session_that_is_away_and_has_no_room()
    {
        await LoseAsync();
        for (int i = 1; i <= 4; i++) await _connection.SendAsync($"{i}");
        BroadcastResult result = await Played.Within(new[] { _connection }.BroadcastAsync("more").AsTask());
        Assert.Equal((0, 1), (result.TakenCount, result.ClosedCount));
        Assert.Same(_connection, Assert.Single(result.SlowReaders));
        CloseRecord record = await Played.Within(_connection.Closed);
        Assert.Equal((CloseCause.SessionLost, "buffer-full"), (record.Cause, record.Session!.Lost));
        Assert.NotNull(ComeBack("""{"resume":"one","got":0,"acked":0}"""));
        Assert.Equal(["""!{"lost":{"reason":"buffer-full"}}""", "close 1000"], Said());
    }

    [Fact]
    public void What_is_of_one_transport_a_session_has_not()
    {
        Assert.Throws<InvalidOperationException>(() => _connection.AsWebSocket());
        Assert.Throws<InvalidOperationException>(() => _connection.StartTrace());
    }

    [Fact]
    public async Task Ping_goes_over_the_connection_that_carries_the_session()
    {
        Task<TimeSpan> ping = _connection.PingAsync();
        _line.Peer(Played.Pong, _line.Sent.Single(frame => frame.Opcode == Played.Ping).Payload);
        await Played.Within(ping);
        await LoseAsync();
        await Assert.ThrowsAsync<WebSocketClosedException>(() => _connection.PingAsync());
    }

    [Fact]
    public void Session_that_was_begun_with_more_than_a_hello_is_refused()
    {
        var line = new Played();
        line.PeerText("=early");
        SessionDriver session = SessionDriver.OfServer(Limits, Window, new SessionTimes(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5)), _clock);
        Assert.Null(session.Begin(line.Connection.Driver, new ResumeControl.Session("1", "a", "one", Window, "node", Limits)));
    }

    private async Task<string?> ReceiveAsync() => (await Played.Within(_connection.ReceiveAsync().AsTask()))?.GetText();

    /// <summary>What the server said since the last call.</summary>
    private string[] Said(Played? line = null)
    {
        line ??= _line;
        string[] said =
        [
            .. line.Sent.Select(frame => frame.Opcode == Played.Close
                ? $"close {(frame.Payload[0] << 8) | frame.Payload[1]}"
                : Encoding.UTF8.GetString(frame.Payload)),
        ];
        line.Wire.Forget();
        return said;
    }

    private async Task LoseAsync()
    {
        Said();
        _line.Wire.End();
        await _line.Ended;
        await Played.Until(() => _session.IsAway);
    }

    private async Task<(int, bool)> EndAsync(int code)
    {
        Said();
        _line.PeerClose(code);
        _line.Wire.End();
        CloseRecord record = await _line.Ended;
        await Played.Until(() => _session.IsAway);
        return (record.Code, !_connection.IsOpen);
    }

    private Task? ComeBack(string resume)
    {
        _line = new Played();
        Assert.Null(ResumeGreeting.Read(WebSocketOpcode.Text, Encoding.UTF8.GetBytes("!" + resume), out ResumeControl? asked));
        return _session.Resume(_line.Connection.Driver, (ResumeControl.Resume)asked!, "a", "two", ++_tokens);
    }

    private sealed class Calls : IWebSocketHandler
    {
        public List<string> Texts { get; } = [];

        public void OnMessage(WebSocketConnection connection, WebSocketMessageKind kind, ReadOnlySpan<byte> data)
        {
            Texts.Add(Encoding.UTF8.GetString(data));
            Assert.True(connection.TrySend(kind, data));
        }
    }
}
