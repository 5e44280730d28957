using System.Text;
using Cierre.Closing;
using Cierre.Connections;
using Cierre.Resuming;
using Cierre.Sessions;
using Cierre.Tests.Connections;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Cierre.Tests.Sessions;

/// <summary>A session where its connections, its handler and its end meet at an unlucky moment.</summary>
public sealed class SessionEdgeTests : IAsyncDisposable
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(2);
    private static readonly ResumeLimits Limits = new(4, 64 * 1024);

    private readonly FakeTimeProvider _clock = new();
    private readonly SessionDriver _session;
    private readonly WebSocketConnection _connection = new(new WebSocketNegotiation());
    private Played _line = new();
    private int _tokens;

    public SessionEdgeTests()
    {
        _session = SessionDriver.OfServer(Limits, Window, new SessionTimes(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5)), _clock);
        _connection.Open(_session);
        Assert.NotNull(_session.Begin(_line.Connection.Driver, new ResumeControl.Session("5f3c", "a", "one", Window, "node", Limits)));
        Said();
    }

    public ValueTask DisposeAsync()
    {
        _connection.Abort();
        return default;
    }

    /// <summary>The call of a handler is under way on the thread of the older connection, and the client is back already.</summary>
    [Fact]
    public async Task Message_of_the_next_connection_is_not_lost_while_a_handlers_call_of_the_last_is_under_way()
    {
        using var inside = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        var calls = new Calls(text =>
        {
            if (text != "1") return;
            inside.Set();
            goOn.Wait(TimeSpan.FromSeconds(10));
        });
        _ = _connection.RunAsync(calls);
        Played older = _line;
        Task first = Task.Run(() => older.PeerText("=1"));
        Assert.True(inside.Wait(TimeSpan.FromSeconds(10)));
        Assert.NotNull(ComeBack("""{"resume":"one","got":0,"acked":0,"sent":1}"""));
        Assert.StartsWith("!{\"resumed\":{\"got\":1,", Said()[0], StringComparison.Ordinal);
        Played newer = _line;
        Task second = Task.Run(() =>
        {
            newer.PeerText("=2");
            newer.PeerText("=3");
        });
        await Task.WhenAny(second, Task.Delay(300));
        goOn.Set();
        await Played.Within(Task.WhenAll(first, second));
        newer.PeerText("=4");
        await Task.WhenAny(Played.Until(() => calls.Texts.Count == 4), Task.Delay(500));
        Assert.Equal(["1", "2", "3", "4"], calls.Texts);
    }

    [Fact]
    public async Task What_came_before_the_handler_of_calls_is_acknowledged_too()
    {
        for (int i = 1; i <= 4; i++) _line.PeerText($"={i}");
        var calls = new Calls();
        _ = _connection.RunAsync(calls);
        Assert.Equal(["1", "2", "3", "4"], calls.Texts);
        _clock.Advance(TimeSpan.FromSeconds(1));
        await Task.Yield();
        _line.PeerText("?");
        // The client's window is full: without this it never sends again.
        Assert.Contains("+4", Said());
    }

    [Fact]
    public void Opening_that_failed_is_no_connection_of_the_story()
    {
        var chronicle = new SessionChronicle();
        chronicle.Carry(1, "a", TimeSpan.Zero);
        chronicle.Ended(1, TimeSpan.FromSeconds(1), Lost);
        // How the client tells of an attempt whose connection never opened.
        chronicle.Ended(0, TimeSpan.FromSeconds(2), Lost);
        chronicle.Ended(0, TimeSpan.FromSeconds(3), Lost);
        chronicle.Carry(2, "b", TimeSpan.FromSeconds(4), toPeer: 7);
        SessionStory story = chronicle.Tell("5f3c", null);
        Assert.Equal(7, Assert.Single(story.Connections).RepeatedByThisSide);
    }

    [Fact]
    public async Task Abort_ends_the_session_though_its_client_comes_back_at_that_moment()
    {
        Played older = _line;
        Thread abort;
        lock (older.Connection.Driver.Gate)
        {
            // Between the choice of the connection that carries the session, and its abort.
            abort = StartUntilBlocked(_connection.Abort);
            Assert.NotNull(ComeBack("""{"resume":"one","got":0,"acked":0}"""));
        }

        Assert.True(abort.Join(TimeSpan.FromSeconds(10)));
        await Played.Within(older.Connection.Closed);
        await Task.WhenAny(_connection.Closed, Task.Delay(500));
        Assert.True(_connection.Closed.IsCompleted, $"aborted, and open: {_connection.IsOpen}");
    }

    [Fact]
    public async Task Session_that_was_told_to_end_with_its_connection_does_not_go_on_over_another()
    {
        ConnectionControl.Of(_connection).Drain(new CloseFrame(1001, "stopping"), EndReason.HostStopping);
        Assert.NotNull(ComeBack("""{"resume":"one","got":0,"acked":0}"""));
        string[] said = Said();
        await Task.WhenAny(_connection.Closed, Task.Delay(500));
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.False(_connection.IsOpen, string.Join(' ', said));
    }

    [Fact]
    public async Task That_this_side_gave_the_session_up_is_never_said_to_the_peer()
    {
        await LoseAsync();
        _connection.Abort();
        await Played.Within(_connection.Closed);
        Assert.NotNull(ComeBack("""{"resume":"one","got":0,"acked":0}"""));
        Assert.DoesNotContain("given-up", Said()[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Close_of_a_session_that_is_away_does_not_keep_its_caller_for_the_whole_window()
    {
        await LoseAsync();
        Task<CloseRecord> closed = _connection.CloseAsync(4001, "signed out");
        for (int i = 0; i < 15; i++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(5);
        }

        Assert.True(closed.IsCompleted);
    }

    [Fact]
    public async Task Code_of_the_application_is_kept_where_the_host_stops_meanwhile()
    {
        _ = _connection.CloseAsync(4001, "signed out");
        _session.EndWithConnection();
        await LoseAsyncEnded();
        SessionStory story = (await Played.Within(_connection.Closed)).Session!;
        Assert.Equal((4001, null), ((int?)_session.CloseToTell?.Code, story.Lost));
    }

    [Fact]
    public async Task Writer_of_a_stream_is_told_that_the_session_is_over()
    {
        WebSocketMessageStream stream = await _connection.OpenSendStreamAsync(WebSocketMessageKind.Binary);
        await stream.WriteAsync(new byte[10]);
        _connection.Abort();
        await Played.Within(_connection.Closed);
        await Assert.ThrowsAsync<WebSocketClosedException>(async () => await stream.WriteAsync(new byte[10]));
    }

    [Fact]
    public async Task Stream_of_a_connection_as_a_session_must_behave()
    {
        var plain = new Played();
        WebSocketMessageStream stream = await plain.Connection.OpenSendStreamAsync(WebSocketMessageKind.Binary);
        await stream.WriteAsync(new byte[10]);
        plain.Connection.Abort();
        await Played.Within(plain.Connection.Closed);
        await Assert.ThrowsAsync<WebSocketClosedException>(async () => await stream.WriteAsync(new byte[10]));
    }

    [Fact]
    public async Task Record_of_a_close_while_away_says_who_closed_also_where_the_page_had_gone_away()
    {
        _line.PeerClose(1001);
        _line.Wire.End();
        await _line.Ended;
        await Played.Until(() => _session.IsAway);
        Task<CloseRecord> closed = _connection.CloseAsync(4001, "signed out");
        _clock.Advance(Window + TimeSpan.FromSeconds(1));
        CloseRecord record = await Played.Within(closed);
        Assert.Equal((CloseCause.Requested, EndedBy.Local), (record.Cause, record.EndedBy));
    }

    [Fact]
    public async Task After_a_violation_nothing_more_is_handed_out()
    {
        for (int i = 1; i <= 4; i++) _line.PeerText($"={i}");
        Assert.Equal("1", (await _connection.ReceiveAsync())!.Value.GetText());
        // One too many: it is dropped, and the connection closes.
        _line.PeerText("=5");
        Assert.Contains("close 1008", Said());
        for (int i = 2; i <= 4; i++) Assert.Equal($"{i}", (await _connection.ReceiveAsync())!.Value.GetText());
        ValueTask<WebSocketMessage?> next = _connection.ReceiveAsync();
        _line.PeerText("=6");
        _line.PeerClose(1008);
        _line.Wire.End();
        Assert.Null(await Played.Within(next.AsTask()));
    }

    /// <summary>A handler that sends its result and returns, over a connection that is dead by then.</summary>
    [Fact]
    public async Task What_was_sent_before_the_close_arrives_before_the_end_is_told()
    {
        await _connection.SendAsync("result");
        _ = _connection.CloseAsync();
        Assert.Equal(["=result", "close 1000"], Said());
        await LoseAsync();
        // The client has got none of it.
        Assert.NotNull(ComeBack("""{"resume":"one","got":0,"acked":0}"""));
        string[] said = Said();
        Assert.True(said.Contains("=result") || said.Any(one => one.Contains("lost", StringComparison.Ordinal)), string.Join(" | ", said));
    }

    [Fact]
    public async Task What_was_sent_while_away_arrives_before_the_end_is_told()
    {
        await LoseAsync();
        await _connection.SendAsync("you are signed out because");
        _ = _connection.CloseAsync(4001, "signed out");
        Assert.NotNull(ComeBack("""{"resume":"one","got":0,"acked":0}"""));
        string[] said = Said();
        Assert.True(said.Contains("=you are signed out because") || said.Any(one => one.Contains("lost", StringComparison.Ordinal)), string.Join(" | ", said));
    }

    [Fact]
    public void Session_that_two_ask_for_at_once_is_one()
    {
        int different = 0;
        for (int i = 0; i < 20_000; i++)
        {
            SessionDriver session = SessionDriver.OfServer(Limits, Window, new SessionTimes(TimeSpan.Zero, TimeSpan.Zero), _clock);
            WebSocketSession? other = null;
            int begun = 0;
            var thread = Task.Run(() =>
            {
                Interlocked.Increment(ref begun);
                while (Volatile.Read(ref begun) < 2) Thread.SpinWait(1);
                other = session.Session;
            });
            Interlocked.Increment(ref begun);
            while (Volatile.Read(ref begun) < 2) Thread.SpinWait(1);
            WebSocketSession one = session.Session!;
            thread.Wait();
            // What the one keeps in its State the other does not have.
            if (!ReferenceEquals(one, other)) different++;
        }

        Assert.Equal(0, different);
    }

    /// <summary>A send whose token is cancelled while it begins to wait, between the two halves of another thread's broadcast.</summary>
    [Fact]
    public async Task Nothing_is_written_to_a_transport_under_the_lock_of_a_session()
    {
        bool underLock = false;
        for (int i = 1; i <= 3; i++) await _connection.SendAsync($"{i}");
        _line.Wire.OnWrite = () => underLock |= _session.Gate.IsHeldByCurrentThread;
        using var cancel = new CancellationTokenSource();
        Task? send = null;
        Thread sends;
        lock (_session.Gate)
        {
            sends = StartUntilBlocked(() => send = _connection.SendAsync("5", cancel.Token).AsTask());
            using (var message = new Cierre.Sending.BroadcastMessage(WebSocketOpcode.Text, "4"u8.ToArray()))
                _session.Enqueue(message, _connection);
            cancel.Cancel();
        }

        Assert.True(sends.Join(TimeSpan.FromSeconds(10)));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Played.Within(send!));
        _session.FlushEnqueued();
        Assert.Contains("=4", Said());
        Assert.False(underLock);
    }

    /// <summary>Begins what meets a lock that the caller holds. On a thread of its own, because one of the pool may begin only when all is over.</summary>
    private static Thread StartUntilBlocked(ThreadStart action)
    {
        var thread = new Thread(action);
        thread.Start();
        Assert.True(SpinWait.SpinUntil(() => thread.ThreadState.HasFlag(ThreadState.WaitSleepJoin), TimeSpan.FromSeconds(10)));
        return thread;
    }

    private CloseRecord Lost => _line.Connection.Driver.RecordSoFar ?? CloseRecord.NotOpened(EndReason.SessionAbandoned, TimeSpan.Zero);

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
        await LoseAsyncEnded();
        await Played.Until(() => _session.IsAway);
    }

    private async Task LoseAsyncEnded()
    {
        Said();
        _line.Wire.End();
        await _line.Ended;
    }

    private Task? ComeBack(string resume)
    {
        _line = new Played();
        Assert.Null(ResumeGreeting.Read(WebSocketOpcode.Text, Encoding.UTF8.GetBytes("!" + resume), out ResumeControl? asked));
        return _session.Resume(_line.Connection.Driver, (ResumeControl.Resume)asked!, "a", "two", ++_tokens);
    }

    private sealed class Calls(Action<string>? inside = null) : IWebSocketHandler
    {
        public List<string> Texts { get; } = [];

        public void OnMessage(WebSocketConnection connection, WebSocketMessageKind kind, ReadOnlySpan<byte> data)
        {
            string text = Encoding.UTF8.GetString(data);
            inside?.Invoke(text);
            lock (Texts) Texts.Add(text);
        }
    }
}
