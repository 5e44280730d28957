using System.Globalization;
using System.Text;

namespace Cierre;

/// <summary>Makes a peer's text safe to show in a log or a terminal: nothing in it can move the cursor, break the line or turn the direction of what
/// follows.</summary>
/// <remarks><see cref="CloseRecord.Explain"/> and <see cref="CloseRecord.ToString"/> do this already; reasons and messages as they came need it.</remarks>
public static class UntrustedText
{
    /// <summary>The longest text that is kept whole unless told otherwise, in code points: 200.</summary>
    public const int DefaultMaxLength = 200;

    /// <summary>Escapes control characters, line separators, bidirectional controls and lone surrogates as <c>\u{202E}</c>; cuts at a code point.</summary>
    /// <param name="text">The text.</param>
    /// <param name="maxLength">The longest text that is kept whole, in code points, 1 or more; what is cut leaves an ellipsis. Null: all of it.</param>
    /// <returns>One line.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The length is less than 1.</exception>
    public static string Escape(string text, int? maxLength = DefaultMaxLength)
    {
        Check(text, maxLength);
        return Escape(text, maxLength, quoted: false);
    }

    /// <summary>Does the same and puts it in quotation marks; those of the text are escaped too, so that it cannot end its own quotation.</summary>
    /// <param name="text">The text.</param>
    /// <param name="maxLength">The longest text that is kept whole, in code points, 1 or more; what is cut leaves an ellipsis. Null: all of it.</param>
    /// <returns>One line in quotation marks.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The length is less than 1.</exception>
    public static string Quote(string text, int? maxLength = DefaultMaxLength)
    {
        Check(text, maxLength);
        return $"\"{Escape(text, maxLength, quoted: true)}\"";
    }

    private static void Check(string text, int? maxLength)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (maxLength is { } length) ArgumentOutOfRangeException.ThrowIfLessThan(length, 1, nameof(maxLength));
    }

    private static string Escape(string text, int? maxLength, bool quoted)
    {
        var result = new StringBuilder(text.Length);
        ReadOnlySpan<char> rest = text;
        for (int length = 0; !rest.IsEmpty; length++)
        {
            if (length == maxLength) return result.Append('…').ToString();
            bool whole = Rune.DecodeFromUtf16(rest, out Rune rune, out int consumed) == System.Buffers.OperationStatus.Done;
            int value = whole ? rune.Value : rest[0];
            if (!whole || MustEscape(rune)) Append(result, value);
            else if (quoted && value is '"' or '\\') result.Append('\\').Append((char)value);
            else result.Append(rest[..consumed]);
            rest = rest[consumed..];
        }

        return result.ToString();
    }

    private static void Append(StringBuilder result, int value) => _ = value switch
    {
        '\n' => result.Append(@"\n"),
        '\r' => result.Append(@"\r"),
        '\t' => result.Append(@"\t"),
        _ => result.Append(CultureInfo.InvariantCulture, $@"\u{{{value:X4}}}"),
    };

    private static bool MustEscape(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        || IsBidirectionalControl(rune.Value);

    // Unicode Standard Annex 9, section 2.
    private static bool IsBidirectionalControl(int value) => value is 0x061C or 0x200E or 0x200F or (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069);
}
