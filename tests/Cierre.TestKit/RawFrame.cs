using System.Text;

namespace Cierre.TestKit;

/// <summary>One frame as it stood on the wire; the payload is already unmasked. <c>Rsv</c> holds the three bits as 0 to 7 (RSV1 is 4).</summary>
public sealed record RawFrame(int Opcode, byte[] Payload, bool Fin, int Rsv, bool Masked)
{
    /// <summary>The payload read as UTF-8.</summary>
    public string Text => Encoding.UTF8.GetString(Payload);

    /// <summary>The code of a close frame, or null when its body is shorter than two bytes.</summary>
    public int? CloseCode => Payload.Length >= 2 ? (Payload[0] << 8) | Payload[1] : null;

    /// <summary>The reason of a close frame.</summary>
    public string CloseReason => Payload.Length >= 2 ? Encoding.UTF8.GetString(Payload.AsSpan(2)) : "";
}
