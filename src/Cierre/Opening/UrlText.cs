namespace Cierre.Opening;

/// <summary>The URL of a WebSocket as it was written: mapping its scheme, or leaving a part out, changes nothing else of it.</summary>
internal static class UrlText
{
    /// <summary>WHATWG WebSockets 3.1: http and https are mapped, a fragment is refused. RFC 6455 3.</summary>
    /// <exception cref="ArgumentException">It is no address of a WebSocket.</exception>
    public static Uri AddressOf(Uri url)
    {
        if (!url.IsAbsoluteUri) throw new ArgumentException($"The URL '{Show(url)}' is relative; an absolute ws or wss URL is needed.", nameof(url));
        if (url.Fragment.Length != 0 || url.PathAndQuery.Contains('#', StringComparison.Ordinal)) throw new ArgumentException(
            $"The URL '{Show(url)}' has a fragment, which a WebSocket URL must not have.", nameof(url));
        string scheme = url.Scheme switch
        {
            "ws" or "http" => "ws",
            "wss" or "https" => "wss",
            _ => throw new ArgumentException($"The URL '{Show(url)}' has another scheme than ws or wss, one of which is needed.", nameof(url)),
        };
        if (!HasName(url)) throw new ArgumentException($"The URL '{Show(url)}' has a host that is no name and no address.", nameof(url));
        // RFC 9112 3.2: they go into the request line, where anything else would end the target, or the line.
        int wrong = url.PathAndQuery.AsSpan().IndexOfAnyExceptInRange('!', '~');
        if (wrong >= 0)
        {
            throw new ArgumentException(
                $"The URL '{Show(url)}' has the character U+{(int)url.PathAndQuery[wrong]:X4} in its path or query as it is; it must be escaped, " +
                $"as Uri does unless told not to.", nameof(url));
        }

        _ = UrlUserInfo.CredentialsOf(url);
        if (url.Scheme == scheme) return url;
        // A zone of an IPv6 address is in the text that was given and in no other.
        string text = url.OriginalString.TrimStart();
        if (!text.StartsWith(url.Scheme + "://", StringComparison.OrdinalIgnoreCase)) text = url.AbsoluteUri;
        return Parse(scheme + text[url.Scheme.Length..], url);
    }

    /// <summary>Parses a text whose path and query are those of <paramref name="like"/>, and keeps them as they are there.</summary>
    public static Uri Parse(string text, Uri like)
    {
        var plain = new Uri(text, UriKind.Absolute);
        return plain.PathAndQuery == like.PathAndQuery ? plain : new Uri(text, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
    }

    /// <summary>Whether a WebSocket can be there: a scheme of its own or of HTTP's, and a host.</summary>
    public static bool IsAddress(Uri url) => url.IsAbsoluteUri && url.Scheme is "ws" or "wss" or "http" or "https" && HasName(url);

    /// <summary>RFC 5891: the parser lets names through that have no form in ASCII, and so cannot be looked up.</summary>
    private static bool HasName(Uri url)
    {
        try
        {
            return url.IdnHost.Length != 0;
        }
        catch (UriFormatException)
        {
            return false;
        }
    }

    private static string Show(Uri url) => HeaderText.Show(UrlUserInfo.Hide(url.OriginalString));
}
