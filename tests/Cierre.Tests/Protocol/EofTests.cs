using Cierre.Closing;
using Cierre.TestKit;

namespace Cierre.Tests.Protocol;

/// <summary>docs/closing.md: the byte stream ends. RFC 6455 7.1.5.</summary>
public class EofTests
{
    public static TheoryData<Side, bool> SidesAndEnds => new() { { Side.Client, false }, { Side.Client, true }, { Side.Server, false }, { Side.Server, true } };

    [Theory, MemberData(nameof(SidesAndEnds))]
    public void End_without_a_close_frame_is_1006_by_the_network(Side side, bool reset)
    {
        EngineSide engine = new(side);
        engine.Clock.Advance(TimeSpan.FromSeconds(3));
        engine.EndOfStream(reset ? Ends.Reset : Ends.Fin);
        engine.ShouldEndAsync(1006, clean: false, reset ? CloseCause.ConnectionReset : CloseCause.EndOfStream, EndedBy.Network);
        Assert.Null(engine.Record.Sent);
        Assert.Null(engine.Record.Received);
        Assert.Equal(TimeSpan.FromSeconds(3), engine.Record.Elapsed);
    }

    [Theory, MemberData(nameof(SidesAndEnds))]
    public void End_after_our_close_is_1006_local_and_the_missing_answer_is_the_cause(Side side, bool reset)
    {
        EngineSide engine = new(side);
        engine.Close(1000, "bye");
        engine.EndOfStream(reset ? Ends.Reset : Ends.Fin);
        engine.ShouldEndAsync(1006, clean: false, reset ? CloseCause.ConnectionReset : CloseCause.EndOfStream, EndedBy.Local);
        Assert.Equal(new CloseFrame(1000, "bye"), engine.Record.Sent);
    }

    [Theory, BothSides]
    public void End_inside_a_frame_drops_the_message(Side side)
    {
        EngineSide engine = new(side);
        engine.Receive(Frames.Text(side.Other(), "unfinished")[..^3]);
        engine.EndOfStream();
        Assert.Empty(engine.Messages);
        Assert.Equal(0, engine.Engine.HeldBytes);
        engine.ShouldEndAsync(1006, clean: false, CloseCause.EndOfStream, EndedBy.Network);
    }

    [Theory, BothSides]
    public void End_inside_the_peers_close_frame_is_1006(Side side)
    {
        EngineSide engine = new(side);
        engine.Receive(Frames.Close(side.Other(), 1000, "cut")[..^1]);
        engine.EndOfStream();
        engine.ShouldEndAsync(1006, clean: false, CloseCause.EndOfStream, EndedBy.Network);
    }

    [Theory, BothSides]
    public void Our_abort_is_local_and_nothing_is_sent(Side side)
    {
        EngineSide engine = new(side);
        engine.EndOfStream(EndReason.Aborted);
        engine.ShouldEndAsync(1006, clean: false, CloseCause.Aborted, EndedBy.Local);
        Assert.Empty(engine.Written);
    }

    [Theory, BothSides]
    public void Nothing_happens_after_the_end(Side side)
    {
        EngineSide engine = new(side);
        engine.EndOfStream();
        CloseRecord record = engine.Record;
        engine.Receive(Frames.Close(side.Other(), 1000));
        engine.Close(1000, "late");
        engine.EndOfStream(Ends.Reset);
        engine.Tick();
        Assert.Empty(engine.Written);
        Assert.Equal((record.Code, record.Cause, record.Elapsed), (engine.Record.Code, engine.Record.Cause, engine.Record.Elapsed));
    }

    [Theory, BothSides]
    public void No_close_frame_is_owed_after_the_end(Side side)
    {
        EngineSide engine = new(side) { MessagesQueued = true };
        engine.Close(1000, "waiting");
        engine.EndOfStream(Ends.Reset);
        Assert.False(engine.Engine.OwesClose);
        engine.WriteQueued();
        Assert.Empty(engine.Written);
        Assert.Null(engine.Record.Sent);
    }

    [Theory, BothSides]
    public void No_deadline_is_left_after_the_end(Side side)
    {
        EngineSide engine = new(side);
        engine.EndOfStream();
        Assert.Equal(TimeSpan.MaxValue, engine.Engine.Deadline);
    }
}
