namespace Cierre.Opening;

/// <summary>RFC 9110 5.6.1: comma separated lists that may be split over header lines; empty elements count for nothing.</summary>
internal static class HeaderList
{
    /// <summary>Lists the elements in order, without the white space around them.</summary>
    public static List<string> Elements(IEnumerable<string> headerValues)
    {
        var elements = new List<string>();
        foreach (var value in headerValues)
        {
            foreach (var range in value.AsSpan().Split(','))
            {
                var element = value.AsSpan(range).Trim(" \t");
                if (!element.IsEmpty)
                {
                    elements.Add(element.ToString());
                }
            }
        }

        return elements;
    }

    /// <summary>Tells whether one of the elements is this token, whatever its case (RFC 9110 7.6.1 and 7.8).</summary>
    public static bool Contains(IEnumerable<string> headerValues, string token) =>
        Elements(headerValues).Contains(token, StringComparer.OrdinalIgnoreCase);

    /// <summary>Joins header lines into the one value that means the same (RFC 9110 5.3).</summary>
    public static string Join(IEnumerable<string> headerValues) => string.Join(", ", headerValues);
}
