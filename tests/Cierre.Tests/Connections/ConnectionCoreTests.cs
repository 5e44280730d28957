using Cierre.Closing;
using Cierre.Connections;
using Cierre.Resuming;
using Cierre.Sessions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Cierre.Tests.Connections;

/// <summary>What a connection over one transport and a session have in common.</summary>
public sealed class ConnectionCoreTests
{
    private readonly Played _line = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task End_is_told_once_and_its_token_before(bool isSession)
    {
        WebSocketConnection connection = Connection(isSession);
        ConnectionCore core = connection.Core;
        CancellationToken closing = connection.Closing;
        Assert.Equal((true, false, false, true), (core.IsOpen, core.IsOver, closing.IsCancellationRequested, core.StillReceives));
        Assert.Null(core.RecordSoFar);
        Assert.Equal(default, core.Foreign(closing));
        using var other = new CancellationTokenSource();
        Assert.Equal(other.Token, core.Foreign(other.Token));
        core.BeginClose(Violations.RuleBroken());
        Assert.Equal((false, false, false), (core.IsOpen, core.IsOver, core.StillReceives));
        await Played.Until(() => closing.IsCancellationRequested);
        Assert.Equal(CloseCause.PolicyViolation, core.RecordSoFar!.Cause);
        core.Abort(EndReason.Aborted);
        CloseRecord record = await Played.Within(core.Closed);
        Assert.True(core.IsOver);
        Assert.Equal((CloseCause.PolicyViolation, EndedBy.Local), (record.Cause, record.EndedBy));
        Assert.Same(record, core.RecordSoFar);
        Assert.Equal(isSession, record.Session is not null);
    }

    [Fact]
    public void Only_the_one_of_one_transport_can_be_asked_for_it()
    {
        Assert.Same(_line.Connection.Core, _line.Connection.Driver);
        Assert.Throws<InvalidOperationException>(() => Connection(isSession: true).Driver);
    }

    private WebSocketConnection Connection(bool isSession)
    {
        if (!isSession) return _line.Connection;
        var window = TimeSpan.FromMinutes(2);
        SessionDriver session = SessionDriver.OfServer(ResumeLimits.Default, window, new SessionTimes(window, window), new FakeTimeProvider());
        var connection = new WebSocketConnection(new WebSocketNegotiation());
        connection.Open(session);
        Assert.NotNull(session.Begin(_line.Connection.Driver, new ResumeControl.Hello(System.Collections.Immutable.ImmutableDictionary<string, TopicCursor>.Empty), new ResumeControl.Session("1", "a", "t", window, "node", ResumeLimits.Default)));
        return connection;
    }
}
