using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Cierre.Tool.Gateway;

/// <summary>The upstream of one request: its path and query behind those of the upstream's URL, escaped as the client wrote them.</summary>
internal static class UpstreamUrl
{
    public static Uri Of(HttpContext context, Uri upstream)
    {
        HttpRequest request = context.Request;
        // ASP.NET Core decodes a path; what stood on the wire has another form only where a proxy asks for the whole URL.
        string target = Escape(context.Features.Get<IHttpRequestFeature>()?.RawTarget is ['/', ..] and var raw
            ? raw
            : request.Path.ToUriComponent() + request.QueryString);
        if (target is "/" or "") return upstream;
        string query = target.Contains('?', StringComparison.Ordinal) ? "" : upstream.Query;
        string url = AuthorityOf(upstream) + upstream.AbsolutePath.TrimEnd('/') + target + query;
        return new Uri(url, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
    }

    /// <summary>What has no place in a request line becomes %XX, and what the client escaped stays: Kestrel lets through controls, and over HTTP/2 anything.
    /// RFC 9112 3.2.</summary>
    private static string Escape(string target)
    {
        if (!target.AsSpan().ContainsAnyExceptInRange('!', '~') && !target.Contains('#', StringComparison.Ordinal)) return target;
        var escaped = new StringBuilder();
        foreach (byte unit in Encoding.UTF8.GetBytes(target))
        {
            if (unit is > (byte)' ' and <= (byte)'~' and not (byte)'#') escaped.Append((char)unit);
            else escaped.Append('%').Append(unit.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
        }

        return escaped.ToString();
    }

    /// <summary>Scheme, user, host and port. Uri leaves the zone of an IPv6 address (RFC 6874) out of everything but the name that a resolver gets.</summary>
    private static string AuthorityOf(Uri upstream)
    {
        string authority = upstream.GetLeftPart(UriPartial.Authority);
        return upstream.HostNameType == UriHostNameType.IPv6 ? authority.Replace(upstream.Host, $"[{upstream.IdnHost}]", StringComparison.Ordinal) : authority;
    }
}
