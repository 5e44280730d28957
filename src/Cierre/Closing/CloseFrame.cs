using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;
using Cierre.Closing;

namespace Cierre;

/// <summary>Holds what one close frame says: its code and its reason. RFC 6455 5.5.1.</summary>
/// <remarks>An empty close frame has the code 1005 and an empty reason; no close frame at all is <see langword="null"/>.</remarks>
/// <param name="Code">The close code, 1000-4999; 1005 stands for an empty body.</param>
/// <param name="Reason">The reason: untrusted text when it came from the peer. On the wire it takes at most 123 bytes of UTF-8; a longer one of ours is
/// cut there at the border of a code point and kept whole here.</param>
public sealed record CloseFrame(ushort Code, string Reason = "")
{
    /// <summary>The longest reason that fits a control frame beside its code, in bytes of UTF-8. RFC 6455 5.5.</summary>
    public const int MaxReasonBytes = 123;

    internal const int MaxBodyBytes = MaxReasonBytes + sizeof(ushort);

    /// <summary>A close frame with an empty body. RFC 6455 7.1.5: its code is 1005.</summary>
    public static CloseFrame Empty { get; } = new(CloseCodes.NoStatusReceived);

    /// <summary>Whether the body of the frame is empty.</summary>
    public bool IsEmpty => Code == CloseCodes.NoStatusReceived;

    /// <summary>The answer to this frame: its code, no reason; empty for an empty one. RFC 6455 5.5.1.</summary>
    internal CloseFrame Echo => IsEmpty || Reason.Length == 0 ? this : new CloseFrame(Code);

    /// <summary>Writes the body and returns its length.</summary>
    internal int WriteBody(Span<byte> body)
    {
        if (IsEmpty) return 0;
        BinaryPrimitives.WriteUInt16BigEndian(body, Code);
        // FromUtf16 stops at the last code point that fits, and writes U+FFFD for a lone surrogate.
        Utf8.FromUtf16(Reason, body.Slice(sizeof(ushort), MaxReasonBytes), out _, out int written);
        return sizeof(ushort) + written;
    }

    /// <summary>Reads a body: false with the violation where it breaks RFC 6455 5.5.1, 7.4 or 8.1.</summary>
    internal static bool TryParse(ReadOnlySpan<byte> body, out CloseFrame frame, out Violation? violation)
    {
        frame = Empty;
        violation = null;
        if (body.IsEmpty) return true;
        if (body.Length == 1)
        {
            violation = Violations.CloseBodyOfOneByte();
            return false;
        }

        ushort code = BinaryPrimitives.ReadUInt16BigEndian(body);
        if (!CloseCodes.MayBeOnTheWire(code))
        {
            violation = Violations.CloseCodeForbidden(code);
            return false;
        }

        ReadOnlySpan<byte> reason = body[sizeof(ushort)..];
        if (!Utf8.IsValid(reason))
        {
            int offset = InvalidUtf8.Offset(reason);
            violation = Violations.CloseReasonNotUtf8(offset, reason[offset]);
            return false;
        }

        frame = new CloseFrame(code, Encoding.UTF8.GetString(reason)); // keeps a byte order mark
        return true;
    }
}
