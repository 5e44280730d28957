using Cierre.Opening;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Cierre.AspNetCore.Endpoints;

/// <summary>RFC 6455 10.2: a browser names the page's origin, and a server accepts only those it expects.</summary>
internal static class OriginPolicy
{
    public static bool Allows(HttpRequest request, IList<string> allowed)
    {
        string origin = request.Headers[HeaderNames.Origin].ToString();
        if (origin.Length == 0) return true;
        foreach (string candidate in allowed)
        {
            if (candidate == "*" || candidate.Equals(origin, StringComparison.OrdinalIgnoreCase)) return true;
        }

        return allowed.Count == 0 && OriginRule.IsSameOrigin(origin, request.Scheme, request.Host.Value ?? "");
    }
}
