using System.Net;
using System.Text.RegularExpressions;

namespace Cierre.Opening;

/// <summary>The <c>user:password@</c> of a URL: credentials for a 401, and nothing that is ever shown. RFC 3986 3.2.1, RFC 7617.</summary>
internal static partial class UrlUserInfo
{
    private const string AnyScheme = "ws:";

    /// <summary>What user name and password say; null where the URL has none.</summary>
    /// <exception cref="ArgumentException">They have a character that Basic credentials cannot carry.</exception>
    public static NetworkCredential? CredentialsOf(Uri url)
    {
        if (url.UserInfo.Length == 0) return null;
        string[] parts = url.UserInfo.Split(':', 2);
        string user = Uri.UnescapeDataString(parts[0]), password = parts.Length == 2 ? Uri.UnescapeDataString(parts[1]) : "";
        // RFC 7617 2: neither has a control character, and the first colon ends the user name.
        if (user.Contains(':', StringComparison.Ordinal))
            throw new ArgumentException("The user name in the URL has a colon in it, which Basic credentials cannot carry.", nameof(url));
        if (user.Concat(password).Any(char.IsControl))
            throw new ArgumentException(
                "The user name or the password in the URL has a control character in it, which Basic credentials cannot carry.", nameof(url));
        return new NetworkCredential(user, password);
    }

    /// <summary>The same URL without them; its path and query stay as they are written.</summary>
    public static Uri Without(Uri url)
    {
        if (url.UserInfo.Length == 0) return url;
        // A zone of an IPv6 address is in the text that was given and in no other; but what the text means is for its parser to say.
        if (TryCut(url.OriginalString, out string text) && Uri.TryCreate(text, UriKind.Absolute, out Uri? cut) && cut.UserInfo.Length == 0
            && cut.Host.Length != 0)
        {
            Uri kept = UrlText.Parse(text, url);
            if (kept.Scheme == url.Scheme && HostOf(kept) == HostOf(url) && kept.Port == url.Port && kept.PathAndQuery == url.PathAndQuery) return kept;
        }

        return UrlText.Parse($"{url.Scheme}://{HostOf(url)}{(url.IsDefaultPort ? "" : $":{url.Port}")}{url.PathAndQuery}{url.Fragment}", url);
    }

    /// <summary>Leaves them out of the text of a URL or of a reference to one. Which part of it they are is what <see cref="Uri"/> says; where it says nothing,
    /// whatever may be them is left out.</summary>
    public static string Hide(string text)
    {
        string reference = text.TrimStart();
        // RFC 3986 4.2: the scheme of what refers to it, which here is any.
        bool hasNoScheme = reference is ['/' or '\\', '/' or '\\', ..];
        if (Uri.TryCreate(hasNoScheme ? AnyScheme + reference : reference, UriKind.Absolute, out Uri? url) && url.Host.Length != 0
            && url.Scheme is not "mailto")
        {
            if (url.UserInfo.Length == 0) return text;
            string shown = Without(url).OriginalString;
            return hasNoScheme ? shown[AnyScheme.Length..] : shown;
        }

        bool isPath = reference is ['/' or '?', ..] && !MayBePassword().IsMatch(reference);
        return isPath ? text : HideInDoubt(text);
    }

    /// <summary>Leaves all out that may be them, of a text that is no URL we can read: whatever stands before the last at sign, however that is
    /// written.</summary>
    public static string HideInDoubt(string text)
    {
        Match at = LastAt().Match(text);
        return at.Success ? string.Concat("***", text.AsSpan(at.Index)) : text;
    }

    /// <summary>With the zone that an address may have. What is no name has none in ASCII.</summary>
    private static string HostOf(Uri url) => url.HostNameType == UriHostNameType.IPv6 ? $"[{url.IdnHost}]" : url.Host;

    [GeneratedRegex("@|%40|[\uFF20\uFE6B]", RegexOptions.RightToLeft)]
    private static partial Regex LastAt();

    [GeneratedRegex(":.*(@|%40|[\uFF20\uFE6B])", RegexOptions.Singleline)]
    private static partial Regex MayBePassword();

    /// <summary>Cuts what stands before the last at sign of the authority.</summary>
    private static bool TryCut(string text, out string cut)
    {
        ReadOnlySpan<char> rest = text.AsSpan(text.IndexOf(':', StringComparison.Ordinal) + 1).TrimStart("/\\");
        int start = text.Length - rest.Length, length = rest.IndexOfAny("/\\?#");
        int at = (length < 0 ? rest : rest[..length]).LastIndexOf('@');
        cut = at < 0 ? text : text.Remove(start, at + 1);
        return at >= 0;
    }
}
