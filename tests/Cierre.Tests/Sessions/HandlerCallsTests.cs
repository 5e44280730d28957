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
        Assert.True(_calls.Begin(WebSocketOpcode.Text, "one"u8.ToArray()));
        byte[] two = "two"u8.ToArray();
        Assert.False(_calls.Begin(WebSocketOpcode.Binary, two));
        // The transport has its memory back.
        two.AsSpan().Clear();
        Assert.False(_calls.Begin(WebSocketOpcode.Text, "three"u8.ToArray()));
        Assert.Equal((3, 8), (_calls.Messages, _calls.Bytes));
        Assert.Equal("Binary two", Next());
        Assert.Equal((2, 5), (_calls.Messages, _calls.Bytes));
        Assert.Equal("Text three", Next());
        Assert.Null(Next());
        Assert.Equal((0, 0), (_calls.Messages, _calls.Bytes));
        Assert.True(_calls.Begin(WebSocketOpcode.Text, default));
    }

    private string? Next()
    {
        WebSocketOpcode kind = default;
        ReadOnlyMemory<byte> payload = default;
        return _calls.End(ref kind, ref payload) ? $"{kind} {Encoding.ASCII.GetString(payload.Span)}" : null;
    }
}
