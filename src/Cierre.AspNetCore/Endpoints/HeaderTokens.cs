using Microsoft.Extensions.Primitives;

namespace Cierre.AspNetCore.Endpoints;

/// <summary>RFC 9110 5.6.1: comma separated lists that may be split over header lines.</summary>
internal static class HeaderTokens
{
    /// <summary>Whether one of the elements is this token, whatever its case (RFC 9110 7.6.1 and 7.8).</summary>
    public static bool Contains(StringValues lines, string token)
    {
        foreach (string? line in lines)
        {
            foreach (Range range in line.AsSpan().Split(','))
            {
                if (line.AsSpan(range).Trim(" \t").Equals(token, StringComparison.OrdinalIgnoreCase)) return true;
            }
        }

        return false;
    }
}
