using System.Text;
using Cierre.Sessions;
using Xunit;

namespace Cierre.Tests.Sessions;

public sealed class HandlerCallsTests
{
    private HandlerCalls _calls;

    [Fact]
    public void What_comes_while_a_call_is_under_way_waits_for_it_in_its_order()
    {
        Assert.True(_calls.Begin(new(WebSocketOpcode.Text, "one"u8.ToArray())));
        byte[] two = "two"u8.ToArray();
        Assert.False(_calls.Begin(new(WebSocketOpcode.Binary, two)));
        // The transport has its memory back.
        two.AsSpan().Clear();
        Assert.False(_calls.Begin(new(WebSocketOpcode.Text, "three"u8.ToArray())));
        Assert.Equal((3, 8), (_calls.Messages, _calls.Bytes));
        Assert.Equal("Binary two", Next());
        Assert.Equal((2, 5), (_calls.Messages, _calls.Bytes));
        Assert.Equal("Text three", Next());
        Assert.Null(Next());
        Assert.Equal((0, 0), (_calls.Messages, _calls.Bytes));
        Assert.True(_calls.Begin(new(WebSocketOpcode.Text, default)));
    }

    [Fact]
    public void Messages_of_topics_keep_their_turn_and_are_not_counted()
    {
        Assert.True(_calls.Begin(new(WebSocketOpcode.Text, "one"u8.ToArray(), "room")));
        Assert.False(_calls.Begin(new(WebSocketOpcode.Text, "two"u8.ToArray())));
        Assert.False(_calls.Begin(new(WebSocketOpcode.Text, "three"u8.ToArray(), "room")));
        Assert.Equal((1, 3, 64 + 5), (_calls.Messages, _calls.Bytes, _calls.TopicBytes));
        Assert.Equal("Text two", Next());
        Assert.Equal((1, 0, 64 + 5), (_calls.Messages, _calls.Bytes, _calls.TopicBytes));
        Assert.Equal("Text three", Next());
        Assert.Equal((0, 0, 0), (_calls.Messages, _calls.Bytes, _calls.TopicBytes));
    }

    private string? Next()
    {
        SessionMessage next = default;
        return _calls.End(ref next) ? $"{next.Kind} {Encoding.ASCII.GetString(next.Payload.Span)}" : null;
    }
}
