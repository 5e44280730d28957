using Cierre.Closing;
using Cierre.Protocol;
using Cierre.TestKit;

namespace Cierre.Tests.Protocol;

/// <summary>RFC 6455 5.4.</summary>
public class FragmentationTests
{
    [Theory, BothSides]
    public void Fragments_are_joined(Side side)
    {
        EngineSide engine = new(side);
        Side peer = side.Other();
        engine.Receive(Frames.Text(peer, "Hel", fin: false), Frames.Continuation(peer, "lo ", fin: false), Frames.Continuation(peer, "you"));
        Assert.Equal("Hello you", Assert.Single(engine.Messages).Text);
        Assert.Equal(WebSocketOpcode.Text, engine.Messages[0].Kind);
    }

    [Theory, BothSides]
    public void Nothing_is_delivered_before_the_last_fragment(Side side)
    {
        EngineSide engine = new(side);
        engine.Receive(Frames.Binary(side.Other(), [1, 2], fin: false), Frames.Continuation(side.Other(), [3], fin: false));
        Assert.Empty(engine.Messages);
        Assert.Equal(3, engine.Engine.HeldBytes);
    }

    [Theory, BothSides]
    public void Empty_fragments_add_nothing(Side side)
    {
        EngineSide engine = new(side);
        Side peer = side.Other();
        engine.Receive(Frames.Text(peer, "", fin: false), Frames.Continuation(peer, "", fin: false), Frames.Continuation(peer, "x", fin: false), Frames.Continuation(peer, ""));
        Assert.Equal("x", Assert.Single(engine.Messages).Text);
    }

    [Theory, BothSides]
    public void A_message_of_empty_fragments_is_an_empty_message(Side side)
    {
        EngineSide engine = new(side);
        engine.Receive(Frames.Text(side.Other(), "", fin: false), Frames.Continuation(side.Other(), ""));
        Assert.Empty(Assert.Single(engine.Messages).Payload);
    }

    [Theory, BothSides]
    public void A_code_point_may_be_cut_by_the_border_of_a_fragment(Side side)
    {
        EngineSide engine = new(side);
        Side peer = side.Other();
        byte[] text = "a😀b"u8.ToArray();
        engine.Receive(Frames.Text(peer, text[..2], fin: false), Frames.Continuation(peer, text[2..4], fin: false), Frames.Continuation(peer, text[4..]));
        Assert.Equal("a😀b", Assert.Single(engine.Messages).Text);
    }

    [Theory, BothSides]
    public void Control_frames_between_fragments_are_answered_at_once(Side side)
    {
        EngineSide engine = new(side);
        Side peer = side.Other();
        engine.Receive(Frames.Text(peer, "a", fin: false), Frames.Ping(peer, "p"));
        Assert.Equal("p", Assert.Single(engine.Written, f => f.Opcode == 10).Text);
        engine.Receive(Frames.Pong(peer, [9]), Frames.Continuation(peer, "b"));
        Assert.Equal("ab", Assert.Single(engine.Messages).Text);
    }

    [Theory, BothSides]
    public void A_new_message_after_a_fragmented_one_starts_anew(Side side)
    {
        EngineSide engine = new(side);
        Side peer = side.Other();
        engine.Receive(Frames.Text(peer, "a", fin: false), Frames.Continuation(peer, "b"), Frames.Binary(peer, [0xFF]), Frames.Text(peer, "c"));
        Assert.Equal(["ab", "\uFFFD", "c"], engine.Messages.Select(m => m.Text));
        Assert.Equal([WebSocketOpcode.Text, WebSocketOpcode.Binary, WebSocketOpcode.Text], engine.Messages.Select(m => m.Kind));
    }

    [Theory, BothSides]
    public void Binary_need_not_be_utf8(Side side)
    {
        EngineSide engine = new(side);
        engine.Receive(Frames.Binary(side.Other(), [0xFF, 0xC0], fin: false), Frames.Continuation(side.Other(), [0x80]));
        Assert.Equal([0xFF, 0xC0, 0x80], Assert.Single(engine.Messages).Payload);
    }

    [Theory, BothSides]
    public void Close_between_fragments_drops_the_unfinished_message(Side side)
    {
        EngineSide engine = new(side);
        Side peer = side.Other();
        engine.Receive(Frames.Text(peer, "a", fin: false), Frames.Close(peer, 1000), Frames.Continuation(peer, "b"));
        engine.EndOfStream();
        Assert.Empty(engine.Messages);
        Assert.Equal(0, engine.Engine.HeldBytes);
        engine.ShouldEndAsync(1000, clean: true, CloseCause.PeerClosed, EndedBy.Remote);
    }

    [Theory, BothSides]
    public void Close_is_answered_between_our_own_fragments(Side side)
    {
        EngineSide engine = new(side);
        engine.SendFrame(WebSocketOpcode.Text, fin: false, "begun");
        engine.Receive(Frames.Close(side.Other(), 1001));
        Assert.Equal([false, true], engine.Written.Select(f => f.Fin));
        Assert.Equal(1001, engine.Written[1].Close.Code);
    }

    [Theory, BothSides]
    public void A_message_may_be_read_in_parts_as_it_comes(Side side)
    {
        EngineSide engine = new(side);
        Side peer = side.Other();
        engine.Receive(Frames.Text(peer, "ab", fin: false));
        engine.Engine.InParts = true;
        engine.Receive(Frames.Continuation(peer, "cd", fin: false), Frames.Ping(peer, "p"), Frames.Continuation(peer, "ef"), Frames.Text(peer, "next"));
        Assert.Equal("abcdef", string.Concat(engine.Parts.Select(p => System.Text.Encoding.UTF8.GetString(p.Payload))));
        Assert.True(engine.Parts[^1].Last);
        Assert.DoesNotContain(engine.Parts.SkipLast(1), p => p.Last);
        Assert.Equal("next", Assert.Single(engine.Messages).Text);
    }

    [Theory, BothSides]
    public void What_was_not_taken_from_the_engine_is_not_delivered_twice(Side side)
    {
        EngineSide engine = new(side);
        Side peer = side.Other();
        engine.Receive(Frames.Text(peer, "ab", fin: false), Frames.Continuation(peer, "cd"), Frames.Text(peer, "ef", fin: false), Frames.Continuation(peer, "gh"));
        Assert.Equal(["abcd", "efgh"], engine.Messages.Select(m => m.Text));
        engine.Receive(Frames.Ping(peer));
        Assert.Equal(0, engine.Engine.HeldBytes);
    }

    [Theory, BothSides]
    public void An_assembled_message_can_be_taken_without_a_copy(Side side)
    {
        WebSocketProtocol engine = new(side.ToRole(), ProtocolLimits.Default);
        Memory<byte> input = Frames.Join(Frames.Text(side.Other(), "ab", fin: false), Frames.Continuation(side.Other(), "cd"));
        System.Buffers.ArrayBufferWriter<byte> output = new();
        ProtocolEvent found = engine.Read(ref input, output, default);
        Assert.True(found.IsAssembled);
        Cierre.Buffers.PooledBuffer mine = default;
        found.MoveTo(ref mine);
        Assert.Equal(ProtocolEventKind.NeedMore, engine.Read(ref input, output, default).Kind);
        Assert.Equal("abcd"u8, mine.Span);
        mine.Release();
    }
}
