using System.Security.Cryptography;
using System.Text;
using Cierre.AspNetCore;
using Microsoft.AspNetCore.Http;

namespace Cierre.Tool.Lab.Page;

/// <summary>
/// Lets in who has the token of this start, and nobody else: the page can open connections to anywhere. The Host is checked against names of this machine, so
/// that no foreign name that resolves to it (DNS rebinding) is an origin of ours, and the Origin against the Host. The inspector's files and requests name no
/// token: for them the page leaves a cookie, which is another secret, since the servers of other ports of this machine may see it.
/// </summary>
internal sealed class SiteGuard(string token)
{
    /// <summary>The parameter of the query that holds the token.</summary>
    public const string Parameter = "token";

    /// <summary>Where the inspector is.</summary>
    public const string InspectorPath = "/_ws";

    private readonly byte[] _token = Encoding.ASCII.GetBytes(token);
    private readonly string _pass = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.ASCII.GetBytes(token), Encoding.ASCII.GetBytes(InspectorPath)));

    public Task CheckAsync(HttpContext context, RequestDelegate next)
    {
        HttpRequest request = context.Request;
        string? refusal = !RequestOrigin.IsToLoopback(request) ? "This address is not one of this machine's own."
            : !RequestOrigin.IsSameOrigin(request) ? "Another site's page may not use the lab."
            : !SiteFiles.IsPublic(request.Path) && !MayAsk(request) ? "Open the address that cierre lab printed: it has the token of this start in it."
            : null;
        if (refusal is null)
        {
            if (HasToken(request)) Leave(context.Response.Cookies, request.Host);
            return next(context);
        }

        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(refusal + "\n");
    }

    /// <summary>Whether a request has the token, or for the inspector what the page left instead.</summary>
    public bool MayAsk(HttpRequest request) =>
        HasToken(request) || (request.Path.StartsWithSegments(InspectorPath, StringComparison.Ordinal) && HasPass(request));

    private bool HasToken(HttpRequest request) =>
        CryptographicOperations.FixedTimeEquals(_token, Encoding.UTF8.GetBytes(request.Query[Parameter].ToString()));

    private bool HasPass(HttpRequest request) =>
        CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(_pass), Encoding.UTF8.GetBytes(request.Cookies[CookieOf(request.Host)] ?? ""));

    private void Leave(IResponseCookies cookies, HostString host) =>
        cookies.Append(CookieOf(host), _pass, new CookieOptions { Path = InspectorPath, HttpOnly = true, SameSite = SameSiteMode.Strict, IsEssential = true });

    // Cookies do not know ports: two labs would take each other's.
    private static string CookieOf(HostString host) => $"cierre-lab-{host.Port}";
}
