using System.Buffers.Binary;
using System.Text;

namespace Cierre.TestKit;

/// <summary>How many bytes encode a length: RFC 6455 5.2 demands the fewest, tests do not.</summary>
internal enum LengthForm
{
    Shortest,
    Bits16,
    Bits64,
}

/// <summary>Builds frames byte by byte, right or wrong, without using anything of the engine. RFC 6455 5.2.</summary>
internal static class Frames
{
    public const int Fin = 0x80;

    /// <summary>The key of the RFC's example, as on the wire.</summary>
    private static readonly byte[] Key = [0x37, 0xFA, 0x21, 0x3D];

    public static byte[] Text(Side sender, string text, bool fin = true) => Raw(sender, (fin ? Fin : 0) | 1, Encoding.UTF8.GetBytes(text));

    public static byte[] Text(Side sender, byte[] bytes, bool fin = true) => Raw(sender, (fin ? Fin : 0) | 1, bytes);

    public static byte[] Binary(Side sender, byte[] bytes, bool fin = true) => Raw(sender, (fin ? Fin : 0) | 2, bytes);

    public static byte[] Continuation(Side sender, string text, bool fin = true) => Raw(sender, fin ? Fin : 0, Encoding.UTF8.GetBytes(text));

    public static byte[] Continuation(Side sender, byte[] bytes, bool fin = true) => Raw(sender, fin ? Fin : 0, bytes);

    public static byte[] Ping(Side sender, string payload = "") => Raw(sender, Fin | 9, Encoding.UTF8.GetBytes(payload));

    public static byte[] Pong(Side sender, byte[] payload) => Raw(sender, Fin | 10, payload);

    public static byte[] Close(Side sender, int code, string reason = "") => CloseBody(sender, [(byte)(code >> 8), (byte)code, .. Encoding.UTF8.GetBytes(reason)]);

    public static byte[] EmptyClose(Side sender) => CloseBody(sender, []);

    public static byte[] CloseBody(Side sender, byte[] body) => Raw(sender, Fin | 8, body);

    public static byte[] Join(params byte[][] parts) => parts.SelectMany(p => p).ToArray();

    /// <summary>Any frame. <paramref name="masked"/>: null does as the RFC says.</summary>
    public static byte[] Raw(Side sender, int first, byte[] payload, LengthForm form = LengthForm.Shortest, bool? masked = null, byte[]? key = null)
    {
        bool mask = masked ?? sender == Side.Client;
        byte[] used = key ?? Key;
        List<byte> bytes = [.. Header(first, (ulong)payload.Length, mask, form)];
        if (mask) bytes.AddRange(used);
        for (int i = 0; i < payload.Length; i++) bytes.Add(mask ? (byte)(payload[i] ^ used[i % 4]) : payload[i]);
        return [.. bytes];
    }

    /// <summary>A header up to the masking key, with any declared length.</summary>
    public static byte[] Header(int first, ulong length, bool masked, LengthForm form = LengthForm.Shortest)
    {
        int maskBit = masked ? 0x80 : 0;
        if (form == LengthForm.Shortest && length < 126) return [(byte)first, (byte)(maskBit | (int)length)];
        byte[] wide = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(wide, length);
        return form == LengthForm.Bits64 || length > ushort.MaxValue
            ? [(byte)first, (byte)(maskBit | 127), .. wide]
            : [(byte)first, (byte)(maskBit | 126), wide[6], wide[7]];
    }
}
