using Cierre.AspNetCore.Origins;
using Cierre.Opening;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Cierre.AspNetCore.Inspector;

/// <summary>From which pages a request may come: those of the inspector's own site, under a name that is known to be this server's.</summary>
internal sealed class SiteRule(WebSocketInspectorOptions options)
{
    private const string Hosts = $"{nameof(WebSocketInspectorOptions)}.{nameof(WebSocketInspectorOptions.AllowedHosts)}";
    private const string Origins = $"{nameof(WebSocketInspectorOptions)}.{nameof(WebSocketInspectorOptions.AllowedOrigins)}";

    private readonly HashSet<string> _hosts = [.. options.AllowedHosts.Select(Known)];
    private readonly OriginList _origins = OriginList.Parse(options.AllowedOrigins, Origins);

    /// <summary>What is wrong with the request, and what would allow it; null for nothing.</summary>
    /// <param name="isPage">It is the page itself that is asked for.</param>
    public string? FaultOf(HttpRequest request, bool isPage)
    {
        // DNS rebinding: a page of evil.example whose name now leads here is of one origin with us, but its name it cannot change.
        string host = RequestOrigin.HostOf(request);
        bool isHost = HostName.TrySplit(host, out string name, out _);
        if (!isHost || !(HostName.IsLoopback(host, name) || _hosts.Contains(name)))
        {
            return $"The host {UntrustedText.Quote(isHost ? name : host)} is not one of the inspector's. It answers to localhost and to what {Hosts} lists.";
        }

        string origin = request.Headers[HeaderNames.Origin].ToString();
        bool isListed = origin.Length > 0 && _origins.Contains(origin);
        if (!isListed && !RequestOrigin.IsSameOrigin(request))
        {
            return $"The origin {UntrustedText.Quote(origin)} is not the inspector's own ({request.Scheme}://{UntrustedText.Escape(host)}), " +
                $"nor one of {Origins}. "
                + "Behind a proxy that ends TLS, forward the scheme (UseForwardedHeaders) or list the origin.";
        }

        // RFC 9110 9.2.1. A browser names the origin of every request that is not safe.
        bool isSafe = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);
        if (!isSafe && origin.Length == 0)
            return "A request that changes something must name its origin: send the header Origin with the address of the inspector.";

        // Fetch Metadata: what the browser says of the page, whatever the page says of itself.
        string site = request.Headers["Sec-Fetch-Site"].ToString();
        if (isListed || site is "" or "same-origin" || (site == "none" && isSafe)) return null;
        if (isPage && isSafe && request.Headers["Sec-Fetch-Mode"] == "navigate" && request.Headers["Sec-Fetch-Dest"] == "document") return null;
        return $"The request comes from another site (Sec-Fetch-Site: {UntrustedText.Escape(site)}). Only the inspector's own page may ask, " +
            $"and pages of {Origins}.";
    }

    private static string Known(string host) => HostName.Normalize(host) ?? throw new ArgumentException(
        $"{UntrustedText.Quote(host)} in {Hosts} is the name of no host: write the name alone, without scheme, port and path, such as \"ops.example.org\".",
        nameof(host));
}

/// <summary>Marks the page itself, which holds no data: a link, or the way back from a login, may lead to it from anywhere.</summary>
internal sealed record TopLevelPage;
