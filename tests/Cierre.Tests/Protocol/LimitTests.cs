using Cierre.Closing;
using Cierre.Protocol;
using Cierre.TestKit;

namespace Cierre.Tests.Protocol;

/// <summary>RFC 6455 10.4; docs/closing.md.</summary>
public class LimitTests
{
    private static readonly ProtocolLimits Small = new() { MaxMessageSize = 10, MaxFragments = 3 };

    [Theory, BothSides]
    public void A_message_of_exactly_the_limit_passes(Side side)
    {
        EngineSide engine = new(side, Small);
        engine.Receive(Frames.Text(side.Other(), "0123456789"), Frames.Text(side.Other(), "01234", fin: false), Frames.Continuation(side.Other(), "56789"));
        Assert.Equal(2, engine.Messages.Count);
        engine.ShouldBeOpen();
    }

    [Theory, BothSides]
    public void A_message_over_the_limit_fails_from_its_header(Side side)
    {
        EngineSide engine = new(side, Small);
        engine.Receive(Frames.Header(Frames.Fin | 2, 11, masked: side == Side.Server));
        engine.ShouldFail(Violations.MessageTooBig(11, 10));
    }

    [Theory, BothSides]
    public void Fragments_over_the_limit_fail_from_the_header_that_makes_them_so(Side side)
    {
        EngineSide engine = new(side, Small);
        engine.Receive(Frames.Binary(side.Other(), new byte[10], fin: false), Frames.Header(Frames.Fin, 1, masked: side == Side.Server));
        engine.ShouldFail(Violations.MessageTooBig(11, 10));
    }

    [Theory, BothSides]
    public void A_length_that_overflows_with_what_came_before_is_too_big(Side side)
    {
        EngineSide engine = new(side, new ProtocolLimits { MaxMessageSize = long.MaxValue });
        engine.Receive(Frames.Binary(side.Other(), new byte[10], fin: false), Frames.Header(Frames.Fin, long.MaxValue, masked: side == Side.Server));
        engine.ShouldFail(Violations.MessageTooBig((ulong)long.MaxValue + 10, long.MaxValue));
    }

    [Theory, BothSides]
    public void The_limit_holds_after_our_close(Side side)
    {
        EngineSide engine = new(side, Small);
        engine.Close();
        engine.Receive(Frames.Header(Frames.Fin | 2, 11, masked: side == Side.Server));
        Assert.IsType<CloseState.Failed>(engine.State);
        Assert.Single(engine.Written);
    }

    [Theory, BothSides]
    public void As_many_fragments_as_allowed_pass(Side side)
    {
        EngineSide engine = new(side, Small);
        Side peer = side.Other();
        engine.Receive(Frames.Text(peer, "a", fin: false), Frames.Continuation(peer, "b", fin: false), Frames.Continuation(peer, "c"));
        Assert.Equal("abc", Assert.Single(engine.Messages).Text);
    }

    [Theory, BothSides]
    public void More_fragments_are_an_ordinary_close_and_the_message_is_not_delivered(Side side)
    {
        EngineSide engine = new(side, Small);
        Side peer = side.Other();
        byte[] more = Frames.Continuation(peer, "x", fin: false);
        engine.Receive(Frames.Text(peer, "a", fin: false), more, more, more, more, Frames.Continuation(peer, "end"));
        Assert.Empty(engine.Messages);
        Assert.Equal(0, engine.Engine.HeldBytes);
        engine.ShouldCloseFor(Violations.TooManyFragments(3));
    }

    [Theory, BothSides]
    public void The_default_is_131072_fragments(Side side)
    {
        EngineSide engine = new(side);
        byte[] fragment = Frames.Continuation(side.Other(), "", fin: false);
        engine.Receive(Frames.Text(side.Other(), "", fin: false));
        engine.Receive(Enumerable.Repeat(fragment, 131_071).ToArray());
        engine.ShouldBeOpen();
        engine.Receive(fragment);
        engine.ShouldCloseFor(Violations.TooManyFragments(131_072));
    }

    [Theory, BothSides]
    public void A_kind_that_is_not_accepted_is_an_ordinary_close_and_is_not_delivered(Side side)
    {
        EngineSide engine = new(side, new ProtocolLimits { AcceptedKind = WebSocketOpcode.Text });
        engine.Receive(Frames.Text(side.Other(), "fine"), Frames.Binary(side.Other(), [1]), Frames.Text(side.Other(), "late"));
        Assert.Equal("fine", Assert.Single(engine.Messages).Text);
        engine.ShouldCloseFor(Violations.KindNotAccepted("binary", "text"));
    }

    [Theory, BothSides]
    public void A_message_too_big_of_a_kind_that_is_not_accepted_is_too_big(Side side)
    {
        EngineSide engine = new(side, Small with { AcceptedKind = WebSocketOpcode.Text });
        engine.Receive(Frames.Binary(side.Other(), new byte[11]));
        engine.ShouldFail(Violations.MessageTooBig(11, 10));
    }

    [Theory, BothSides]
    public void A_header_makes_us_reserve_no_more_than_its_promise_up_to_64_KiB(Side side)
    {
        EngineSide engine = new(side);
        engine.Receive(Frames.Raw(side.Other(), Frames.Fin | 2, new byte[1_000_000])[..20]);
        Assert.InRange(engine.Engine.HeldBytes, 1, 20);
    }

    [Theory, BothSides]
    public void A_frame_refused_for_its_header_is_not_counted_in_any_split(Side side)
    {
        foreach (Split split in new[] { Split.Whole, Split.ByteByByte })
        {
            EngineSide engine = new(side, Small);
            engine.Receive(Frames.Join(Frames.Ping(side.Other()), Frames.Binary(side.Other(), new byte[11])), split);
            Assert.Equal(1, engine.Engine.Traffic.FramesReceived);
        }
    }
}
