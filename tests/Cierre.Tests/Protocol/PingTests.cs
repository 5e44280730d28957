using Cierre.Closing;
using Cierre.Protocol;
using Cierre.TestKit;

namespace Cierre.Tests.Protocol;

/// <summary>docs/closing.md. RFC 6455 5.5.2, 5.5.3.</summary>
public class PingTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Theory, BothSides]
    public void Ping_is_answered_with_its_payload(Side side)
    {
        EngineSide engine = new(side);
        engine.Receive(Frames.Ping(side.Other(), "abc"), Frames.Ping(side.Other()));
        Assert.Equal(["abc", ""], engine.Written.Select(f => f.Text));
        Assert.All(engine.Written, f => Assert.Equal(10, f.Opcode));
    }

    [Theory, BothSides]
    public void Pings_faster_than_their_answers_are_answered_by_the_last_one(Side side)
    {
        EngineSide engine = new(side);
        engine.Engine.HoldPongs = true;
        engine.OutputStuck = true;
        for (int i = 0; i < 1000; i++) engine.Receive(Frames.Ping(side.Other(), $"{i}"));
        Assert.Empty(engine.Written);
        engine.Unstick();
        Assert.Equal("999", Assert.Single(engine.Written).Text);
    }

    [Theory, BothSides]
    public void A_held_pong_is_not_sent_after_the_peers_close_frame(Side side)
    {
        EngineSide engine = new(side);
        engine.Engine.HoldPongs = true;
        engine.Receive(Frames.Ping(side.Other(), "p"), Frames.Close(side.Other(), 1000));
        engine.Unstick();
        Assert.True(Assert.Single(engine.Written).IsClose);
    }

    [Theory, BothSides]
    public void Pong_tells_the_round_trip(Side side)
    {
        EnginePair pair = new();
        ulong number = pair[side].Ping();
        pair.DeliverFrom(side);
        pair.Clock.Advance(TimeSpan.FromMilliseconds(30));
        pair.Deliver();
        Assert.Equal((number, TimeSpan.FromMilliseconds(30)), Assert.Single(pair[side].Pongs));
    }

    [Theory, BothSides]
    public void Pong_of_a_later_ping_answers_those_before_it(Side side)
    {
        EnginePair pair = new();
        pair[side].Ping();
        byte[] first = pair[side].TakeOutput();
        ulong second = pair[side].Ping();
        pair.Deliver();
        Assert.Equal(second, Assert.Single(pair[side].Pongs).Number);
        pair[side.Other()].Receive(first);
        pair.Deliver();
        Assert.Single(pair[side].Pongs);
    }

    [Theory, BothSides]
    public void Quiet_connection_is_pinged_every_20_seconds(Side side)
    {
        EnginePair pair = new();
        for (int i = 0; i < 3; i++) pair.Pass(20 * Second);
        Assert.Equal(3, pair[side].Written.Count(f => f.Opcode == 9));
        Assert.Equal(3, pair[side].Pongs.Count);
        pair[side].ShouldBeOpen();
    }

    [Theory, BothSides]
    public void Unanswered_ping_closes_with_1011_after_20_seconds(Side side)
    {
        EngineSide engine = new(side);
        engine.Pass(39.999 * Second);
        engine.ShouldBeOpen();
        engine.Pass(0.001 * Second);
        engine.ShouldCloseFor(Violations.PingNotAnswered(20 * Second));
    }

    [Theory, BothSides]
    public void Unanswered_ping_of_a_dead_peer_ends_1006_with_ping_timeout(Side side)
    {
        EngineSide engine = new(side);
        engine.Pass(45 * Second);
        engine.ShouldEndAsync(1006, clean: false, CloseCause.PingTimeout, EndedBy.Local);
        Assert.Equal(1011, engine.Record.Sent!.Code);
        Assert.Equal(45 * Second, engine.Record.Elapsed);
    }

    [Theory, BothSides]
    public void Any_bytes_count_as_life_even_the_beginning_of_a_frame(Side side)
    {
        EngineSide engine = new(side);
        byte[] slow = Frames.Text(side.Other(), new string('x', 50));
        for (int i = 0; i < 10; i++)
        {
            engine.Pass(15 * Second);
            engine.Receive(slow[i..(i + 1)]);
        }

        engine.ShouldBeOpen();
    }

    [Theory, BothSides]
    public void Silence_while_we_do_not_read_is_our_own(Side side)
    {
        EngineSide engine = new(side);
        engine.Pass(30 * Second);
        engine.Engine.Listening(false, engine.Clock.Now);
        engine.Pass(300 * Second);
        engine.ShouldBeOpen();
        Assert.True(engine.Written.Count(f => f.Opcode == 9) > 10);
        engine.Engine.Listening(true, engine.Clock.Now);
        engine.Pass(19 * Second);
        engine.ShouldBeOpen();
        engine.Pass(Second);
        engine.ShouldCloseFor(Violations.PingNotAnswered(20 * Second));
    }

    [Theory, BothSides]
    public void Keep_alive_can_be_turned_off(Side side)
    {
        EngineSide engine = new(side, new ProtocolLimits { PingInterval = TimeSpan.Zero });
        Assert.Equal(TimeSpan.MaxValue, engine.Engine.Deadline);
        engine.Pass(TimeSpan.FromDays(1));
        Assert.Empty(engine.Written);
    }

    [Theory, BothSides]
    public void No_ping_follows_our_close(Side side)
    {
        EngineSide engine = new(side, new ProtocolLimits { CloseTimeout = TimeSpan.FromMinutes(10) });
        engine.Close();
        engine.Pass(TimeSpan.FromMinutes(9));
        Assert.Single(engine.Written);
    }
}
