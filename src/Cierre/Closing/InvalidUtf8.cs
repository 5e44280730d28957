using System.Buffers;
using System.Text;

namespace Cierre.Closing;

/// <summary>Finds what a violation of RFC 6455 8.1 names, in a reason as in a text message.</summary>
internal static class InvalidUtf8
{
    /// <summary>Where the first sequence begins that is not UTF-8, or is not whole; the length where all is well.</summary>
    public static int Offset(ReadOnlySpan<byte> bytes)
    {
        int offset = 0;
        while (Rune.DecodeFromUtf8(bytes[offset..], out _, out int consumed) == OperationStatus.Done) offset += consumed;
        return offset;
    }
}
