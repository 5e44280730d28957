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

    /// <summary>What a proxy adds (RFC 7239): it is on this machine, and who asks it need not be.</summary>
    private static readonly string[] ProxyHeaders = ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto"];

    public RequestDelegate Before(RequestDelegate next) => async context =>
    {
        Protect(context.Response.Headers);
        Endpoint endpoint = context.GetEndpoint()!;
        string? fault = SiteRule.FaultOf(context.Request, options, endpoint.Metadata.GetMetadata<TopLevelPage>() is not null) ?? await FaultOfUserAsync(context, endpoint).ConfigureAwait(false);
        if (fault is null) await next(context).ConfigureAwait(false);
        else await HandshakeRefusal.AnswerAsync(context, StatusCodes.Status403Forbidden, fault).ConfigureAwait(false);
    };

    /// <summary>The policies are asked here whether or not the pipeline asked them: it can be told not to, and then nothing would notice.</summary>
    private async ValueTask<string?> FaultOfUserAsync(HttpContext context, Endpoint endpoint)
    {
        if (options.Authorize is { } mayLook && !await mayLook(context).ConfigureAwait(false)) return "InspectorOptions.Authorize does not let this request in.";
        bool hasOwn = PolicyRule.HasOwn(endpoint.Metadata);
        if (options.Authorize is not null && !hasOwn) return null;
        if (await Endpoints.Authorization.PolicyOfAsync(endpoint.Metadata, context.RequestServices).ConfigureAwait(false) is { } policy)
        {
            return await policy.LetsInAsync(context.User, context, context.RequestServices).ConfigureAwait(false) ? null : "The authorization policy does not let this user in.";
        }

        if (hasOwn || !environment.IsDevelopment()) return PolicyRule.HowToHaveOne(endpoint.DisplayName ?? "?");
        return IsOfThisMachine(context) ? null : "Without an authorization policy only this machine may look, and not through a proxy: write app.MapCierreInspector(...).RequireAuthorization(...).";
    }

    private static bool IsOfThisMachine(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } from && IPAddress.IsLoopback(from) && !ProxyHeaders.Any(context.Request.Headers.ContainsKey);

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
