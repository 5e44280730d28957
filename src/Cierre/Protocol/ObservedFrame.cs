using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Cierre.Protocol;

/// <summary>What the header of a frame said: small, so that the last ones of a connection can be kept.</summary>
/// <param name="Rsv">RSV1 is 4, RSV2 is 2, RSV3 is 1.</param>
/// <param name="Masked">Null: the frame was refused before that was known.</param>
/// <param name="Size">The length of the payload; negative: refused before that was known, or more than a length can be.</param>
/// <param name="Compressed">The message is, whichever of its frames this is.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ObservedFrame(bool Received, bool Fin, byte Rsv, WebSocketOpcode Opcode, bool? Masked, long Size, bool Compressed, bool Refused)
{
    private const long Unknown = -1;
    private const byte Rsv1 = 4;

    public long? Length => Size < 0 ? null : Size;

    /// <param name="header">A header of the peer's that could be read.</param>
    /// <param name="inflates">Whether the message that it belongs to is compressed.</param>
    /// <param name="refused">What it announces breaks a rule.</param>
    public static ObservedFrame Of(in FrameHeader header, bool inflates, bool refused) => new(
        Received: true, header.Fin, header.Rsv1 ? Rsv1 : (byte)0, header.Opcode, header.Masked, (long)header.Length,
        header.Rsv1 || (inflates && header.Opcode == WebSocketOpcode.Continuation), refused);

    /// <summary>A frame of ours.</summary>
    public static ObservedFrame Sent(WebSocketRole role, WebSocketOpcode opcode, bool fin, bool compressed, int length) =>
        new(Received: false, fin, compressed && opcode != WebSocketOpcode.Continuation ? Rsv1 : (byte)0, opcode, role == WebSocketRole.Client, length,
            compressed, Refused: false);

    /// <summary>A header that breaks a rule, as far as it has come: at least its first byte has.</summary>
    public static ObservedFrame Broken(ReadOnlySpan<byte> header)
    {
        int first = header[0];
        var frame = new ObservedFrame(Received: true, (first & 0x80) != 0, (byte)((first >> 4) & 7), (WebSocketOpcode)(first & 0xF), Masked: null, Unknown,
            Compressed: false, Refused: true);
        if (header.Length < 2) return frame;
        long size = (header[1] & 0x7F) switch
        {
            126 => header.Length < 4 ? Unknown : BinaryPrimitives.ReadUInt16BigEndian(header[2..]),
            127 => header.Length < 10 || header[2] > 0x7F ? Unknown : BinaryPrimitives.ReadInt64BigEndian(header[2..]),
            var small => small,
        };
        return frame with { Masked = (header[1] & 0x80) != 0, Size = size };
    }
}
