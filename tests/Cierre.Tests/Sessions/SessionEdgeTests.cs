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
public sealed class SessionEdgeTests : ServerSessionTests
{
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
        _ = Connection.RunAsync(calls);
        Played older = Line;
        Task first = Task.Run(() => older.PeerText("=1"));
        Assert.True(inside.Wait(TimeSpan.FromSeconds(10)));
        Assert.NotNull(ComeBack("""{"resume":"one","got":0,"acked":0,"sent":1}"""));
        Assert.StartsWith("!{\"resumed\":{\"got\":1,", Said()[0], StringComparison.Ordinal);
        Played newer = Line;
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
        for (int i = 1; i <= 4; i++) Line.PeerText($"={i}");
        var calls = new Calls();
        _ = Connection.RunAsync(calls);
        Assert.Equal(["1", "2", "3", "4"], calls.Texts);
        Clock.Advance(TimeSpan.FromSeconds(1));
        await Task.Yield();
        Line.PeerText("?");
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
        Played older = Line;
        Thread abort;
        lock (older.Connection.Driver.Gate)
        {
            // Between the choice of the connection that carries the session, and its abort.
            abort = StartUntilBlocked(Connection.Abort);
            Assert.NotNull(ComeBack("""{"resume":"one","got":0,"acked":0}"""));
        }

        Assert.True(abort.Join(TimeSpan.FromSeconds(10)));
        await Played.Within(older.Connection.Closed);
        await Task.WhenAny(Connection.Closed, Task.Delay(500));
        Assert.True(Connection.Closed.IsCompleted, $"aborted, and open: {Connection.IsOpen}");
    }

    [Fact]
    public async Task Session_that_was_told_to_end_with_its_connection_does_not_go_on_over_another()
    {
        ConnectionControl.Of(Connection).Drain(new CloseFrame(1001, "stopping"), EndReason.HostStopping);
        Assert.NotNull(ComeBack("""{"resume":"one","got":0,"acked":0}"""));
        string[] said = Said();
        await Task.WhenAny(Connection.Closed, Task.Delay(500));
        Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.False(Connection.IsOpen, string.Join(' ', said));
    }

    [Fact]
    public async Task That_this_side_gave_the_session_up_is_never_said_to_the_peer()
    {
        await LoseAsync();
        Connection.Abort();
        await Played.Within(Connection.Closed);
        Assert.NotNull(ComeBack("""{"resume":"one","got":0,"acked":0}"""));
        Assert.DoesNotContain("given-up", Said()[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Close_of_a_session_that_is_away_does_not_keep_its_caller_for_the_whole_window()
    {
        await LoseAsync();
        Task<CloseRecord> closed = Connection.CloseAsync(4001, "signed out");
        for (int i = 0; i < 15; i++)
        {
            Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(5);
        }

        Assert.True(closed.IsCompleted);
    }

    [Fact]
    public async Task Code_of_the_application_is_kept_where_the_host_stops_meanwhile()
    {
        _ = Connection.CloseAsync(4001, "signed out");
        Session.EndWithConnection();
        await LoseLineAsync();
        SessionStory story = (await Played.Within(Connection.Closed)).Session!;
        Assert.Equal((4001, null), ((int?)Session.CloseToTell?.Code, story.Lost));
    }

    [Fact]
    public async Task Writer_of_a_stream_is_told_that_the_session_is_over()
    {
        WebSocketMessageStream stream = await Connection.OpenSendStreamAsync(WebSocketMessageKind.Binary);
        await stream.WriteAsync(new byte[10]);
        Connection.Abort();
        await Played.Within(Connection.Closed);
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
        Line.PeerClose(1001);
        Line.Wire.End();
        await Line.Ended;
        await AwayAsync();
        Task<CloseRecord> closed = Connection.CloseAsync(4001, "signed out");
        Clock.Advance(Window + TimeSpan.FromSeconds(1));
        CloseRecord record = await Played.Within(closed);
        Assert.Equal((CloseCause.Requested, EndedBy.Local), (record.Cause, record.EndedBy));
    }

    [Fact]
    public async Task After_a_violation_nothing_more_is_handed_out()
    {
        for (int i = 1; i <= 4; i++) Line.PeerText($"={i}");
        Assert.Equal("1", (await Connection.ReceiveAsync())!.Value.GetText());
        // One too many: it is dropped, and the connection closes.
        Line.PeerText("=5");
        Assert.Contains("close 1008", Said());
        for (int i = 2; i <= 4; i++) Assert.Equal($"{i}", (await Connection.ReceiveAsync())!.Value.GetText());
        ValueTask<WebSocketMessage?> next = Connection.ReceiveAsync();
        Line.PeerText("=6");
        Line.PeerClose(1008);
        Line.Wire.End();
        Assert.Null(await Played.Within(next.AsTask()));
    }

    /// <summary>A handler that sends its result and returns, over a connection that is dead by then.</summary>
    [Fact]
    public async Task What_was_sent_before_the_close_arrives_before_the_end_is_told()
    {
        await Connection.SendAsync("result");
        _ = Connection.CloseAsync();
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
        await Connection.SendAsync("you are signed out because");
        _ = Connection.CloseAsync(4001, "signed out");
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
            SessionDriver session = SessionDriver.OfServer(Limits, Window, new SessionTimes(TimeSpan.Zero, TimeSpan.Zero), Clock);
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
        for (int i = 1; i <= 3; i++) await Connection.SendAsync($"{i}");
        Line.Wire.OnWrite = () => underLock |= Session.Gate.IsHeldByCurrentThread;
        using var cancel = new CancellationTokenSource();
        Task? send = null;
        Thread sends;
        lock (Session.Gate)
        {
            sends = StartUntilBlocked(() => send = Connection.SendAsync("5", cancel.Token).AsTask());
            using (var message = new Cierre.Sending.BroadcastMessage(WebSocketOpcode.Text, "4"u8.ToArray()))
                Session.Enqueue(message, Connection);
            cancel.Cancel();
        }

        Assert.True(sends.Join(TimeSpan.FromSeconds(10)));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Played.Within(send!));
        Session.FlushEnqueued();
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

    private CloseRecord Lost => Line.Connection.Driver.RecordSoFar ?? CloseRecord.NotOpened(EndReason.SessionAbandoned, TimeSpan.Zero);

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
