using System.Buffers;
using Cierre.Closing;
using Cierre.Protocol;
using Cierre.TestKit;

namespace Cierre.Tests.Protocol;

/// <summary>RFC 6455 5.2.</summary>
public class FrameHeaderTests
{
    public static TheoryData<int, int> Lengths => new()
    {
        { 0, 2 }, { 1, 2 }, { 125, 2 }, { 126, 4 }, { 127, 4 }, { 65535, 4 }, { 65536, 10 }, { int.MaxValue, 10 },
    };

    [Theory, MemberData(nameof(Lengths))]
    public void Length_is_written_in_its_shortest_form_and_read_back(int length, int size)
    {
        foreach (uint? mask in new uint?[] { null, 0x12345678 })
        {
            byte[] bytes = new byte[FrameHeader.MaxSize];
            int written = FrameHeader.Write(bytes, fin: false, WebSocketOpcode.Binary, length, mask);
            Assert.Equal(size + (mask is null ? 0 : 4), written);
            Assert.Equal(written, FrameHeader.Size(length, mask is not null));
            WebSocketRole reader = mask is null ? WebSocketRole.Client : WebSocketRole.Server;
            Assert.Equal(OperationStatus.Done, FrameHeader.TryRead(bytes, reader, insideMessage: false, deflates: false, out FrameHeader header, out int read, out Violation? violation));
            Assert.Null(violation);
            Assert.Equal(written, read);
            Assert.Equal(new FrameHeader(false, WebSocketOpcode.Binary, mask is not null, mask ?? 0, (ulong)length), header);
        }
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(8, false)]
    [InlineData(9, true)]
    [InlineData(10, true)]
    public void Every_defined_opcode_is_read(int opcode, bool insideMessage)
    {
        byte[] bytes = [(byte)(0x80 | opcode), 0];
        Assert.Equal(OperationStatus.Done, FrameHeader.TryRead(bytes, WebSocketRole.Client, insideMessage, deflates: false, out FrameHeader header, out _, out _));
        Assert.Equal((WebSocketOpcode)opcode, header.Opcode);
        Assert.True(header.Fin);
    }

    [Theory, BothSides]
    public void Every_first_two_bytes_are_judged_as_the_rfc_says(Side reader)
    {
        foreach (bool inside in new[] { false, true })
        {
            for (int first = 0; first < 256; first++)
            {
                for (int second = 0; second < 256; second++)
                {
                    int opcode = first & 0xF;
                    bool valid = (first & 0x70) == 0
                        && (opcode is 0 or 1 or 2 or 8 or 9 or 10)
                        && (opcode < 8 ? inside == (opcode == 0) : first >= 0x80 && (second & 0x7F) <= 125)
                        && (second >= 0x80) == (reader == Side.Server);
                    byte[] bytes = [(byte)first, (byte)second];
                    OperationStatus status = FrameHeader.TryRead(bytes, reader.ToRole(), inside, deflates: false, out _, out _, out Violation? violation);
                    Assert.Equal(valid, violation is null);
                    Assert.Equal(!valid, status == OperationStatus.InvalidData);
                }
            }
        }
    }

    [Fact]
    public void A_header_that_is_cut_asks_for_more()
    {
        byte[] bytes = [.. Frames.Header(0x82, 70000, masked: true), 1, 2, 3, 4];
        for (int length = 0; length < bytes.Length; length++)
        {
            Assert.Equal(OperationStatus.NeedMoreData, FrameHeader.TryRead(bytes.AsSpan(0, length), WebSocketRole.Server, false, deflates: false, out FrameHeader header, out _, out _));
            Assert.Equal(length >= 10, header.HasLength);
        }

        Assert.Equal(OperationStatus.Done, FrameHeader.TryRead(bytes, WebSocketRole.Server, false, deflates: false, out _, out int size, out _));
        Assert.Equal(14, size);
    }

    [Fact]
    public void The_length_is_known_before_the_masking_key()
    {
        FrameHeader.TryRead([0x82, 0x85], WebSocketRole.Server, false, deflates: false, out FrameHeader header, out _, out _);
        Assert.True(header.HasLength);
        Assert.Equal(5ul, header.Length);
    }
}
