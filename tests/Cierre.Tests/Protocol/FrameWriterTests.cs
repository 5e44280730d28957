using System.Buffers;
using Cierre.Protocol;
using Cierre.TestKit;

namespace Cierre.Tests.Protocol;

/// <summary>RFC 6455 5.2, 5.3, 5.7.</summary>
public class FrameWriterTests
{
    [Theory, BothSides]
    public void Frames_of_every_length_form_are_read_by_a_strict_reader(Side side)
    {
        foreach (int length in new[] { 0, 1, 125, 126, 127, 65535, 65536, FrameWriter.MaxPayload + 1 })
        {
            ArrayBufferWriter<byte> output = new();
            byte[] payload = Enumerable.Range(0, length).Select(i => (byte)(i * 7)).ToArray();
            FrameWriter writer = new(side.ToRole());
            writer.Write(output, WebSocketOpcode.Binary, fin: length % 2 == 0, payload);
            WireFrame frame = Assert.Single(WireFrame.ParseAll(output.WrittenSpan, side));
            Assert.Equal((length % 2 == 0, 2), (frame.Fin, frame.Opcode));
            Assert.Equal(payload, frame.Payload);
        }
    }

    [Fact]
    public void Unmasked_text_is_written_as_the_rfc_shows_it()
    {
        ArrayBufferWriter<byte> output = new();
        new FrameWriter(WebSocketRole.Server).Write(output, WebSocketOpcode.Text, fin: true, "Hello"u8);
        Assert.Equal([0x81, 0x05, 0x48, 0x65, 0x6C, 0x6C, 0x6F], output.WrittenSpan.ToArray());
    }

    [Fact]
    public void A_client_masks_with_a_new_key_each_time_and_leaves_the_callers_bytes_alone()
    {
        ArrayBufferWriter<byte> output = new();
        byte[] payload = [1, 2, 3, 4, 5];
        FrameWriter writer = new(WebSocketRole.Client);
        writer.Write(output, WebSocketOpcode.Binary, fin: true, payload);
        writer.Write(output, WebSocketOpcode.Binary, fin: true, payload);
        Assert.Equal([1, 2, 3, 4, 5], payload);
        byte[] written = output.WrittenSpan.ToArray();
        Assert.NotEqual(written[2..6], written[13..17]);
    }
}
