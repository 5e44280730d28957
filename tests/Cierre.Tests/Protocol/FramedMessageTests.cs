using Cierre.Protocol;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Tests.Protocol;

public sealed class FramedMessageTests
{
    [Theory]
    [InlineData(0, new[] { 0 })]
    [InlineData(125, new[] { 125 })]
    [InlineData(65_536, new[] { 65_536 })]
    [InlineData(65_537, new[] { 65_536, 1 })]
    [InlineData(200_000, new[] { 65_536, 65_536, 65_536, 3_392 })]
    public void Message_is_framed_as_a_server_sends_it_and_frames_are_found_again(int size, int[] frames)
    {
        byte[] payload = new byte[size];
        new Random(size).NextBytes(payload);
        FramedMessage message = FramedMessage.Of(WebSocketOpcode.Binary, payload);
        List<RawFrame> written = RawFrame.Parse(message.Bytes.Memory.Span);
        Assert.Equal(frames, written.Select(f => f.Payload.Length));
        Assert.Equal(frames.Select((_, i) => i == 0 ? 2 : 0), written.Select(f => f.Opcode));
        Assert.Equal(frames.Select((_, i) => i == frames.Length - 1), written.Select(f => f.Fin));
        Assert.Equal(payload, written.SelectMany(f => f.Payload));
        Assert.Equal(size, message.Payload);
        int offset = 0;
        foreach (int frame in frames)
        {
            Assert.Equal(FrameHeader.Size(frame, masked: false) + frame, message.FrameAt(offset));
            offset += message.FrameAt(offset);
        }

        Assert.Equal(message.Length, offset);
        message.Bytes.Release();
    }
}
