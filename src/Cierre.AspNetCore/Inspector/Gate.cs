using System.Net;
using Cierre.AspNetCore.Endpoints;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace Cierre.AspNetCore.Inspector;

/// <summary>Stands before every endpoint of the inspector: from which site a request comes, and that somebody decided about it.</summary>
internal sealed class Gate(InspectorOptions options, IHostEnvironment environment)
{
    /// <summary>Content Security Policy 3: the page runs its own files and talks to its own server; nothing may be put into it, and it into nothing.</summary>
    private const string Policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public RequestDelegate Before(RequestDelegate next) => async context =>
    {
        Protect(context.Response.Headers);
        Endpoint endpoint = context.GetEndpoint()!;
        string? fault = SiteRule.FaultOf(context.Request, options, endpoint.Metadata.GetMetadata<TopLevelPage>() is not null) ?? await FaultOfUserAsync(context, endpoint);
        if (fault is null) await next(context);
        else await HandshakeRefusal.AnswerAsync(context, StatusCodes.Status403Forbidden, fault);
    };

    private async ValueTask<string?> FaultOfUserAsync(HttpContext context, Endpoint endpoint)
    {
        if (options.Authorize is { } mayLook) return await mayLook(context) ? null : "InspectorOptions.Authorize does not let this request in.";
        // Of such an endpoint the framework itself sees to it that the policy was asked.
        if (PolicyRule.HasOwn(endpoint.Metadata)) return null;
        if (await PolicyRule.FallbackAsync(endpoint.Metadata, context.RequestServices) is { } fallback)
        {
            return await fallback.LetsInAsync(context) ? null : "The application's fallback policy does not let this request in.";
        }

        if (!environment.IsDevelopment()) return PolicyRule.HowToHaveOne(endpoint.DisplayName ?? "?");
        IPAddress? from = context.Connection.RemoteIpAddress;
        return from is null || IPAddress.IsLoopback(from) ? null : "Without an authorization policy only this machine may look: write app.MapCierreInspector(...).RequireAuthorization(...).";
    }

    private static void Protect(IHeaderDictionary headers)
    {
        headers.ContentSecurityPolicy = Policy;
        headers.CacheControl = "no-store";
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
    }
}
