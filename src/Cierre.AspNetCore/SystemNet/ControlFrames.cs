using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Unicode;

namespace Cierre.AspNetCore.SystemNet;

/// <summary>A close frame as bytes, for a stream that is not ours. RFC 6455 5.5.1.</summary>
internal static class ControlFrames
{
    /// <summary>RFC 6455 5.5.</summary>
    public const int MaxBody = 125;

    private const int FinalClose = 0x88;
    private const int MaskBit = 0x80;
    private const int KeySize = 4;

    /// <param name="masked">A client sends it. RFC 6455 5.1.</param>
    public static byte[] Close(CloseFrame frame, bool masked)
    {
        Span<byte> body = stackalloc byte[MaxBody];
        BinaryPrimitives.WriteUInt16BigEndian(body, frame.Code);
        // Stops at the last code point that fits.
        Utf8.FromUtf16(frame.Reason, body[sizeof(ushort)..], out _, out int reason);
        body = body[..(sizeof(ushort) + reason)];
        if (!masked) return [FinalClose, (byte)body.Length, .. body];
        Span<byte> key = stackalloc byte[KeySize];
        RandomNumberGenerator.Fill(key);
        Mask(body, key);
        return [FinalClose, (byte)(MaskBit | body.Length), .. key, .. body];
    }

    /// <summary>Masks, or takes the mask away. RFC 6455 5.3.</summary>
    public static void Mask(Span<byte> body, ReadOnlySpan<byte> key)
    {
        for (int i = 0; i < body.Length; i++) body[i] ^= key[i % KeySize];
    }
}
