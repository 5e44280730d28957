using System.Net;

namespace Cierre.Opening;

/// <summary>The <c>user:password@</c> of a URL: credentials for a 401, and nothing that is ever shown. RFC 3986 3.2.1, RFC 7617.</summary>
internal static class UrlUserInfo
{
    /// <summary>What user name and password say; null where the URL has none.</summary>
    /// <exception cref="ArgumentException">They have a character that Basic credentials cannot carry.</exception>
    public static NetworkCredential? CredentialsOf(Uri url)
    {
        if (url.UserInfo.Length == 0) return null;
        string[] parts = url.UserInfo.Split(':', 2);
        string user = Uri.UnescapeDataString(parts[0]), password = parts.Length == 2 ? Uri.UnescapeDataString(parts[1]) : "";
        // RFC 7617 2: neither has a control character, and the first colon ends the user name.
        if (user.Contains(':', StringComparison.Ordinal)) throw new ArgumentException("The user name in the URL has a colon in it, which Basic credentials cannot carry.", nameof(url));
        if (user.Concat(password).Any(char.IsControl)) throw new ArgumentException("The user name or the password in the URL has a control character in it, which Basic credentials cannot carry.", nameof(url));
        return new NetworkCredential(user, password);
    }

    /// <summary>The same URL without them; its path and query stay as they are written.</summary>
    public static Uri Without(Uri url)
    {
        if (url.UserInfo.Length == 0) return url;
        string shown = Hide(url.OriginalString);
        return UrlText.Parse(shown.Length < url.OriginalString.Length ? shown : Hide(url.AbsoluteUri), url);
    }

    /// <summary>Leaves them out of the text of a URL.</summary>
    public static string Hide(string text)
    {
        int slashes = text.IndexOf("//", StringComparison.Ordinal);
        int start = slashes < 0 ? 0 : slashes + 2;
        int length = text.AsSpan(start).IndexOfAny("/\\?#");
        int at = text.AsSpan(start, length < 0 ? text.Length - start : length).LastIndexOf('@');
        return at < 0 ? text : text.Remove(start, at + 1);
    }

    /// <summary>Leaves all out that may be them, of a text that is no URL we can read: whatever stands before the last at sign.</summary>
    public static string HideInDoubt(string text)
    {
        int at = text.LastIndexOf('@');
        return at < 0 ? text : string.Concat("***", text.AsSpan(at));
    }
}
