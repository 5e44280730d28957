using Cierre.Protocol;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Tests.Protocol;

/// <summary>The evidence that an explanation reads: when something last passed, and how much.</summary>
public class TrafficCountersTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Theory, BothSides]
    public void Nothing_passed_before_the_first_frame(Side side) => Assert.Equal(new ConnectionTraffic(0, 0, 0, 0, 0, 0, null), new EngineSide(side).Engine.Traffic);

    [Theory, BothSides]
    public void Message_is_the_last_data_and_a_ping_is_only_the_last_frame(Side side)
    {
        EngineSide engine = new(side);
        engine.Clock.Advance(Second);
        engine.SendText("four");
        engine.Clock.Advance(Second);
        engine.Ping();
        Assert.Equal((2 * Second, Second, 4), Sent(engine));
    }

    [Theory, BothSides]
    public void Answers_count_as_sent(Side side)
    {
        EngineSide engine = new(side);
        engine.Clock.Advance(Second);
        engine.Receive(Frames.Ping(side.Other(), "p"));
        Assert.Equal((Second, null, 0), Sent(engine));
        engine.Clock.Advance(Second);
        engine.Receive(Frames.Close(side.Other(), 1000));
        Assert.Equal((2 * Second, null, 0), Sent(engine));
    }

    [Theory, BothSides]
    public void Fragments_add_up_to_one_message_and_the_next_begins_anew(Side side)
    {
        EngineSide engine = new(side);
        engine.SendFrame(WebSocketOpcode.Text, fin: false, "abc");
        engine.Clock.Advance(Second);
        engine.SendFrame(WebSocketOpcode.Continuation, fin: true, "de");
        Assert.Equal((Second, Second, 5), Sent(engine));
        engine.SendText("f");
        Assert.Equal(1, engine.Engine.Traffic.LastSentBytes);
    }

    private static (TimeSpan? Frame, TimeSpan? Data, long Bytes) Sent(EngineSide engine)
    {
        ConnectionTraffic traffic = engine.Engine.Traffic;
        return (traffic.LastSent, traffic.LastDataSent, traffic.LastSentBytes);
    }
}
