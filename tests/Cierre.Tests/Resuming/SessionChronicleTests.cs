using Cierre.Resuming;
using Xunit;

namespace Cierre.Tests.Resuming;

public sealed class SessionChronicleTests
{
    private SessionChronicle _chronicle;

    [Fact]
    public void Each_connection_is_told_with_its_end_its_pause_and_what_was_repeated_behind_it()
    {
        _chronicle.Carry(7, "a", Seconds(0));
        Assert.True(_chronicle.Carries(7));
        Assert.Null(_chronicle.Last);
        _chronicle.Ended(7, Seconds(81), ResumeLine.Record(1006));
        Assert.False(_chronicle.Carries(7));
        Assert.Equal(("a", null), (_chronicle.Last!.Node, _chronicle.Last.Pause));
        _chronicle.Carry(9, "b", Seconds(83), toPeer: 6, byPeer: 2);
        Assert.Equal(("a", Seconds(2), 6), (_chronicle.Last.Node, _chronicle.Last.Pause, _chronicle.Last.RepeatedByThisSide));
        _chronicle.Ended(9, Seconds(90), ResumeLine.Record(4001, wasClean: true));
        SessionStory story = _chronicle.Tell("5f3c", lost: null);
        Assert.Equal(("5f3c", 2, null), (story.Id, story.ConnectionCount, story.Lost));
        Assert.Equal(
            [
                new SessionConnection
                {
                    Node = "a", Duration = Seconds(81), Code = 1006, Cause = CloseCause.Aborted, Detail = ResumeLine.Record().Detail, Pause = Seconds(2), RepeatedByThisSide = 6, RepeatedByPeer = 2,
                },
                new SessionConnection { Node = "b", Duration = Seconds(7), Code = 4001, Cause = CloseCause.Aborted, Detail = ResumeLine.Record().Detail, RepeatedByPeer = 0 },
            ],
            story.Connections);
    }

    /// <summary>The client is back before the server knows that the older connection is lost.</summary>
    [Fact]
    public void End_that_is_known_later_is_told_where_it_belongs()
    {
        _chronicle.Carry(7, "a", Seconds(0));
        _chronicle.Carry(9, "a", Seconds(10), byPeer: null);
        Assert.Equal(1006, _chronicle.Tell("1", null).Connections[0].Code);
        _chronicle.Ended(7, Seconds(15), ResumeLine.Record(1008));
        SessionConnection older = Assert.Single(_chronicle.Tell("1", null).Connections);
        Assert.Equal((1008, Seconds(10), TimeSpan.Zero, null), (older.Code, older.Duration, older.Pause, older.RepeatedByPeer));
        Assert.True(_chronicle.Carries(9));
        _chronicle.Ended(1000, Seconds(20), ResumeLine.Record());
        Assert.True(_chronicle.Carries(9));
    }

    [Fact]
    public void Connection_that_never_opened_is_none_of_the_sessions()
    {
        _chronicle.Carry(7, "a", Seconds(0));
        _chronicle.Ended(7, Seconds(10), ResumeLine.Record(1006));
        for (int i = 11; i < 20; i++) _chronicle.Ended(0, Seconds(i), ResumeLine.Record());
        _chronicle.Carry(9, "b", Seconds(30));
        SessionConnection before = Assert.Single(_chronicle.Tell("1", null).Connections);
        Assert.Equal((Seconds(10), Seconds(20)), (before.Duration, before.Pause));
    }

    [Fact]
    public void Last_eight_are_kept_and_all_are_counted()
    {
        for (int i = 1; i <= 12; i++)
        {
            _chronicle.Carry(i, $"{i}", Seconds(i));
            _chronicle.Ended(i, Seconds(i), ResumeLine.Record());
        }

        SessionStory story = _chronicle.Tell("1", "expired");
        Assert.Equal(12, story.ConnectionCount);
        Assert.Equal(["5", "6", "7", "8", "9", "10", "11", "12"], story.Connections.Select(connection => connection.Node));
        Assert.Equal("1 12 lost: expired", story.ToString());
    }

    private static TimeSpan Seconds(int count) => TimeSpan.FromSeconds(count);
}
