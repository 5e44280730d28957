using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using Cierre.Closing;

namespace Cierre.Protocol;

/// <summary>The 2-14 bytes before a payload, and every rule that they alone can break. RFC 6455 5.2.</summary>
/// <param name="Mask">The masking key as its 4 bytes lie in memory; meaningless unless <paramref name="Masked"/>.</param>
/// <param name="Rsv1">The message is compressed; on its first frame only. RFC 7692 6.</param>
internal readonly record struct FrameHeader(bool Fin, WebSocketOpcode Opcode, bool Masked, uint Mask, ulong Length, bool Rsv1 = false)
{
    public const int MaxSize = 14;
    public const int MaxControlPayload = 125;

    private const int FinBit = 0x80;
    private const int Rsv1Bit = 0x40;
    private const int RsvBits = 0x70;
    private const int MaskBit = 0x80;
    private const int Length16 = 126;
    private const int Length64 = 127;

    public static int Size(int payload, bool masked) =>
        2 + (payload < Length16 ? 0 : payload <= ushort.MaxValue ? sizeof(ushort) : sizeof(ulong)) + (masked ? sizeof(uint) : 0);

    /// <summary>Reads a header, and rejects it at the first byte that breaks a rule, so that no peer waits for bytes that change nothing.</summary>
    /// <param name="reader">The role that reads.</param>
    /// <param name="insideMessage">Whether a fragmented message is unfinished. RFC 6455 5.4.</param>
    /// <param name="deflates">Whether permessage-deflate was agreed on, so that RSV1 may begin a message.</param>
    public static OperationStatus TryRead(
        ReadOnlySpan<byte> source, WebSocketRole reader, bool insideMessage, bool deflates, out FrameHeader header, out int size, out Violation? violation)
    {
        header = default;
        size = 0;
        violation = null;
        if (source.IsEmpty) return OperationStatus.NeedMoreData;

        int first = source[0];
        bool fin = (first & FinBit) != 0;
        WebSocketOpcode opcode = (WebSocketOpcode)(first & 0xF);
        int reserved = deflates && opcode is (WebSocketOpcode.Text or WebSocketOpcode.Binary) ? RsvBits & ~Rsv1Bit : RsvBits;
        if ((first & reserved) != 0 || opcode.IsReserved() || (opcode.IsControl() ? !fin : insideMessage != (opcode == WebSocketOpcode.Continuation)))
        {
            violation = FirstByteViolation(first & reserved, fin, opcode);
            return OperationStatus.InvalidData;
        }

        if (source.Length < 2) return OperationStatus.NeedMoreData;
        int second = source[1];
        bool masked = (second & MaskBit) != 0;
        if (masked != (reader == WebSocketRole.Server))
        {
            violation = reader == WebSocketRole.Server ? Violations.FrameNotMasked() : Violations.FrameMasked();
            return OperationStatus.InvalidData;
        }

        int code = second & 0x7F;
        int lengthBytes = code < Length16 ? 0 : code == Length16 ? sizeof(ushort) : sizeof(ulong);
        if (opcode.IsControl() && lengthBytes != 0)
        {
            // The exact length is in bytes that may not be here; that it is too long is known now.
            violation = Violations.ControlTooLong(opcode.Word());
            return OperationStatus.InvalidData;
        }

        size = 2 + lengthBytes + (masked ? sizeof(uint) : 0);
        if (source.Length < 2 + lengthBytes) return OperationStatus.NeedMoreData;
        ulong length = (ulong)code;
        if (lengthBytes == sizeof(ushort))
        {
            length = BinaryPrimitives.ReadUInt16BigEndian(source[2..]);
            if (length < Length16) violation = Violations.LengthNotShortest(length, 16);
        }
        else if (lengthBytes == sizeof(ulong))
        {
            length = BinaryPrimitives.ReadUInt64BigEndian(source[2..]);
            if (length > long.MaxValue) violation = Violations.LengthTopBit();
            else if (length <= ushort.MaxValue) violation = Violations.LengthNotShortest(length, 64);
        }

        if (violation is not null) return OperationStatus.InvalidData;
        uint mask = 0;
        bool whole = source.Length >= size;
        if (masked && whole) mask = BitConverter.ToUInt32(source.Slice(2 + lengthBytes, sizeof(uint)));
        // The length counts before the key has come: a message too big is refused from here on.
        header = new FrameHeader(fin, opcode, masked, mask, length, (first & Rsv1Bit) != 0);
        return whole ? OperationStatus.Done : OperationStatus.NeedMoreData;
    }

    /// <summary>Whether <see cref="TryRead"/> knew the length although it asked for more.</summary>
    public bool HasLength => this != default;

    /// <summary>Writes the header and returns its size.</summary>
    public static int Write(Span<byte> destination, bool fin, WebSocketOpcode opcode, int length, uint? mask, bool rsv1 = false)
    {
        destination[0] = (byte)((fin ? FinBit : 0) | (rsv1 ? Rsv1Bit : 0) | (int)opcode);
        int maskBit = mask is null ? 0 : MaskBit;
        int size = 2;
        if (length < Length16)
        {
            destination[1] = (byte)(maskBit | length);
        }
        else if (length <= ushort.MaxValue)
        {
            destination[1] = (byte)(maskBit | Length16);
            BinaryPrimitives.WriteUInt16BigEndian(destination[2..], (ushort)length);
            size += sizeof(ushort);
        }
        else
        {
            destination[1] = (byte)(maskBit | Length64);
            BinaryPrimitives.WriteUInt64BigEndian(destination[2..], (ulong)length);
            size += sizeof(ulong);
        }

        if (mask is { } key)
        {
            BitConverter.TryWriteBytes(destination[size..], key);
            size += sizeof(uint);
        }

        return size;
    }

    private static Violation FirstByteViolation(int reserved, bool fin, WebSocketOpcode opcode)
    {
        int rsv = (reserved & RsvBits) >> 4;
        if (rsv != 0)
        {
            int bit = 3 - BitOperations.Log2((uint)rsv);
            return bit == 1 && (opcode.IsControl() || opcode == WebSocketOpcode.Continuation) && !opcode.IsReserved()
                ? Violations.ReservedBitOnFrame(bit, opcode.Word())
                : Violations.ReservedBit(bit);
        }

        if (opcode.IsReserved()) return Violations.ReservedOpcode((int)opcode);
        if (opcode.IsControl() && !fin) return Violations.ControlFragmented(opcode.Word());
        return opcode == WebSocketOpcode.Continuation ? Violations.ContinuationWithoutStart() : Violations.DataInsideMessage(opcode.Word());
    }
}
