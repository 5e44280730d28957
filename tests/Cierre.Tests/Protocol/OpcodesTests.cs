using Cierre.Protocol;

namespace Cierre.Tests.Protocol;

/// <summary>RFC 6455 11.8.</summary>
public class OpcodesTests
{
    [Theory]
    [InlineData(0, false, false, "continuation")]
    [InlineData(1, false, false, "text")]
    [InlineData(2, false, false, "binary")]
    [InlineData(3, false, true, "reserved")]
    [InlineData(7, false, true, "reserved")]
    [InlineData(8, true, false, "close")]
    [InlineData(9, true, false, "ping")]
    [InlineData(10, true, false, "pong")]
    [InlineData(11, true, true, "reserved")]
    [InlineData(15, true, true, "reserved")]
    public void Opcode_is_control_from_8_on_and_has_the_word_of_the_standard(int opcode, bool control, bool reserved, string word)
    {
        Assert.Equal(control, ((WebSocketOpcode)opcode).IsControl());
        Assert.Equal(reserved, ((WebSocketOpcode)opcode).IsReserved());
        Assert.Equal(word, ((WebSocketOpcode)opcode).Word());
    }
}
