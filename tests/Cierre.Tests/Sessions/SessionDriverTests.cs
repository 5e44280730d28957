using System.Diagnostics;
using System.Text;
using Cierre.Closing;
using Cierre.Connections;
using Cierre.Resuming;
using Cierre.Sessions;
using Cierre.Telemetry;
using Cierre.TestKit;
using Cierre.Tests.Connections;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Cierre.Tests.Sessions;

/// <summary>A server's session as its handler has it, over connections whose peer is played.</summary>
public sealed class SessionDriverTests : ServerSessionTests
{
    [Fact]
    public async Task Handler_has_what_comes_without_its_mark_and_its_sends_go_out_behind_one()
    {
        Task<string?> received = ReceiveAsync();
        Line.PeerText("=hi");
        Assert.Equal("hi", await received);
        await Connection.SendAsync("you said hi");
        await Connection.SendAsync(new byte[] { 7 });
        Assert.Equal(["=you said hi", "=\u0007"], Said());
        Assert.Equal(WebSocketRole.Server, Connection.Role);
        Assert.True(Connection.IsOpen);
        Assert.Null(Connection.CloseSoFar);
    }

    [Fact]
    public async Task Message_is_acknowledged_when_the_handler_has_asked_for_the_next_one()
    {
        Line.PeerText("=1");
        Line.PeerText("=2");
        Assert.Equal("1", await ReceiveAsync());
        Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty(Said());
        Assert.Equal("2", await ReceiveAsync());
        Assert.Empty(Said());
        Clock.Advance(TimeSpan.FromMilliseconds(220));
        Assert.Equal(["+1"], Said());
        Task<string?> next = ReceiveAsync();
        Clock.Advance(TimeSpan.FromMilliseconds(220));
        Assert.Equal(["+2"], Said());
        Assert.False(next.IsCompleted);
    }

    [Fact]
    public async Task Loop_goes_on_over_the_next_connection_and_does_not_notice()
    {
        Task<string?> received = ReceiveAsync();
        await Connection.SendAsync("a");
        await Connection.SendAsync("b");
        await LoseAsync();
        Assert.True(Connection.IsOpen);
        Assert.False(Connection.Closing.IsCancellationRequested);
        await Connection.SendAsync("c");
        Assert.NotNull(ComeBack("""{"resume":"one","got":1,"acked":0,"sent":1}"""));
        Assert.Equal(["""!{"resumed":{"got":0,"replay":2,"node":"a","token":"two"}}""", "=b", "=c"], Said());
        Assert.False(received.IsCompleted);
        Line.PeerText("=1");
        Assert.Equal("1", await received);
        await Connection.SendAsync("d");
        Assert.Equal(["=d"], Said());
    }

    [Fact]
    public async Task Sends_wait_while_the_window_is_full_and_go_in_their_order()
    {
        for (int i = 1; i <= 4; i++) await Connection.SendAsync($"{i}");
        ValueTask five = Connection.SendAsync("5"), six = Connection.SendAsync(Encoding.ASCII.GetBytes("6"));
        using var cancel = new CancellationTokenSource();
        ValueTask seven = Connection.SendAsync("7", cancel.Token);
        Assert.False(five.IsCompleted || six.IsCompleted || seven.IsCompleted);
        Assert.False(Connection.TrySend(WebSocketMessageKind.Text, "8"u8));
        Assert.Equal(7, Connection.QueuedBytes);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await seven);
        Assert.Equal(["=1", "=2", "=3", "=4"], Said());
        Line.PeerText("+1");
        await five;
        Assert.Equal(["=5"], Said());
        Line.PeerText("+3");
        await six;
        Assert.Equal(["=6"], Said());
        Assert.True(Connection.TrySend(WebSocketMessageKind.Text, "9"u8));
        Assert.Equal(["=9"], Said());
    }

    [Fact]
    public async Task Window_is_full_too_while_no_connection_carries_the_session()
    {
        await LoseAsync();
        for (int i = 1; i <= 4; i++) await Connection.SendAsync($"{i}");
        ValueTask five = Connection.SendAsync("5");
        Assert.False(five.IsCompleted);
        Assert.NotNull(ComeBack("""{"resume":"one","got":0,"acked":0}"""));
        Assert.False(five.IsCompleted);
        Line.PeerText("+4");
        await five;
        Assert.Equal(["""!{"resumed":{"got":0,"replay":4,"node":"a","token":"two"}}""", "=1", "=2", "=3", "=4", "=5"], Said());
    }

    [Fact]
    public async Task Close_of_the_application_goes_behind_what_waits_and_its_record_tells_the_story()
    {
        for (int i = 1; i <= 4; i++) await Connection.SendAsync($"{i}");
        ValueTask five = Connection.SendAsync("5");
        Task<CloseRecord> closed = Connection.CloseAsync(4001, "signed out");
        Assert.False(Connection.IsOpen);
        await Assert.ThrowsAsync<WebSocketClosedException>(async () => await Connection.SendAsync("6"));
        Assert.Null(await ReceiveAsync());
        Said();
        Line.PeerText("+1");
        await five;
        Assert.Equal(["=5", "close 4001"], Said());
        Line.PeerClose(4001);
        Line.Wire.End();
        CloseRecord record = await Played.Within(closed);
        Assert.Equal((4001, true, EndedBy.Local), (record.Code, record.WasClean, record.EndedBy));
        Assert.Equal(("5f3c", 1, null), (record.Session!.Id, record.Session.ConnectionCount, record.Session.Lost));
    }

    [Fact]
    public async Task What_finds_no_room_within_the_close_timeout_is_given_up()
    {
        for (int i = 1; i <= 4; i++) await Connection.SendAsync($"{i}");
        ValueTask five = Connection.SendAsync("5");
        _ = Connection.CloseAsync();
        Said();
        Clock.Advance(TimeSpan.FromSeconds(5.1));
        await Assert.ThrowsAsync<WebSocketClosedException>(async () => await five);
        Assert.Equal(["close 1000"], Said());
    }

    [Fact]
    public async Task Close_while_no_connection_carries_the_session_is_told_on_the_next()
    {
        await LoseAsync();
        Task<CloseRecord> closed = Connection.CloseAsync(4001, "signed out");
        Assert.True(Connection.Closing.IsCancellationRequested);
        Assert.False(closed.IsCompleted);
        Assert.NotNull(ComeBack("""{"resume":"one","got":0,"acked":0}"""));
        Assert.Equal(["""!{"ended":{"code":4001,"reason":"signed out"}}""", "close 4001"], Said());
        Line.PeerClose(4001);
        Line.Wire.End();
        CloseRecord record = await Played.Within(closed);
        Assert.Equal((4001, true, CloseCause.Requested), (record.Code, record.WasClean, record.Cause));
        Assert.Equal(2, record.Session!.ConnectionCount);
    }

    [Fact]
    public async Task Close_whose_connection_is_lost_on_its_way_is_told_on_the_next()
    {
        Task<CloseRecord> closed = Connection.CloseAsync(4001, "signed out");
        Assert.Equal(["close 4001"], Said());
        await LoseAsync();
        Assert.False(closed.IsCompleted);
        Assert.NotNull(ComeBack("""{"resume":"one","got":0,"acked":0}"""));
        Assert.Equal(["""!{"ended":{"code":4001,"reason":"signed out"}}""", "close 4001"], Said());
    }

    [Fact]
    public async Task Newest_holder_wins()
    {
        Played older = Line;
        Assert.NotNull(ComeBack("""{"resume":"one","got":0,"acked":0}"""));
        Assert.Equal(["close 1008"], Said(older));
        older.PeerText("=of the older one");
        Task<string?> received = ReceiveAsync();
        Assert.False(received.IsCompleted);
        older.PeerClose(1008);
        older.Wire.End();
        await older.Ended;
        Assert.True(Connection.IsOpen);
        Line.PeerText("=1");
        Assert.Equal("1", await received);
    }

    [Fact]
    public async Task Session_that_is_away_for_longer_than_its_window_is_lost()
    {
        await LoseAsync();
        Clock.Advance(Window - TimeSpan.FromSeconds(1));
        Assert.False(Connection.Closed.IsCompleted);
        Clock.Advance(TimeSpan.FromSeconds(1.1));
        CloseRecord record = await Played.Within(Connection.Closed);
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
        Assert.Equal("rolled-back", (await Played.Within(Connection.Closed)).Session!.Lost);
    }

    [Fact]
    public async Task Span_of_each_connection_has_the_session_s_id_and_is_linked_to_the_one_before()
    {
        using var spans = new SpanProbe(CierreTelemetry.ActivitySourceName);
        SessionDriver session = NewSession();
        var connection = new WebSocketConnection(new WebSocketNegotiation());
        connection.Open(session);
        Played[] lines = [NewLine(), NewLine(), NewLine()];
        Assert.NotNull(session.Begin(lines[0].Connection.Driver, Hello, new ResumeControl.Session("5f3c", "a", "one", Window, "node", Limits)));
        for (int i = 1; i < 3; i++)
        {
            Assert.Null(ResumeGreeting.Read(WebSocketOpcode.Text, """!{"resume":"one","got":0,"acked":0}"""u8.ToArray(), out ResumeControl? asked));
            Assert.NotNull(session.Resume(lines[i].Connection.Driver, (ResumeControl.Resume)asked!, "a", "two", i));
        }

        foreach (Played line in lines)
        {
            line.Wire.End();
            await line.Ended;
        }

        Activity[] seen = [.. spans.With("http.route", "/spans-of-a-session").OrderBy(span => span.Links.Count()).ThenBy(span => span.StartTimeUtc)];
        Assert.Equal(3, seen.Length);
        Assert.All(seen, span => Assert.Equal("5f3c", span.GetTagItem("cierre.session.id")));
        Activity first = Assert.Single(seen, span => !span.Links.Any());
        Activity second = Assert.Single(seen, span => span.Links.Any(link => link.Context.SpanId == first.SpanId));
        Assert.Single(seen, span => span.Links.Any(link => link.Context.SpanId == second.SpanId));
        Assert.All(seen, span => Assert.True(span.Links.Count() <= 1));
        connection.Abort();

        static Played NewLine() => new(measured: time => ConnectionTelemetry.OfServer("/spans-of-a-session", "ws", "/", time));
    }

    [Fact]
    public async Task Host_knows_which_connection_carries_the_session_before_the_client_does()
    {
        await LoseAsync();
        string[]? said = null;
        Assert.NotNull(ComeBack("""{"resume":"one","got":0,"acked":0}""", carries: () => said = Said()));
        Assert.Empty(said!);
        Assert.Single(Said());
    }

    [Fact]
    public void Host_knows_which_connection_begins_the_session_before_its_client_does()
    {
        var line = new Played();
        var connection = new WebSocketConnection(new WebSocketNegotiation());
        SessionDriver session = NewSession();
        connection.Open(session);
        int? said = null;
        var answer = new ResumeControl.Session("5f3c", "a", "one", Window, "node", Limits);
        Assert.NotNull(session.Begin(line.Connection.Driver, Hello, answer, () => said = line.Sent.Count));
        Assert.Equal((0, 1), (said, line.Sent.Count));
        connection.Abort();
    }

    [Fact]
    public async Task Host_is_not_told_of_a_connection_that_does_not_carry_the_session()
    {
        await LoseAsync();
        bool carries = false;
        Assert.NotNull(ComeBack("""{"resume":"one","got":5,"acked":0}""", carries: () => carries = true));
        Assert.Equal("rolled-back", (await Played.Within(Connection.Closed)).Session!.Lost);
        Assert.False(carries);
    }

    [Fact]
    public async Task Close_of_the_peer_ends_the_session_and_going_away_does_not()
    {
        Assert.Equal((1001, false), await EndAsync(1001));
        Assert.NotNull(ComeBack("""{"resume":"one","got":0,"acked":0}"""));
        Assert.Equal((1000, true), await EndAsync(1000));
        CloseRecord record = await Played.Within(Connection.Closed);
        Assert.Equal((1000, true, EndedBy.Remote, 2), (record.Code, record.WasClean, record.EndedBy, record.Session!.ConnectionCount));
    }

    [Fact]
    public async Task Peer_that_breaks_a_rule_ends_its_session()
    {
        Line.PeerText("what");
        Assert.Equal(["close 1002"], Said());
        Line.Wire.End();
        Assert.Equal(CloseCause.ProtocolViolation, (await Played.Within(Connection.Closed)).Cause);
    }

    [Fact]
    public async Task Drain_and_abort_end_the_session_with_its_connection()
    {
        ConnectionControl.Of(Connection).Drain(new CloseFrame(1001, "stopping"), EndReason.HostStopping);
        await Played.Until(() => Line.Sent.Count != 0);
        Assert.Equal(["close 1001"], Said());
        Line.PeerClose(1001);
        Line.Wire.End();
        Assert.Equal(CloseCause.HostStopping, (await Played.Within(Connection.Closed)).Cause);
    }

    [Fact]
    public async Task Session_that_is_away_ends_with_the_host()
    {
        await LoseAsync();
        ConnectionControl.Of(Connection).Drain(new CloseFrame(1001, "stopping"), EndReason.HostStopping);
        CloseRecord record = await Played.Within(Connection.Closed);
        Assert.Equal((1006, CloseCause.Aborted), (record.Code, record.Cause));
    }

    [Fact]
    public async Task Handler_of_calls_has_each_message_and_each_is_acknowledged_behind_its_call()
    {
        var calls = new Calls();
        Task<CloseRecord> run = Connection.RunAsync(calls);
        Line.PeerText("=1");
        Line.PeerText("=2");
        Assert.Equal(["1", "2"], calls.Texts);
        Clock.Advance(TimeSpan.FromMilliseconds(220));
        Assert.Equal(["=1", "=2", "+2"], Said());
        Connection.Abort();
        await Played.Within(run);
    }

    [Fact]
    public async Task Stream_is_sent_as_a_whole_and_a_message_can_be_read_as_one()
    {
        await using (WebSocketMessageStream stream = await Connection.OpenSendStreamAsync(WebSocketMessageKind.Text))
        {
            await stream.WriteAsync("one "u8.ToArray());
            await stream.WriteAsync("two"u8.ToArray());
            Assert.Empty(Said());
        }

        Assert.Equal(["=one two"], Said());
        Line.PeerText("=read me");
        WebSocketMessageStream? read = await Connection.ReceiveStreamAsync();
        Assert.Equal("read me", await new StreamReader(read!).ReadToEndAsync());
    }

    [Fact]
    public async Task Broadcast_reaches_a_session_and_a_slow_one_is_closed()
    {
        BroadcastResult result = await new[] { Connection }.BroadcastAsync("all");
        Assert.Equal((1, 0), (result.TakenCount, result.ClosedCount));
        Assert.Equal(["=all"], Said());
        for (int i = 1; i <= 3; i++) await Connection.SendAsync($"{i}");
        Task<BroadcastResult> waits = new[] { Connection }.BroadcastAsync("more").AsTask();
        Assert.False(waits.IsCompleted);
        Said();
        Clock.Advance(TimeSpan.FromSeconds(5.1));
        result = await Played.Within(waits);
        Assert.Equal((0, 1), (result.TakenCount, result.ClosedCount));
        Assert.Same(Connection, Assert.Single(result.SlowReaders));
        Assert.Equal(["close 1008"], Said());
    }

    [Fact]
    public async Task Broadcast_does_not_wait_for_a_session_that_is_away_and_has_no_room()
    {
        await LoseAsync();
        for (int i = 1; i <= 4; i++) await Connection.SendAsync($"{i}");
        BroadcastResult result = await Played.Within(new[] { Connection }.BroadcastAsync("more").AsTask());
        Assert.Equal((0, 1), (result.TakenCount, result.ClosedCount));
        Assert.Same(Connection, Assert.Single(result.SlowReaders));
        CloseRecord record = await Played.Within(Connection.Closed);
        Assert.Equal((CloseCause.SessionLost, "buffer-full"), (record.Cause, record.Session!.Lost));
        Assert.NotNull(ComeBack("""{"resume":"one","got":0,"acked":0}"""));
        Assert.Equal(["""!{"lost":{"reason":"buffer-full"}}""", "close 1000"], Said());
    }

    [Fact]
    public void What_is_of_one_transport_a_session_has_not()
    {
        Assert.Throws<InvalidOperationException>(() => Connection.AsWebSocket());
        Assert.Throws<InvalidOperationException>(() => Connection.StartTrace());
    }

    [Fact]
    public async Task Ping_goes_over_the_connection_that_carries_the_session()
    {
        Task<TimeSpan> ping = Connection.PingAsync();
        Line.Peer(Played.Pong, Line.Sent.Single(frame => frame.Opcode == Played.Ping).Payload);
        await Played.Within(ping);
        await LoseAsync();
        await Assert.ThrowsAsync<WebSocketClosedException>(() => Connection.PingAsync());
    }

    [Fact]
    public void Session_that_was_begun_with_more_than_a_hello_is_refused()
    {
        var line = new Played();
        line.PeerText("=early");
        SessionDriver session = NewSession();
        Assert.Null(session.Begin(line.Connection.Driver, Hello, new ResumeControl.Session("1", "a", "one", Window, "node", Limits)));
    }

    private async Task<string?> ReceiveAsync() => (await Played.Within(Connection.ReceiveAsync().AsTask()))?.GetText();

    private async Task<(int, bool)> EndAsync(int code)
    {
        Said();
        Line.PeerClose(code);
        Line.Wire.End();
        CloseRecord record = await Line.Ended;
        await AwayAsync();
        return (record.Code, !Connection.IsOpen);
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
