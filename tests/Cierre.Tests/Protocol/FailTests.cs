using Cierre.Closing;
using Cierre.Protocol;
using Cierre.TestKit;

namespace Cierre.Tests.Protocol;

/// <summary>docs/closing.md: failing (RFC 6455 7.1.7) and closing are two things.</summary>
public class FailTests
{
    [Theory, BothSides]
    public void After_a_failure_nothing_is_processed_not_even_the_peers_close_frame(Side side)
    {
        EngineSide engine = new(side);
        Side peer = side.Other();
        engine.Receive(Frames.Raw(peer, Frames.Fin | 0x40 | 1, []), Frames.Text(peer, "late"), Frames.Close(peer, 1002));
        Assert.Empty(engine.Messages);
        engine.ShouldFail(Violations.ReservedBit(1));
    }

    [Theory, BothSides]
    public void A_rejected_close_frame_is_not_received_and_the_detail_names_it(Side side)
    {
        EngineSide engine = new(side);
        engine.Receive(Frames.Close(side.Other(), 1005));
        engine.ShouldFail(Violations.CloseCodeForbidden(1005));
        Assert.Null(engine.Record.Received);
    }

    [Theory, BothSides]
    public void While_what_came_before_is_answered_nothing_is_processed_either(Side side)
    {
        EngineSide engine = new(side);
        engine.Receive(Frames.Text(side.Other(), "fine"));
        engine.Engine.IsAnswering = true;
        Memory<byte> input = (byte[])[.. Frames.Raw(side.Other(), 0x83, []), .. Frames.Ping(side.Other(), "late"), .. Frames.Close(side.Other(), 1000)];
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        Assert.Equal(ProtocolEventKind.Closing, engine.Engine.Read(ref input, output, TimeSpan.Zero).Kind);
        int left = input.Length;
        Assert.Equal(ProtocolEventKind.NeedMore, engine.Engine.Read(ref input, output, TimeSpan.Zero).Kind);
        Assert.Equal((left, 0), (input.Length, output.WrittenCount));
        Assert.True(engine.Engine.IsOpen && left > 0);
        engine.Engine.WriteData(output, WebSocketOpcode.Text, fin: true, "answer"u8, TimeSpan.Zero);
        engine.Engine.Answered(output, TimeSpan.Zero);
        Assert.False(engine.Engine.IsOpen);
        engine.Engine.WriteOwedClose(output, TimeSpan.Zero);
        Assert.True(engine.Engine.OutputIsDone);
        Assert.Equal([1, 8], WireFrame.ParseAll(output.WrittenSpan, side, deflates: false).Select(frame => (int)frame.Opcode));
    }

    [Theory, BothSides]
    public void A_message_before_the_violation_is_delivered(Side side)
    {
        EngineSide engine = new(side);
        engine.Receive(Frames.Text(side.Other(), "fine"), Frames.Text(side.Other(), [0xFF]));
        Assert.Equal("fine", Assert.Single(engine.Messages).Text);
        engine.ShouldFail(Violations.TextNotUtf8(0, 0xFF));
    }

    [Theory, BothSides]
    public void Both_ends_of_a_failed_connection_say_1006_and_the_peer_has_the_code(Side side)
    {
        EnginePair pair = new();
        pair[side].Receive(Frames.Raw(side.Other(), Frames.Fin | 3, []));
        pair.EndOrderly();
        pair[side].ShouldEndAsync(1006, clean: false, CloseCause.ProtocolViolation, EndedBy.Local);
        pair[side.Other()].ShouldEndAsync(1002, clean: true, CloseCause.PeerClosed, EndedBy.Remote);
    }

    [Theory, BothSides]
    public void Sent_is_null_when_our_close_frame_never_got_out(Side side)
    {
        EngineSide engine = new(side) { OutputStuck = true };
        engine.Receive(Frames.Raw(side.Other(), Frames.Fin | 3, []));
        engine.EndOfStream(Ends.Reset);
        engine.ShouldEndAsync(1006, clean: false, CloseCause.ProtocolViolation, EndedBy.Local);
        Assert.Null(engine.Record.Sent);
    }

    [Theory, BothSides]
    public void A_failed_connection_is_dropped_when_the_peer_does_not_end(Side side)
    {
        EngineSide engine = new(side);
        engine.Receive(Frames.Raw(side.Other(), Frames.Fin | 3, []));
        engine.Pass(TimeSpan.FromSeconds(5));
        engine.ShouldEndAsync(1006, clean: false, CloseCause.ProtocolViolation, EndedBy.Local);
    }

    [Theory, BothSides]
    public void An_ordinary_close_with_a_violations_code_ends_clean(Side side)
    {
        EnginePair pair = new();
        pair[side].Close(1009, "too much for us");
        pair.EndOrderly();
        pair[side].ShouldEndAsync(1009, clean: true, CloseCause.Requested, EndedBy.Local);
    }

    [Theory, BothSides]
    public void Failing_happens_once(Side side)
    {
        EngineSide engine = new(side);
        engine.Break(Violations.FrameMasked());
        engine.Break(Violations.LengthTopBit());
        engine.ShouldFail(Violations.FrameMasked());
    }
}
