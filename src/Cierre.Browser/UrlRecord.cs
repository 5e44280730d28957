using System.Buffers;
using System.Globalization;
using Cierre.Opening;

namespace Cierre.Browser;

/// <summary>WHATWG WebSockets 3.1: the URL and the subprotocols that a constructor was given, checked before anything is sent.</summary>
/// <param name="Address">Where to connect: ws or wss.</param>
/// <param name="Href">The URL as the URL standard serializes it: what the <c>Url</c> attribute says.</param>
/// <param name="Origin">Its origin, serialized: <c>wss://example.org</c>, with the port where it is not the scheme's own.</param>
internal sealed record UrlRecord(Uri Address, string Href, string Origin)
{
    private static readonly SearchValues<char> TabOrNewline = SearchValues.Create("\t\n\r");

    /// <summary>Obtains a WebSocket URL record.</summary>
    /// <exception cref="DomException">SyntaxError: it cannot be parsed, is relative (.NET has no base URL), has another scheme or a fragment.</exception>
    public static UrlRecord Parse(string url)
    {
        ArgumentNullException.ThrowIfNull(url);
        // 1. Parse; there is no base URL. URL 4.4: C0 controls and spaces around it, and tabs and line ends in it, do not count.
        string input = WithoutTabsAndNewlines(ScalarString.Of(url)).Trim(C0ControlsAndSpace);
        int colon = input.IndexOf(':');
        // 2. Failure.
        if (colon <= 0 || !Uri.CheckSchemeName(input[..colon]))
        {
            throw DomException.SyntaxError($"The URL '{ShowUrl(url)}' is relative; an absolute ws or wss URL is needed.");
        }

        // 3-5. http is ws, https is wss, and nothing else will do.
        string scheme = input[..colon].ToLowerInvariant() switch
        {
            "ws" or "http" => "ws",
            "wss" or "https" => "wss",
            var other => throw DomException.SyntaxError($"The URL '{ShowUrl(url)}' has the scheme '{Show(other)}'; ws, wss, http or https is needed."),
        };
        // 6. A fragment, be it empty.
        if (input.Contains('#')) throw DomException.SyntaxError($"The URL '{ShowUrl(url)}' has a fragment, which a WebSocket URL must not have.");
        // URL 4.4, special authority slashes: any number of slashes, none included. A backslash is one, but for the query.
        string rest = input[(colon + 1)..].TrimStart('/', '\\');
        string authority = rest[..End(rest, "/\\?")];
        string path = rest[authority.Length..][..End(rest[authority.Length..], "?")];
        string query = rest[(authority.Length + path.Length)..];
        int at = authority.LastIndexOf('@');
        string host = authority[(at + 1)..];
        int portColon = host.LastIndexOf(':') is var last && last > host.LastIndexOf(']') ? last : host.Length;
        if (UrlHost.Parse(host[..portColon]) is not { } hostname || !TryPort(host[Math.Min(portColon + 1, host.Length)..], scheme, out string port))
        {
            throw Unparsable(url);
        }

        // 7. Its serialization.
        string origin = $"{scheme}://{hostname}{port}";
        string user = at < 0 ? "" : UserInfo(authority[..at]);
        string href = $"{scheme}://{user}{hostname}{port}{Path(path)}{PercentEncoding.Encode(query, PercentEncoding.Query)}";
        // Path and query go out as they stand here: .NET would decode and encode again.
        return Uri.TryCreate(href, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }, out Uri? address) && address.Host.Length != 0
            ? new UrlRecord(address, href, origin)
            : throw Unparsable(url);
    }

    /// <summary>Checks the subprotocols that a constructor was given and copies them. RFC 6455 4.1: tokens, none twice.</summary>
    /// <exception cref="DomException">SyntaxError: one is empty, is not a token, or is there twice in any ASCII case.</exception>
    public static string[] Subprotocols(IEnumerable<string> protocols)
    {
        ArgumentNullException.ThrowIfNull(protocols);
        string[] names = [.. protocols];
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (string name in names)
        {
            ArgumentNullException.ThrowIfNull(name, nameof(protocols));
            if (!WebSocketHandshake.IsSubprotocol(name))
            {
                throw DomException.SyntaxError($"The subprotocol '{Show(name)}' is not a token of ASCII letters, digits and !#$%&'*+-.^_`|~ (RFC 6455 4.1).");
            }

            if (!seen.Add(name)) throw DomException.SyntaxError($"The subprotocol '{name}' is given more than once; each may be there once, in whatever case.");
        }

        return names;
    }

    private static char[] C0ControlsAndSpace { get; } = [.. Enumerable.Range(0, 0x21).Select(c => (char)c)];

    private static int End(string text, string delimiters) => text.AsSpan().IndexOfAny(delimiters) is >= 0 and var at ? at : text.Length;

    /// <summary>URL 4.4, port state: digits; that of the scheme, and an empty one, is not written.</summary>
    private static bool TryPort(string digits, string scheme, out string port)
    {
        port = "";
        if (digits.Length == 0) return true;
        if (digits.AsSpan().ContainsAnyExceptInRange('0', '9') || digits.TrimStart('0').Length > 5) return false;
        int number = int.Parse(digits, CultureInfo.InvariantCulture);
        if (number != (scheme == "ws" ? 80 : 443)) port = $":{number}";
        return number <= ushort.MaxValue;
    }

    /// <summary>URL 4.4, authority state: user name and password; empty ones are not written.</summary>
    private static string UserInfo(string text)
    {
        string[] parts = text.Split(':', 2);
        string user = PercentEncoding.Encode(parts[0], PercentEncoding.UserInfo);
        string password = parts.Length == 2 && parts[1].Length != 0 ? $":{PercentEncoding.Encode(parts[1], PercentEncoding.UserInfo)}" : "";
        return user.Length + password.Length == 0 ? "" : $"{user}{password}@";
    }

    /// <summary>URL 4.4, path state: dot segments, plain or encoded, are gone.</summary>
    private static string Path(string text)
    {
        List<string> path = [];
        string[] segments = text.Length == 0 ? [""] : text[1..].Split('/', '\\');
        for (int i = 0; i < segments.Length; i++)
        {
            string dots = segments[i].Replace("%2e", ".", StringComparison.OrdinalIgnoreCase);
            if (dots == ".." && path.Count != 0) path.RemoveAt(path.Count - 1);
            if (dots is not ("." or "..")) path.Add(PercentEncoding.Encode(segments[i], PercentEncoding.Path));
            else if (i == segments.Length - 1) path.Add("");
        }

        return "/" + string.Join('/', path);
    }

    private static DomException Unparsable(string url) => DomException.SyntaxError($"The URL '{ShowUrl(url)}' cannot be parsed: it has no valid host or port.");

    private static string WithoutTabsAndNewlines(string text) => text.AsSpan().ContainsAny(TabOrNewline) ? string.Concat(text.Split('\t', '\n', '\r')) : text;

    // What cannot be parsed may have a password anywhere before an at sign.
    private static string ShowUrl(string url) => Show(UrlUserInfo.HideInDoubt(url));

    private static string Show(string text) => UntrustedText.Escape(text, 100);
}
