using System.Globalization;
using Spectre.Console.Rendering;

namespace Cierre.Tool.Diagrams;

/// <summary>How many columns of a terminal a text takes: East Asian letters and emoji take two.</summary>
internal static class Columns
{
    public static int Of(string text) => new Segment(text).CellCount();

    /// <summary>What fits, with an ellipsis where that is not all.</summary>
    public static string Cut(string text, int most)
    {
        if (Of(text) <= most) return text;
        int length = 0, columns = 1;
        while (length < text.Length)
        {
            int next = StringInfo.GetNextTextElementLength(text, length);
            columns += Of(text.Substring(length, next));
            if (columns > most) break;
            length += next;
        }

        return text[..length] + "…";
    }
}
