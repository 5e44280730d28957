using System.Buffers;
using Cierre.Closing;
using Cierre.Protocol;
using Cierre.TestKit;

namespace Cierre.Tests.Protocol;

/// <summary>RFC 6455 5.2, 5.3: any split of bytes.</summary>
public class FrameReaderTests
{
    [Theory, BothSides]
    public void Header_and_payload_come_unmasked_whatever_the_split(Side side)
    {
        byte[] payload = Enumerable.Range(0, 300).Select(i => (byte)i).ToArray();
        byte[] bytes = Frames.Binary(side.Other(), payload);
        foreach (Split split in new[] { Split.Whole, Split.ByteByByte, Split.Random(1), Split.Random(2, 3), Split.At(7, 1, 1, 100) })
        {
            FrameReader reader = new(side.ToRole());
            List<byte> got = [];
            bool inside = false;
            foreach (byte[] piece in split.Cut(bytes))
            {
                Memory<byte> input = piece.ToArray();
                while (!inside && !input.IsEmpty) inside = reader.ReadHeader(ref input, insideMessage: false, out _) == OperationStatus.Done;
                if (inside) got.AddRange(reader.ReadPayload(ref input).ToArray());
                Assert.True(input.IsEmpty);
            }

            Assert.Equal(0ul, reader.Remaining);
            Assert.Equal(WebSocketOpcode.Binary, reader.Header.Opcode);
            Assert.Equal(payload, got);
        }
    }

    [Fact]
    public void Payload_is_unmasked_in_place_and_what_follows_is_left_alone()
    {
        byte[] bytes = Frames.Join(Frames.Binary(Side.Client, [1, 2, 3]), [0xAA, 0xBB]);
        FrameReader reader = new(WebSocketRole.Server);
        Memory<byte> input = bytes;
        reader.ReadHeader(ref input, insideMessage: false, out _);
        Memory<byte> payload = reader.ReadPayload(ref input);
        Assert.Equal([1, 2, 3], payload.ToArray());
        Assert.Equal([1, 2, 3], bytes[6..9]);
        Assert.Equal([0xAA, 0xBB], input.ToArray());
    }

    [Fact]
    public void A_violation_takes_no_bytes()
    {
        FrameReader reader = new(WebSocketRole.Client);
        Memory<byte> input = new byte[] { 0x83, 0 };
        Assert.Equal(OperationStatus.InvalidData, reader.ReadHeader(ref input, insideMessage: false, out Cierre.Closing.Violation? violation));
        Assert.NotNull(violation);
        Assert.Equal(2, input.Length);
    }
}
