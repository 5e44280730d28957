using System.Text;

namespace Cierre.RawPeers;

/// <summary>One frame as it stood on the wire; the payload is already unmasked. <c>Rsv</c> holds the three bits as 0 to 7 (RSV1 is 4).</summary>
public sealed record RawFrame(int Opcode, byte[] Payload, bool Fin, int Rsv, bool Masked)
{
    /// <summary>The payload read as UTF-8.</summary>
    public string Text => Encoding.UTF8.GetString(Payload);

    /// <summary>The code of a close frame, or null when its body is shorter than two bytes.</summary>
    public int? CloseCode => Payload.Length >= 2 ? (Payload[0] << 8) | Payload[1] : null;

    /// <summary>The reason of a close frame.</summary>
    public string CloseReason => Payload.Length >= 2 ? Encoding.UTF8.GetString(Payload.AsSpan(2)) : "";

    /// <summary>A close body: the code, whatever it is, and the bytes of the reason, whatever they are.</summary>
    public static byte[] CloseBody(int code, params ReadOnlySpan<byte> reason) => [(byte)(code >> 8), (byte)code, .. reason];

    /// <summary>Reads whole frames; throws where the bytes end inside one.</summary>
    public static List<RawFrame> Parse(ReadOnlySpan<byte> bytes)
    {
        var frames = new List<RawFrame>();
        while (!bytes.IsEmpty)
        {
            frames.Add(First(bytes, out int length) ?? throw new InvalidDataException($"the bytes end inside a frame, after {bytes.Length} of its bytes"));
            bytes = bytes[length..];
        }

        return frames;
    }

    /// <summary>Reads the frame with which the bytes begin; null while it is not whole.</summary>
    /// <param name="length">How many bytes it takes.</param>
    internal static RawFrame? First(ReadOnlySpan<byte> bytes, out int length)
    {
        length = 0;
        if (bytes.Length < 2) return null;
        (int size, bool masked) = (bytes[1] & 127, (bytes[1] & 128) != 0);
        int extended = size switch { 126 => 2, 127 => 8, _ => 0 };
        int header = 2 + extended + (masked ? 4 : 0);
        if (bytes.Length < header) return null;
        ulong payloadLength = extended == 0 ? (ulong)size : 0;
        for (int i = 0; i < extended; i++) payloadLength = (payloadLength << 8) | bytes[2 + i];
        length = checked(header + (int)payloadLength);
        if (bytes.Length < length) return null;
        byte[] payload = bytes[header..length].ToArray();
        for (int i = 0; masked && i < payload.Length; i++) payload[i] ^= bytes[header - 4 + (i % 4)];
        return new RawFrame(bytes[0] & 15, payload, (bytes[0] & 128) != 0, (bytes[0] >> 4) & 7, masked);
    }
}
