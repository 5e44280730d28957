using System.Text;
using Cierre.Closing;
using Cierre.Connections;
using Cierre.Resuming;
using Cierre.Sessions;
using Cierre.Tests.Connections;
using Xunit;

namespace Cierre.Tests.Sessions;

public sealed class SessionsAwayTests : ServerSessionTests
{
    private int _exceeded;

    [Fact]
    public async Task Session_that_has_been_away_longest_gives_way_to_one_more()
    {
        SessionsAway all = New(most: 2);
        Kept[] kept = [.. Enumerable.Range(0, 4).Select(_ => new Kept(this, all))];
        Assert.Equal((0, 0L), (all.Sessions, all.Bytes));
        for (int i = 0; i < 4; i++) await kept[i].LoseAsync();
        for (int i = 0; i < 2; i++)
        {
            CloseRecord record = await Played.Within(kept[i].Connection.Closed);
            Assert.Equal((CloseCause.SessionLost, LossReason.BufferFull), (record.Cause, record.Session!.Lost));
        }

        Assert.True(kept[2].Connection.IsOpen && kept[3].Connection.IsOpen);
        Assert.Equal(2, all.Sessions);
        Assert.Equal("""!{"lost":{"reason":"buffer-full"}}""", kept[0].ComeBack()[0]);
        Assert.StartsWith("""!{"resumed":""", kept[2].ComeBack()[0], StringComparison.Ordinal);
        Assert.Equal(1, all.Sessions);
    }

    [Fact]
    public async Task Session_that_comes_back_counts_no_more_and_goes_behind_the_others_when_it_is_lost_again()
    {
        SessionsAway all = New(most: 2);
        Kept[] kept = [.. Enumerable.Range(0, 3).Select(_ => new Kept(this, all))];
        await kept[0].LoseAsync();
        await kept[1].LoseAsync();
        kept[0].ComeBack();
        Assert.Equal(1, all.Sessions);
        await kept[0].LoseAsync();
        await kept[2].LoseAsync();
        await Played.Within(kept[1].Connection.Closed);
        Assert.True(kept[0].Connection.IsOpen && kept[2].Connection.IsOpen);
    }

    [Fact]
    public async Task Bytes_count_that_wait_when_the_connection_is_lost_and_that_come_later()
    {
        SessionsAway all = New(mostBytes: 1000);
        Kept[] kept = [.. Enumerable.Range(0, 3).Select(_ => new Kept(this, all))];
        // On its way, and not acknowledged.
        await kept[0].Connection.SendAsync(new byte[300]);
        Assert.Equal(0, all.Bytes);
        foreach (Kept one in kept) await one.LoseAsync();
        long first = all.Bytes;
        Assert.InRange(first, 300, 310);
        await kept[1].Connection.SendAsync(new string('x', 300));
        await new[] { kept[2].Connection }.BroadcastAsync(new byte[300]);
        Assert.True(all.Bytes is >= 900 and < 1000);
        Assert.Equal(0, _exceeded);
        Assert.True(kept[2].Connection.TrySend(WebSocketMessageKind.Binary, new byte[150]));
        await Played.Within(kept[0].Connection.Closed);
        Assert.True(kept[1].Connection.IsOpen && kept[2].Connection.IsOpen);
        Assert.Equal(2, all.Sessions);
        Assert.InRange(all.Bytes, 750, 770);
        foreach (Kept one in kept[1..]) one.ComeBack();
        Assert.Equal((0, 0L), (all.Sessions, all.Bytes));
    }

    [Fact]
    public async Task Sessions_for_which_nothing_waits_do_not_give_way_to_bytes_and_one_that_is_too_much_alone_goes_first()
    {
        SessionsAway all = New(mostBytes: 1000);
        Kept[] kept = [.. Enumerable.Range(0, 5).Select(_ => new Kept(this, all))];
        foreach (Kept one in kept) await one.LoseAsync();
        await kept[2].Connection.SendAsync(new byte[100]);
        await kept[3].Connection.SendAsync(new byte[100]);
        // Two at once: the excess is told all the same.
        await kept[4].Connection.SendAsync(new byte[990]);
        foreach (int i in (int[])[2, 3]) await Played.Within(kept[i].Connection.Closed);
        Assert.Equal((3, true), (all.Sessions, kept[4].Connection.IsOpen));
        await Played.Until(() => _exceeded == 1);
        Task sent = kept[1].Connection.SendAsync(new byte[2000]).AsTask();
        await Played.Within(kept[1].Connection.Closed);
        Assert.Equal(2, all.Sessions);
        Assert.True(kept[0].Connection.IsOpen && kept[4].Connection.IsOpen);
        await Task.WhenAny(sent);
    }

    [Fact]
    public async Task Send_that_was_cancelled_counts_no_more()
    {
        SessionsAway all = New();
        var kept = new Kept(this, all);
        await kept.LoseAsync();
        using var cancel = new CancellationTokenSource();
        Task[] sent = [.. Enumerable.Range(0, 8).Select(_ => kept.Connection.SendAsync(new byte[100], cancel.Token).AsTask())];
        long all8 = all.Bytes;
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Played.Within(sent[^1]));
        // As many as its window takes are on their way.
        Assert.InRange(all.Bytes, 400, all8 - 400);
    }

    [Fact]
    public async Task Session_alone_that_is_over_the_limit_is_lost()
    {
        SessionsAway all = New(mostBytes: 1000);
        var kept = new Kept(this, all);
        await kept.LoseAsync();
        // More than its window takes waits for room, and for as long as the session lives.
        Task[] sent = [.. Enumerable.Range(0, 8).Select(_ => kept.Connection.SendAsync(new byte[200]).AsTask())];
        await Played.Within(kept.Connection.Closed);
        await Assert.ThrowsAsync<WebSocketClosedException>(() => Played.Within(sent[^1]));
        Assert.Equal((0, 0L), (all.Sessions, all.Bytes));
    }

    [Fact]
    public async Task Session_whose_window_is_over_counts_no_more()
    {
        SessionsAway all = New();
        var kept = new Kept(this, all);
        await kept.LoseAsync();
        Assert.Equal(1, all.Sessions);
        Clock.Advance(Window + TimeSpan.FromSeconds(1));
        await Played.Within(kept.Connection.Closed);
        Assert.Equal((0, 0L), (all.Sessions, all.Bytes));
    }

    /// <summary>The application has ended it; its client is told, however late.</summary>
    [Fact]
    public async Task Session_that_was_ended_while_away_gives_way_too()
    {
        SessionsAway all = New(most: 1);
        Kept ended = new(this, all), other = new(this, all);
        await ended.LoseAsync();
        Task<CloseRecord> closed = ended.Connection.CloseAsync(4001, "signed out");
        await other.LoseAsync();
        await Played.Until(() => all.Sessions == 1);
        await Played.Within(closed);
        Assert.Equal(["""!{"ended":{"code":4001,"reason":"signed out"}}""", "close 4001"], ended.ComeBack());
    }

    [Fact]
    public async Task Excess_is_told_once_until_there_was_room_for_a_tenth()
    {
        SessionsAway all = New(most: 10);
        Kept[] kept = [.. Enumerable.Range(0, 14).Select(_ => new Kept(this, all))];
        for (int i = 0; i < 12; i++) await kept[i].LoseAsync();
        await Played.Until(() => _exceeded == 1);
        await Played.Within(kept[1].Connection.Closed);
        kept[5].ComeBack();
        await kept[5].LoseAsync();
        await kept[12].LoseAsync();
        await Played.Until(() => _exceeded == 2);
        await kept[13].LoseAsync();
        await Played.Within(kept[3].Connection.Closed);
        Assert.Equal(2, _exceeded);
    }

    /// <summary>It hears of that on the pool, and its client may have been back by then.</summary>
    [Fact]
    public async Task Session_that_was_to_give_way_and_has_come_back_meanwhile_stays_though_it_is_away_again()
    {
        var kept = new Kept(this, New());
        await kept.LoseAsync();
        SessionsAway.Place? before = null;
        New().Note(kept.Session, ref before, 0);
        kept.Session.LoseAway(before!);
        Assert.True(kept.Connection.IsOpen);
    }

    private SessionsAway New(int most = 100, long mostBytes = 1 << 20) => new(most, mostBytes, () => _exceeded++);

    /// <summary>One of many sessions, and its client.</summary>
    private sealed class Kept
    {
        private readonly SessionsAwayTests _tests;
        private Played _line = new();
        private int _tokens;

        public Kept(SessionsAwayTests tests, SessionsAway all)
        {
            _tests = tests;
            Session = tests.NewSession(all);
            Connection.Open(Session);
            Assert.NotNull(Session.Begin(_line.Connection.Driver, Hello, new ResumeControl.Session("5f3c", "a", "one", Window, "node", Limits)));
            tests.Said(_line);
        }

        public SessionDriver Session { get; }

        public WebSocketConnection Connection { get; } = new(new WebSocketNegotiation());

        public async Task LoseAsync()
        {
            _line.Wire.End();
            await _line.Ended;
            await Played.Until(() =>
            {
                lock (Session.Gate) return Session.IsAway;
            });
        }

        /// <returns>What the server says.</returns>
        public string[] ComeBack()
        {
            _line = new Played();
            Assert.Null(ResumeGreeting.Read(WebSocketOpcode.Text, Encoding.UTF8.GetBytes("""!{"resume":"one","got":0,"acked":0}"""), out ResumeControl? asked));
            Assert.NotNull(Session.Resume(_line.Connection.Driver, (ResumeControl.Resume)asked!, "a", "two", ++_tokens));
            return _tests.Said(_line);
        }
    }
}
