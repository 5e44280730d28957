namespace Cierre.Tests.Connections;

public sealed class ConnectionFiguresTests
{
    private readonly Played _played = new(setup: options => options.PingInterval = Timeout.InfiniteTimeSpan);

    [Fact]
    public void Idle_counts_from_the_last_message_and_age_from_the_opening()
    {
        _played.Clock.Advance(TimeSpan.FromSeconds(3));
        _played.PeerText("in");
        _played.Clock.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal((TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(7)), (_played.Connection.Driver.Figures.IdleTime, _played.Connection.Driver.Figures.Age));
    }

    [Fact]
    public async Task Both_stand_still_after_the_end()
    {
        _played.Clock.Advance(TimeSpan.FromSeconds(3));
        _played.Wire.End();
        CloseRecord record = await _played.Ended;
        _played.Clock.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal((record.Elapsed, record.Elapsed), (_played.Connection.Driver.Figures.IdleTime, _played.Connection.Driver.Figures.Age));
    }

    [Fact]
    public void Counts_are_what_passed_and_what_waits()
    {
        _played.PeerText("in");
        Cierre.Telemetry.ConnectionCounts counts = _played.Connection.Driver.Figures.Counts;
        Assert.Equal((1L, 0L, 2L), (counts.MessagesReceived, counts.MessagesSent, counts.BytesReceived));
        Assert.Equal(1, _played.Connection.Driver.Figures.Traffic.MessagesReceived);
    }
}
