using Cierre.Opening;

namespace Cierre;

/// <summary>Shows the URL of a WebSocket in a message, a log or on a screen: the rule by which Cierre itself shows one.</summary>
public static class WebSocketUrl
{
    /// <summary>Writes a URL without the user name and the password that it may have. RFC 3986 3.2.1.</summary>
    /// <param name="url">The URL, absolute or relative.</param>
    /// <returns>The URL, with characters escaped as it would be sent; path and query as they are written.</returns>
    public static string ToDisplayString(Uri url)
    {
        ArgumentNullException.ThrowIfNull(url);
        return url is { IsAbsoluteUri: true, Host.Length: > 0 } ? UrlUserInfo.Without(url).AbsoluteUri : ToDisplayString(url.OriginalString);
    }

    /// <summary>Writes the text of a URL without user name and password, or a text that may be none: there, whatever stands before the last at sign is left
    /// out, because it may be a password.</summary>
    /// <param name="text">The text, as it was written.</param>
    /// <returns>One line, safe to show in a terminal (<see cref="UntrustedText"/>).</returns>
    public static string ToDisplayString(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return UntrustedText.Escape(UrlUserInfo.Hide(text));
    }
}
