using Cierre.Protocol;
using Xunit;

namespace Cierre.Tests.Protocol;

public sealed class ObservedFrameTests
{
    [Theory]
    [InlineData(new byte[] { 0xB1 }, true, 3, 1, null, null)]
    [InlineData(new byte[] { 0x83, 0x85 }, true, 0, 3, true, 5)]
    [InlineData(new byte[] { 0x09, 0x00 }, false, 0, 9, false, 0)]
    [InlineData(new byte[] { 0x82, 0x7E, 0x00 }, true, 0, 2, false, null)]
    [InlineData(new byte[] { 0x82, 0x7E, 0x00, 0x05 }, true, 0, 2, false, 5)]
    [InlineData(new byte[] { 0x82, 0x7F, 0, 0, 0, 0, 0, 0, 1, 0 }, true, 0, 2, false, 256)]
    [InlineData(new byte[] { 0x82, 0x7F, 0x80, 0, 0, 0, 0, 0, 1, 0 }, true, 0, 2, false, null)]
    public void Broken_header_says_what_has_come_of_it(byte[] header, bool fin, byte rsv, byte opcode, bool? masked, int? length) =>
        Assert.Equal(new ObservedFrame(true, fin, rsv, (WebSocketOpcode)opcode, masked, length ?? -1, Compressed: false, Refused: true), ObservedFrame.Broken(header));

    [Theory]
    [InlineData(WebSocketOpcode.Text, true, true, 4, true)]
    [InlineData(WebSocketOpcode.Text, false, true, 0, false)]
    [InlineData(WebSocketOpcode.Continuation, false, true, 0, true)]
    [InlineData(WebSocketOpcode.Ping, false, true, 0, false)]
    public void Frame_of_a_compressed_message_is_known_as_such(WebSocketOpcode opcode, bool rsv1, bool inflates, byte rsv, bool compressed) =>
        Assert.Equal(
            new ObservedFrame(true, true, rsv, opcode, true, 7, compressed, Refused: false),
            ObservedFrame.Of(new FrameHeader(true, opcode, true, 0, 7, rsv1), inflates, refused: false));

    [Fact]
    public void Frame_of_ours_is_masked_where_a_client_sends_and_has_rsv1_where_a_compressed_message_begins()
    {
        Assert.Equal(new ObservedFrame(false, false, 4, WebSocketOpcode.Text, true, 3, true, false), ObservedFrame.Sent(WebSocketRole.Client, WebSocketOpcode.Text, fin: false, compressed: true, 3));
        Assert.Equal(new ObservedFrame(false, true, 0, WebSocketOpcode.Continuation, false, 3, true, false), ObservedFrame.Sent(WebSocketRole.Server, WebSocketOpcode.Continuation, fin: true, compressed: true, 3));
    }
}
