using System.Buffers.Binary;

namespace Cierre.Tool.Lab.Runs;

/// <summary>The bytes of one frame, right or wrong.</summary>
internal static class RawFrame
{
    public const byte Fin = 0x80;
    public const byte Rsv1 = 0x40;
    public const byte Text = 1;
    public const byte Ping = 9;
    public const byte Close = 8;

    private static readonly byte[] Key = [0x37, 0xfa, 0x21, 0x3d];

    /// <param name="first">FIN, the reserved bits and the opcode.</param>
    /// <param name="declared">The length to claim; null for the payload's own.</param>
    /// <param name="longForm">Whether the length takes 64 bits, however short it is.</param>
    public static byte[] Bytes(int first, ReadOnlySpan<byte> payload, bool masked, ulong? declared = null, bool longForm = false)
    {
        ulong length = declared ?? (ulong)payload.Length;
        List<byte> bytes = [(byte)first];
        int mask = masked ? 0x80 : 0;
        Span<byte> big = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(big, length);
        if (longForm || length > ushort.MaxValue) bytes.AddRange([(byte)(mask | 127), .. big]);
        else if (length > 125) bytes.AddRange([(byte)(mask | 126), .. big[6..]]);
        else bytes.Add((byte)(mask | (int)length));
        if (masked) bytes.AddRange(Key);
        for (int i = 0; i < payload.Length; i++) bytes.Add((byte)(masked ? payload[i] ^ Key[i % 4] : payload[i]));
        return [.. bytes];
    }

    /// <summary>A close body: the code, whatever it is, and the bytes of the reason, whatever they are.</summary>
    public static byte[] CloseBody(ushort code, params ReadOnlySpan<byte> reason)
    {
        byte[] body = new byte[2 + reason.Length];
        BinaryPrimitives.WriteUInt16BigEndian(body, code);
        reason.CopyTo(body.AsSpan(2));
        return body;
    }
}
