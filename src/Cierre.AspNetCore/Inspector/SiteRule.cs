using System.Net;
using Cierre.Opening;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Cierre.AspNetCore.Inspector;

/// <summary>From which pages a request may come: those of the inspector's own site, under a name that is known to be this server's.</summary>
internal static class SiteRule
{
    /// <summary>What is wrong with the request, and what would allow it; null for nothing.</summary>
    /// <param name="isPage">It is the page itself that is asked for.</param>
    public static string? FaultOf(HttpRequest request, InspectorOptions options, bool isPage)
    {
        // DNS rebinding: a page of evil.example whose name now leads here is of one origin with us, but its name it cannot change.
        if (!IsKnown(request.Host.Host, options.AllowedHosts))
        {
            return $"The host {UntrustedText.Quote(request.Host.Host)} is not one of the inspector's. It answers to localhost and to what InspectorOptions.AllowedHosts lists.";
        }

        string origin = request.Headers[HeaderNames.Origin].ToString();
        bool isListed = origin.Length > 0 && options.AllowedOrigins.Contains(origin, StringComparer.OrdinalIgnoreCase);
        if (origin.Length > 0 && !isListed && !OriginRule.IsSameOrigin(origin, request.Scheme, request.Host.Value ?? ""))
        {
            return $"The origin {UntrustedText.Quote(origin)} is not the inspector's own ({request.Scheme}://{UntrustedText.Escape(request.Host.Value ?? "")}), nor one of InspectorOptions.AllowedOrigins. "
                + "Behind a proxy that ends TLS, forward the scheme (UseForwardedHeaders) or list the origin.";
        }

        // RFC 9110 9.2.1. A browser names the origin of every request that is not safe.
        bool isSafe = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);
        if (!isSafe && origin.Length == 0) return "A request that changes something must name its origin: send the header Origin with the address of the inspector.";

        // Fetch Metadata: what the browser says of the page, whatever the page says of itself.
        string site = request.Headers["Sec-Fetch-Site"].ToString();
        if (isListed || site is "" or "same-origin" || (site == "none" && isSafe)) return null;
        if (isPage && isSafe && request.Headers["Sec-Fetch-Mode"] == "navigate" && request.Headers["Sec-Fetch-Dest"] == "document") return null;
        return $"The request comes from another site (Sec-Fetch-Site: {UntrustedText.Escape(site)}). Only the inspector's own page may ask, and pages of InspectorOptions.AllowedOrigins.";
    }

    private static bool IsKnown(string host, IList<string> allowed)
    {
        if (host.Equals("localhost", StringComparison.OrdinalIgnoreCase)) return true;
        // Not what "0177.1" and the like would be parsed to: browsers send addresses in their one form.
        if (IPAddress.TryParse(host, out IPAddress? address) && IPAddress.IsLoopback(address) && address.ToString() == host.Trim('[', ']')) return true;
        return host.Length > 0 && allowed.Contains(host, StringComparer.OrdinalIgnoreCase);
    }
}
