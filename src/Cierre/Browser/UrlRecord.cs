using System.Buffers;
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
            throw DomException.SyntaxError($"The URL '{Show(url)}' is relative; an absolute ws or wss URL is needed.");
        }

        // 3-5. http is ws, https is wss, and nothing else will do.
        string scheme = input[..colon].ToLowerInvariant() switch
        {
            "ws" or "http" => "ws",
            "wss" or "https" => "wss",
            var other => throw DomException.SyntaxError($"The URL '{Show(url)}' has the scheme '{Show(other)}'; ws, wss, http or https is needed."),
        };
        // 6. A fragment, be it empty.
        if (input.Contains('#')) throw DomException.SyntaxError($"The URL '{Show(url)}' has a fragment, which a WebSocket URL must not have.");
        // URL 4.4, special authority slashes: any number of slashes, none included; before the query a backslash is one.
        int query = input.IndexOf('?') is >= 0 and var at ? at : input.Length;
        string rest = input[(colon + 1)..query].Replace('\\', '/').TrimStart('/') + input[query..];
        if (!Uri.TryCreate($"{scheme}://{rest}", UriKind.Absolute, out Uri? address) || address.Host.Length == 0)
        {
            throw DomException.SyntaxError($"The URL '{Show(url)}' cannot be parsed: it has no valid host or port.");
        }

        // 7. Its serialization. The host is ASCII, as in the URL standard, not as it was written.
        string authority = address.IsDefaultPort ? Host(address) : $"{Host(address)}:{address.Port}";
        string user = address.UserInfo.Length == 0 ? "" : $"{address.UserInfo}@";
        return new UrlRecord(address, $"{scheme}://{user}{authority}{address.PathAndQuery}", $"{scheme}://{authority}");
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
            if (!Opening.Subprotocols.IsToken(name))
            {
                throw DomException.SyntaxError($"The subprotocol '{Show(name)}' is not a token of ASCII letters, digits and !#$%&'*+-.^_`|~ (RFC 6455 4.1).");
            }

            if (!seen.Add(name)) throw DomException.SyntaxError($"The subprotocol '{name}' is given more than once; each may be there once, in whatever case.");
        }

        return names;
    }

    private static char[] C0ControlsAndSpace { get; } = [.. Enumerable.Range(0, 0x21).Select(c => (char)c)];

    private static string Host(Uri address) => address.HostNameType == UriHostNameType.IPv6 ? address.Host : address.IdnHost;

    private static string WithoutTabsAndNewlines(string text) => text.AsSpan().ContainsAny(TabOrNewline) ? string.Concat(text.Split('\t', '\n', '\r')) : text;

    private static string Show(string text) => HeaderText.Show(text);
}
