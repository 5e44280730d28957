using Cierre.Closing;
using Cierre.Protocol;

namespace Cierre.Tests.Protocol;

/// <summary>RFC 6455 5.4, 8.1, 10.4.</summary>
public class MessageReaderTests
{
    private static readonly ProtocolLimits Limits = new() { MaxMessageSize = 10, MaxFragments = 2 };

    [Fact]
    public void Inside_from_the_first_fragment_to_the_header_of_the_last()
    {
        MessageReader reader = new(Limits);
        Assert.False(reader.Inside);
        Assert.Null(reader.Begin(Header(WebSocketOpcode.Text, fin: false, 1)));
        Assert.True(reader.Inside);
        Assert.Null(reader.Begin(Header(WebSocketOpcode.Continuation, fin: true, 1)));
        Assert.False(reader.Inside);
    }

    [Fact]
    public void Size_is_counted_over_fragments_and_anew_for_each_message()
    {
        MessageReader reader = new(Limits);
        reader.Begin(Header(WebSocketOpcode.Binary, fin: false, 6));
        Assert.Null(reader.CheckSize(Header(WebSocketOpcode.Continuation, fin: true, 4)));
        Assert.Equal(Violations.MessageTooBig(11, 10).Frame, reader.CheckSize(Header(WebSocketOpcode.Continuation, fin: true, 5))!.Frame);
        reader.Begin(Header(WebSocketOpcode.Continuation, fin: true, 4));
        Assert.Null(reader.CheckSize(Header(WebSocketOpcode.Binary, fin: true, 10)));
    }

    [Fact]
    public void Fragments_are_counted_anew_for_each_message()
    {
        MessageReader reader = new(Limits);
        for (int i = 0; i < 3; i++)
        {
            Assert.Null(reader.Begin(Header(WebSocketOpcode.Text, fin: false, 0)));
            Assert.Null(reader.Begin(Header(WebSocketOpcode.Continuation, fin: true, 0)));
        }

        reader.Begin(Header(WebSocketOpcode.Text, fin: false, 0));
        reader.Begin(Header(WebSocketOpcode.Continuation, fin: false, 0));
        Assert.Equal(1008, reader.Begin(Header(WebSocketOpcode.Continuation, fin: false, 0))!.Code);
    }

    [Fact]
    public void Text_is_checked_across_pieces_and_binary_is_not()
    {
        MessageReader reader = new(Limits);
        reader.Begin(Header(WebSocketOpcode.Text, fin: true, 3));
        Assert.Null(reader.Check([0xE2], last: false));
        Assert.Equal(Violations.TextEndsInCodePoint(3).Frame, reader.Check([0x82], last: true)!.Frame);

        reader.Begin(Header(WebSocketOpcode.Binary, fin: true, 1));
        Assert.Null(reader.Check([0xFF], last: true));
    }

    [Fact]
    public void Unfinished_text_of_one_message_is_forgotten_by_the_next()
    {
        MessageReader reader = new(Limits);
        reader.Begin(Header(WebSocketOpcode.Text, fin: true, 1));
        reader.Check([0xE2], last: false);
        reader.Begin(Header(WebSocketOpcode.Text, fin: true, 1));
        Assert.Null(reader.Check("a"u8, last: true));
    }

    [Fact]
    public void Pieces_are_kept_until_they_are_taken()
    {
        MessageReader reader = new(Limits);
        reader.Begin(Header(WebSocketOpcode.Binary, fin: true, 4));
        reader.Keep([1, 2], 2);
        reader.Keep([3, 4], 0);
        Assert.Equal(4, reader.Held);
        Cierre.Buffers.PooledBuffer mine = default;
        mine.TakeFrom(ref reader.Assembled);
        Assert.Equal(0, reader.Held);
        Assert.Equal([1, 2, 3, 4], mine.Span.ToArray());
        mine.Release();
    }

    private static FrameHeader Header(WebSocketOpcode opcode, bool fin, ulong length) => new(fin, opcode, Masked: false, 0, length);
}
