using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace Cierre.Tool.Hosting;

/// <summary>Where to listen, as <c>--url</c> says it: http or https, an address or <c>localhost</c> or <c>*</c> for all, a port; 0 picks a free one.</summary>
internal sealed record HostAddress(bool IsHttps, IPAddress Address, int Port)
{
    /// <summary>A free port of 127.0.0.1.</summary>
    public static HostAddress AnyPort(bool https = false) => new(https, IPAddress.Loopback, 0);

    public static bool TryParse(string url, [NotNullWhen(true)] out HostAddress? address, [NotNullWhen(false)] out string? error)
    {
        address = null;
        error = null;
        // A star is no host of a URL; any other host that is none of ours says what it is.
        if (!Uri.TryCreate(url.Replace("://*", "://[::]", StringComparison.Ordinal), UriKind.Absolute, out Uri? uri)
            || uri.Scheme is not ("http" or "https") || uri.PathAndQuery != "/" || uri.Fragment.Length > 0 || uri.UserInfo.Length > 0)
        {
            error = $"'{WebSocketUrl.ToDisplayString(url)}' is no address to listen on: http://ADDRESS:PORT or https://ADDRESS:PORT is.";
        }
        else if (Find(uri) is { } ip) address = new HostAddress(uri.Scheme == "https", ip, uri.Port);
        else error = $"'{uri.Host}' is no address of this machine to listen on: take an IP address, localhost, or * for all.";

        return error is null;
    }

    private static IPAddress? Find(Uri uri) =>
        uri.Host == "localhost" ? IPAddress.Loopback : IPAddress.TryParse(uri.DnsSafeHost, out IPAddress? ip) ? ip : null;
}
