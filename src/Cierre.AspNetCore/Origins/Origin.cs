namespace Cierre.AspNetCore.Origins;

/// <summary>RFC 6454 4 and 6: an origin in its one form. The port is null where the scheme has none of its own.</summary>
internal readonly record struct Origin(string Scheme, string Host, int? Port)
{
    /// <summary>Reads an origin as browsers write it: no path, no user, no second one.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Origin origin)
    {
        origin = default;
        int separator = text.IndexOf("://");
        return separator > 0 && TryRead(text[..separator], text[(separator + 3)..], out origin);
    }

    /// <summary>Puts an origin together from a scheme and what stands behind it.</summary>
    public static bool TryRead(ReadOnlySpan<char> scheme, ReadOnlySpan<char> authority, out Origin origin)
    {
        origin = default;
        if (!IsScheme(scheme)) return false;
        string name = scheme.ToString().ToLowerInvariant() switch
        {
            // The scheme of a request may be told in WebSocket's words.
            "ws" => "http",
            "wss" => "https",
            var other => other,
        };
        // The one origin without a host that is not written as "null": pages from files, in some browsers.
        if (name == "file" && authority.IsEmpty)
        {
            origin = new Origin(name, "", null);
            return true;
        }

        if (!HostName.TrySplit(authority, out string host, out int? port)) return false;
        origin = new Origin(name, host, port ?? DefaultPort(name));
        return true;
    }

    /// <summary>
    /// RFC 6454 5: tells whether a page of this Origin header comes from where the request went: its scheme and its Host header. The schemes ws
    /// and wss count as http and https. The origin "null" is the same as nothing, itself included.
    /// </summary>
    public static bool IsSame(string origin, string scheme, string host) =>
        TryParse(origin, out Origin theirs) && TryRead(scheme, host, out Origin ours) && theirs == ours;

    /// <summary>As browsers write it: the scheme's own port is left out.</summary>
    public override string ToString() => Port is { } port && port != DefaultPort(Scheme) ? $"{Scheme}://{Host}:{port}" : $"{Scheme}://{Host}";

    private static int? DefaultPort(string scheme) => scheme switch
    {
        "http" => 80,
        "https" => 443,
        _ => null,
    };

    /// <summary>RFC 3986 3.1.</summary>
    private static bool IsScheme(ReadOnlySpan<char> scheme)
    {
        if (scheme.IsEmpty || !char.IsAsciiLetter(scheme[0])) return false;
        foreach (char character in scheme)
        {
            if (!char.IsAsciiLetterOrDigit(character) && character is not ('+' or '-' or '.')) return false;
        }

        return true;
    }
}
