using System.Globalization;
using Cierre.Protocol;
using Xunit;

namespace Cierre.Tests.Tracing;

public sealed class WebSocketTraceFrameTests
{
    private static readonly CultureInfo Spanish = CultureInfo.GetCultureInfo("es");

    [Fact]
    public void Tells_what_the_header_said()
    {
        WebSocketTraceFrame frame = Trace(new ObservedFrame(true, false, 5, WebSocketOpcode.Binary, true, 300, Compressed: true, Refused: true), [1, 2]);
        Assert.Equal((true, false, 5, WebSocketOpcode.Binary, "binary"), (frame.IsReceived, frame.IsFinal, frame.ReservedBits, frame.Opcode, frame.OpcodeName));
        Assert.Equal((true, 300L, true, true, "0102…"), (frame.IsMasked, frame.Length, frame.IsCompressed, frame.IsRefused, frame.PayloadPreview));
    }

    [Theory]
    [InlineData(WebSocketOpcode.Text, true, 0, 5, false, false, "text frame, 5 bytes", "trama de texto, 5 bytes")]
    [InlineData(WebSocketOpcode.Text, false, 4, 1, true, false, "text frame, 1 byte, first fragment, compressed", "trama de texto, 1 byte, primer fragmento, comprimida")]
    [InlineData(WebSocketOpcode.Continuation, false, 0, 5, false, false, "continuation frame, 5 bytes", "trama de continuación, 5 bytes")]
    [InlineData(WebSocketOpcode.Continuation, true, 0, 5, false, false, "continuation frame, 5 bytes, last fragment", "trama de continuación, 5 bytes, último fragmento")]
    [InlineData(WebSocketOpcode.Binary, true, 3, null, false, true, "binary frame, RSV2, RSV3, refused", "trama binaria, RSV2, RSV3, rechazada")]
    [InlineData((WebSocketOpcode)11, true, 0, 0, false, true, "frame with the reserved opcode 11, 0 bytes, refused", "trama con el código de operación reservado 11, 0 bytes, rechazada")]
    [InlineData(WebSocketOpcode.Close, true, 0, 0, false, false, "close frame, 0 bytes", "trama de cierre, 0 bytes")]
    public void Describes_itself_in_both_languages(WebSocketOpcode opcode, bool fin, byte rsv, int? length, bool compressed, bool refused, string english, string spanish)
    {
        WebSocketTraceFrame frame = Trace(new ObservedFrame(true, fin, rsv, opcode, null, length ?? -1, compressed, refused));
        Assert.Equal((english, spanish), (frame.Describe(CultureInfo.InvariantCulture), frame.Describe(Spanish)));
        Assert.Equal($"1.500 ms: {english}", frame.ToString());
    }

    [Fact]
    public void Close_frame_says_its_code_and_reason_which_cannot_harm_a_terminal()
    {
        WebSocketTraceFrame frame = Trace(new ObservedFrame(true, true, 0, WebSocketOpcode.Close, true, 6, false, false), [0x03, 0xE8, .. "\e[2J"u8]);
        Assert.Equal(new CloseFrame(1000, "\e[2J"), frame.CloseFrame);
        Assert.Equal("close frame, 1000 \"\\u{001B}[2J\"", frame.Describe(CultureInfo.InvariantCulture));
        Assert.Equal("close frame, 1001", Trace(new ObservedFrame(true, true, 0, WebSocketOpcode.Close, true, 2, false, false), [0x03, 0xE9]).Describe(CultureInfo.InvariantCulture));
        Assert.Null(Trace(new ObservedFrame(true, true, 0, WebSocketOpcode.Close, true, 1, false, false), [0x03]).CloseFrame);
        Assert.Null(frame.PayloadPreview);
    }

    private static WebSocketTraceFrame Trace(ObservedFrame frame, byte[]? payload = null) => new(TimeSpan.FromMilliseconds(1.5), frame, payload);
}
