using Cierre.Resuming;
using Cierre.Sessions;
using Cierre.Tests.Connections;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Cierre.Tests.Sessions;

public sealed class SessionCarrierTests
{
    private readonly Played _line = new();
    private readonly SessionDriver _session = SessionDriver.OfServer(
        ResumeLimits.Default, TimeSpan.FromMinutes(2), new SessionTimes(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5)), new FakeTimeProvider());

    [Fact]
    public void Connection_that_carries_a_session_is_never_full_and_as_busy_as_the_session_s_reader()
    {
        var carrier = new SessionCarrier(_line.Connection.Driver, _session, token: 3);
        Assert.Equal((3, true, false, false), (carrier.Token, carrier.HandsOut, carrier.WantsParts, carrier.IsFull(int.MaxValue)));
        Assert.Equal((true, false), (carrier.IsIdle, carrier.IsBusy));
        Begin();
        _line.PeerText("=unread");
        Assert.Equal((false, true), (carrier.IsIdle, carrier.IsBusy));
    }

    [Fact]
    public void What_was_written_is_sent_off_once()
    {
        var carrier = new SessionCarrier(_line.Connection.Driver, _session, token: 0);
        Assert.False(carrier.TakeFlush());
        carrier.Write(WebSocketOpcode.Text, "=1"u8);
        Assert.Empty(_line.Sent);
        Assert.True(carrier.TakeFlush());
        Assert.False(carrier.TakeFlush());
        _line.Connection.Driver.Sending.Flush();
        Assert.Equal("=1", Assert.Single(_line.Sent).Text);
    }

    [Fact]
    public async Task Session_is_told_when_the_connection_has_ended()
    {
        Begin();
        Assert.False(_session.IsAway);
        _line.Wire.End();
        await _line.Ended;
        await Played.Until(() => _session.IsAway);
    }

    private void Begin() => Assert.NotNull(_session.Begin(
        _line.Connection.Driver, new ResumeControl.Hello(System.Collections.Immutable.ImmutableDictionary<string, TopicCursor>.Empty),
        new ResumeControl.Session("1", "a", "t", TimeSpan.FromMinutes(2), "node", ResumeLimits.Default)));
}
