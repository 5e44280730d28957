using System.Text;
using Cierre.Protocol;
using Xunit;

namespace Cierre.Tests.Protocol;

public sealed class PayloadPreviewTests
{
    [Theory]
    [InlineData(WebSocketOpcode.Text, "hi", false, false, "\"hi\"")]
    [InlineData(WebSocketOpcode.Text, "hi", false, true, "\"hi\"…")]
    [InlineData(WebSocketOpcode.Text, "\e[2J\"\n", false, false, "\"\\u{001B}[2J\\\"\\n\"")]
    [InlineData(WebSocketOpcode.Text, "hi", true, false, "6869")]
    [InlineData(WebSocketOpcode.Binary, "hi", false, true, "6869…")]
    [InlineData(WebSocketOpcode.Continuation, "hi", false, false, "\"hi\"")]
    [InlineData(WebSocketOpcode.Ping, "hi", false, false, "\"hi\"")]
    [InlineData(WebSocketOpcode.Ping, "\u0001", false, false, "01")]
    public void Text_is_quoted_and_everything_else_is_hexadecimal(WebSocketOpcode opcode, string payload, bool compressed, bool cut, string shown) =>
        Assert.Equal(shown, PayloadPreview.Of(Encoding.UTF8.GetBytes(payload), opcode, compressed, cut));

    [Fact]
    public void Code_point_that_the_cut_went_through_is_left_out() =>
        Assert.Equal("\"a\"…", PayloadPreview.Of("a€"u8[..3], WebSocketOpcode.Text, compressed: false, cut: true));

    [Fact]
    public void Byte_that_is_no_text_is_replaced_in_text_and_makes_a_fragment_hexadecimal()
    {
        Assert.Equal("\"a\uFFFDb\"", PayloadPreview.Of([(byte)'a', 0xFF, (byte)'b'], WebSocketOpcode.Text, compressed: false, cut: false));
        Assert.Equal("61ff", PayloadPreview.Of([(byte)'a', 0xFF], WebSocketOpcode.Continuation, compressed: false, cut: false));
    }
}
