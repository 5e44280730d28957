using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Cierre.Tool.Gateway;

/// <summary>The upstream of one request: its path and query behind those of the upstream's URL, escaped as the client wrote them.</summary>
internal static class UpstreamUrl
{
    public static Uri Of(HttpContext context, Uri upstream)
    {
        HttpRequest request = context.Request;
        if (request.Path == "/" && !request.QueryString.HasValue) return upstream;
        // ASP.NET Core decodes a path; what stood on the wire has another form only where a proxy asks for the whole URL.
        string target = context.Features.Get<IHttpRequestFeature>()?.RawTarget is ['/', ..] and var raw ? raw : request.Path.ToUriComponent() + request.QueryString;
        string query = target.Contains('?', StringComparison.Ordinal) ? "" : upstream.Query;
        string url = upstream.GetLeftPart(UriPartial.Authority) + upstream.AbsolutePath.TrimEnd('/') + target + query;
        return new Uri(url, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
    }
}
