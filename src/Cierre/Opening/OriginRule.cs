using System.Buffers;
using System.Globalization;

namespace Cierre.Opening;

/// <summary>RFC 6454 4 and 5: two origins are the same when scheme, host and port are.</summary>
internal static class OriginRule
{
    // What can stand neither in a host nor in a port. An origin with a path, a user or a second origin is not what browsers send.
    private static readonly SearchValues<char> NotInAuthority = SearchValues.Create("/\\?#@, \t");

    /// <summary>
    /// Tells whether a page of this Origin header comes from where the request went: its scheme and its Host header. The schemes ws
    /// and wss count as http and https. The origin "null" is the same as nothing, itself included.
    /// </summary>
    public static bool IsSameOrigin(string origin, string scheme, string host)
    {
        var separator = origin.IndexOf("://", StringComparison.Ordinal);
        return separator > 0
            && TryRead(origin.AsSpan(0, separator), origin.AsSpan(separator + 3), out var theirs, out var theirHost)
            && TryRead(scheme, host, out var ours, out var ourHost)
            && theirs == ours
            && theirHost.Equals(ourHost, StringComparison.OrdinalIgnoreCase);
    }

    private static bool TryRead(
        ReadOnlySpan<char> scheme, ReadOnlySpan<char> authority, out (bool Secure, int Port) where, out ReadOnlySpan<char> host)
    {
        where = default;
        host = default;
        if (!TryReadScheme(scheme, out var secure) || authority.ContainsAny(NotInAuthority))
        {
            return false;
        }

        // The colons inside the brackets belong to an IPv6 address, so the port is looked for behind them.
        var colon = authority[(authority.LastIndexOf(']') + 1)..].IndexOf(':');
        var port = secure ? 443 : 80;
        host = authority;
        if (colon >= 0)
        {
            colon += authority.LastIndexOf(']') + 1;
            host = authority[..colon];
            var digits = authority[(colon + 1)..];
            if (!digits.IsEmpty
                && (!int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out port) || port is < 1 or > 65535))
            {
                return false;
            }
        }

        where = (secure, port);
        return !host.IsEmpty;
    }

    private static bool TryReadScheme(ReadOnlySpan<char> scheme, out bool secure)
    {
        secure = scheme.Equals("https", StringComparison.OrdinalIgnoreCase) || scheme.Equals("wss", StringComparison.OrdinalIgnoreCase);
        return secure || scheme.Equals("http", StringComparison.OrdinalIgnoreCase) || scheme.Equals("ws", StringComparison.OrdinalIgnoreCase);
    }
}
