using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Cierre.Testing.Network;

/// <summary>One frame as it stood on the wire. RFC 6455 5.2.</summary>
/// <param name="Rsv">The three reserved bits, RSV1 being 4.</param>
/// <param name="Start">The beginning of the payload, unmasked: all of it in a control frame.</param>
internal readonly record struct SeenFrame(bool Fin, int Rsv, int Opcode, bool Masked, long Length, ReadOnlyMemory<byte> Start)
{
    private const int Shown = 40;

    public bool IsClose => Opcode == 8;

    public bool IsControl => Opcode >= 8;

    /// <summary>The code of a close frame; 1005 where it has none.</summary>
    public ushort CloseCode => Start.Length < 2 ? Cierre.CloseCodes.NoStatusReceived : BinaryPrimitives.ReadUInt16BigEndian(Start.Span);

    public string CloseReason => Start.Length < 2 ? "" : Encoding.UTF8.GetString(Start.Span[2..]);

    public override string ToString()
    {
        string name = Opcode switch { 0 => "continuation", 1 => "text", 2 => "binary", 8 => "close", 9 => "ping", 10 => "pong", _ => $"opcode {Opcode}" };
        string bits = (Fin ? "" : ", not the last") + (Rsv == 0 ? "" : $", reserved bits {Rsv}");
        string payload = Opcode switch
        {
            8 when Start.Length == 1 => "with a body of one byte",
            8 when Start.Length > 0 => $"{CloseCode} {UntrustedText.Quote(CloseReason)}",
            8 => "without a body",
            1 when Length <= Shown && Length == Start.Length => UntrustedText.Quote(Encoding.UTF8.GetString(Start.Span)),
            _ => Length.ToString(CultureInfo.InvariantCulture) + " bytes",
        };
        return $"{name} {payload}{bits}";
    }
}
