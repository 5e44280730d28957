using System.Globalization;
using System.Text;

namespace Cierre.Opening;

/// <summary>
/// Shows text of the peer inside our own sentences. It comes from outside and ends in logs, terminals and error pages, so it is cut,
/// and all but printable ASCII is escaped.
/// </summary>
internal static class HeaderText
{
    /// <summary>The most characters of the peer's text that a sentence quotes.</summary>
    public const int MaxLength = 100;

    /// <summary>Returns the text as a sentence may quote it; "..." marks a cut.</summary>
    public static string Show(string text)
    {
        var shown = new StringBuilder();
        foreach (var character in text.AsSpan(0, Math.Min(text.Length, MaxLength)))
        {
            if (character is >= ' ' and <= '~')
            {
                shown.Append(character);
            }
            else
            {
                shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:X4}");
            }
        }

        return text.Length > MaxLength ? shown.Append("...").ToString() : shown.ToString();
    }
}
