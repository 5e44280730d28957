using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Cierre.Resuming;

/// <summary>A place in the log of a topic, which its reader holds: the log's epoch, the number of a message from 1 on, and that message's tag.</summary>
/// <param name="Epoch">Which log: another one has another epoch. 1 to 16 digits and small letters.</param>
/// <param name="Offset">0: before the first message.</param>
/// <param name="Tag">What tells the message from another one that got the same number, in a log that forgot its newest.</param>
internal readonly record struct TopicCursor(string Epoch, long Offset, ushort Tag)
{
    private const int LongestEpoch = 16;

    /// <summary>Reads <c>9f2c.15520.77e0</c>.</summary>
    public static bool TryParse(ReadOnlySpan<byte> utf8, out TopicCursor cursor)
    {
        cursor = default;
        int first = utf8.IndexOf((byte)'.'), last = utf8.LastIndexOf((byte)'.');
        if (first is < 1 or > LongestEpoch || last <= first) return false;
        foreach (byte b in utf8[..first])
        {
            if (!char.IsAsciiDigit((char)b) && !char.IsAsciiLetterLower((char)b)) return false;
        }

        if (!TryParseNumber(utf8[(first + 1)..last], out long offset) || !TryParseTag(utf8[(last + 1)..], out ushort tag)) return false;
        cursor = new TopicCursor(Encoding.ASCII.GetString(utf8[..first]), offset, tag);
        return true;
    }

    /// <summary>Digits alone, and no number that JavaScript cannot hold.</summary>
    public static bool TryParseNumber(ReadOnlySpan<byte> digits, out long number) =>
        Utf8Parser.TryParse(digits, out number, out int read) && read == digits.Length && char.IsAsciiDigit((char)digits[0])
        && number <= ResumeControl.MaxNumber;

    /// <summary>Four hexadecimal digits, in small letters.</summary>
    public static bool TryParseTag(ReadOnlySpan<byte> digits, out ushort tag) =>
        ushort.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out tag)
        && digits.Length == 4 && digits.IndexOfAnyInRange((byte)'A', (byte)'F') < 0;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Epoch}.{Offset}.{Tag:x4}");
}
