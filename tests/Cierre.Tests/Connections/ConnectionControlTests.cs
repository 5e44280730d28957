using Cierre.Closing;
using Cierre.Connections;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Tests.Connections;

public sealed class ConnectionControlTests
{
    [Fact]
    public async Task Host_closes_for_its_own_reason_and_takes_back_what_waits()
    {
        var played = new Played { Wire = { HoldsFlushes = true } };
        ConnectionControl control = ConnectionControl.Of(played.Connection);
        Assert.Equal((true, false, false), (control.TakesSends, control.IsSending, control.IsOver));
        _ = played.Connection.SendAsync("first").AsTask();
        Assert.True(control.IsSending);
        control.Close(new CloseFrame(CloseCodes.GoingAway, EndReason.Draining.Text), EndReason.Draining, takeBack: true);
        Assert.False(control.TakesSends);
        Assert.Equal((CloseCause.HostStopping, EndReason.Draining.Text), (played.Connection.CloseSoFar!.Cause, played.Connection.CloseSoFar.Detail));
        played.Wire.HoldsFlushes = false;
        played.Wire.CompleteFlush();
        played.Wire.End();
        await played.Ended;
        Assert.True(control.IsOver);
    }

    [Fact]
    public async Task Abort_and_violation_name_what_the_host_says()
    {
        var aborted = new Played();
        ConnectionControl.Of(aborted.Connection).Abort(EndReason.SendBufferFull(20, 10));
        Assert.Equal((CloseCause.Aborted, EndReason.SendBufferFull(20, 10).Text), ((await aborted.Ended).Cause, (await aborted.Ended).Detail));

        var broken = new Played();
        ConnectionControl.Of(broken.Connection).Close(Violations.LoadShed());
        Assert.Equal(1013, Assert.Single(broken.Sent).CloseCode);
    }

    [Fact]
    public async Task Taken_payload_is_counted_and_told()
    {
        var played = new Played();
        int told = 0;
        ConnectionControl control = ConnectionControl.Of(played.Connection);
        control.TellTaken(() => told++);
        await played.Connection.SendAsync(new byte[100]);
        Assert.Equal((100L, true), (control.PayloadTaken, told > 0));
    }

    [Fact]
    public void Token_of_the_connection_s_own_end_is_none_for_who_waits_for_it()
    {
        var played = new Played();
        using var other = new CancellationTokenSource();
        ConnectionControl control = ConnectionControl.Of(played.Connection);
        Assert.Equal(default, control.Foreign(played.Connection.Closing));
        Assert.Equal(other.Token, control.Foreign(other.Token));
    }

    [Fact]
    public void Connection_that_is_created_knows_what_was_agreed_on_and_is_not_open()
    {
        WebSocketConnection created = ConnectionControl.Create(new WebSocketNegotiation { Subprotocol = "a" });
        Assert.Equal(("a", WebSocketRole.Server), (created.Subprotocol, created.Role));
        Assert.Throws<InvalidOperationException>(() => created.IsOpen);
    }
}
