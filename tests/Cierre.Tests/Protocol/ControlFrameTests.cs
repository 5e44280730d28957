using Cierre.Closing;
using Cierre.TestKit;

namespace Cierre.Tests.Protocol;

/// <summary>RFC 6455 5.5.</summary>
public class ControlFrameTests
{
    [Theory, BothSides]
    public void Control_frame_of_125_bytes_passes(Side side)
    {
        EngineSide engine = new(side);
        engine.Receive(Frames.Ping(side.Other(), new string('x', 125)));
        Assert.Equal(new string('x', 125), Assert.Single(engine.Written).Text);
        engine.ShouldBeOpen();
    }

    [Theory, BothSides]
    public void Control_frame_over_125_bytes_fails_before_its_length_has_come(Side side)
    {
        EngineSide engine = new(side);
        engine.Receive(Frames.Header(Frames.Fin | 9, 126, masked: side == Side.Server)[..2]);
        engine.ShouldFail(Violations.ControlTooLong("ping"));
    }

    [Theory, BothSides]
    public void Fragmented_close_frame_fails(Side side)
    {
        EngineSide engine = new(side);
        engine.Receive(Frames.Raw(side.Other(), 8, [3, 0xE8]));
        engine.ShouldFail(Violations.ControlFragmented("close"));
    }

    [Theory, BothSides]
    public void Control_frame_split_in_its_payload_is_joined(Side side)
    {
        EngineSide engine = new(side);
        engine.Receive(Frames.Join(Frames.Ping(side.Other(), "abcdef"), Frames.Ping(side.Other(), "gh")), Split.At(3, 4, 2));
        Assert.Equal(["abcdef", "gh"], engine.Written.Select(f => f.Text));
    }

    [Theory, BothSides]
    public void Unsolicited_pong_is_ignored(Side side)
    {
        EngineSide engine = new(side);
        engine.Receive(Frames.Pong(side.Other(), []), Frames.Pong(side.Other(), [1, 2, 3, 4, 5, 6, 7, 8]));
        Assert.Empty(engine.Events);
        Assert.Empty(engine.Written);
        engine.ShouldBeOpen();
    }
}
