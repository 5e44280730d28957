using Cierre.Closing;
using Cierre.Protocol;
using Cierre.TestKit;

namespace Cierre.Tests.Protocol;

/// <summary>docs/closing.md: no message either way for longer than the idle timeout.</summary>
public class IdleTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly ProtocolLimits Minute = new() { IdleTimeout = TimeSpan.FromMinutes(1) };

    [Theory, BothSides]
    public void Idle_connection_is_closed_with_3008_though_pings_are_answered(Side side)
    {
        EnginePair pair = new(new ProtocolLimits());
        EngineSide engine = new(side, Minute, pair.Clock);
        for (int i = 0; i < 59; i++)
        {
            engine.Receive(Frames.Ping(side.Other(), "alive"));
            engine.Pass(Second);
        }

        engine.ShouldBeOpen();
        engine.Pass(Second);
        engine.ShouldCloseFor(Violations.Idle(TimeSpan.FromMinutes(1)));
    }

    [Theory, BothSides]
    public void A_message_received_ends_the_idleness(Side side)
    {
        EngineSide engine = new(side, Minute with { PingInterval = TimeSpan.Zero });
        engine.Pass(50 * Second);
        engine.Receive(Frames.Text(side.Other(), "x"));
        engine.Pass(59 * Second);
        engine.ShouldBeOpen();
        engine.Pass(Second);
        engine.ShouldCloseFor(Violations.Idle(TimeSpan.FromMinutes(1)));
    }

    [Theory, BothSides]
    public void A_message_sent_ends_the_idleness(Side side)
    {
        EngineSide engine = new(side, Minute with { PingInterval = TimeSpan.Zero });
        engine.Pass(50 * Second);
        engine.SendText("x");
        engine.Pass(59 * Second);
        engine.ShouldBeOpen();
    }

    [Theory, BothSides]
    public void A_fragment_is_no_message(Side side)
    {
        EngineSide engine = new(side, Minute with { PingInterval = TimeSpan.Zero });
        engine.Pass(50 * Second);
        engine.Receive(Frames.Text(side.Other(), "x", fin: false));
        engine.Pass(10 * Second);
        engine.ShouldCloseFor(Violations.Idle(TimeSpan.FromMinutes(1)));
    }

    [Theory, BothSides]
    public void There_is_no_idle_timeout_unless_one_is_set(Side side)
    {
        EnginePair pair = new();
        pair.Pass(TimeSpan.FromHours(1));
        pair[side].ShouldBeOpen();
    }

    [Theory, BothSides]
    public void Nothing_passes_while_we_do_not_read_so_the_connection_is_idle(Side side)
    {
        EngineSide engine = new(side, Minute with { PingInterval = TimeSpan.Zero });
        engine.Receive(Frames.Text(side.Other(), "x"));
        engine.Engine.Listening(false, engine.Clock.Now);
        engine.Pass(30 * Second);
        engine.Engine.Listening(true, engine.Clock.Now);
        engine.Pass(29 * Second);
        engine.ShouldBeOpen();
        engine.Pass(Second);
        engine.ShouldCloseFor(Violations.Idle(TimeSpan.FromMinutes(1)));
    }
}
