using Cierre.AspNetCore.Endpoints;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace Cierre.AspNetCore.Inspector;

/// <summary>Stands before every endpoint of the inspector: from which site a request comes, and that somebody decided about it.</summary>
internal sealed class Gate(WebSocketInspectorOptions options, SiteRule site, LocalClient local, IHostEnvironment environment)
{
    /// <summary>Content Security Policy 3: the page runs its own files and talks to its own server; nothing may be put into it, and it into nothing.</summary>
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public RequestDelegate Before(RequestDelegate next) => async context =>
    {
        Protect(context.Response.Headers);
        Endpoint endpoint = context.GetEndpoint()!;
        string? fault = site.FaultOf(context.Request, endpoint.Metadata.GetMetadata<TopLevelPage>() is not null);
        if (fault is not null) await HandshakeRefusal.Of(StatusCodes.Status403Forbidden, fault).AnswerAsync(context).ConfigureAwait(false);
        else if (await LetsInAsync(context, endpoint).ConfigureAwait(false)) await next(context).ConfigureAwait(false);
    };

    /// <summary>The policies are asked here whether or not the pipeline asked them: it can be told not to, and then nothing would notice. False: that is
    /// answered.</summary>
    private async ValueTask<bool> LetsInAsync(HttpContext context, Endpoint endpoint)
    {
        string? fault = null;
        // A guard of the application's own stands in place of the fallback policy, and beside a policy of the endpoint.
        if (options.AuthorizationCheck is null || PolicyRule.HasOwn(endpoint.Metadata))
        {
            AuthorizationPolicy? policy = await Endpoints.Authorization.PolicyOfAsync(endpoint.Metadata, context.RequestServices).ConfigureAwait(false);
            if (policy is null) fault = FaultWithoutPolicy(context, endpoint);
            else if (await policy.AskAsync(context).ConfigureAwait(false) is { Succeeded: false } refused)
            {
                await PolicyAnswer.RefuseAsync(context, policy, refused).ConfigureAwait(false);
                return false;
            }
        }

        // Last, so that it sees the user whom the policy's schemes authenticated.
        if (fault is null && options.AuthorizationCheck is { } mayLook && !await mayLook(context).ConfigureAwait(false))
            fault = "WebSocketInspectorOptions.AuthorizationCheck does not let this request in.";
        if (fault is null) return true;
        await HandshakeRefusal.Of(StatusCodes.Status403Forbidden, fault).AnswerAsync(context).ConfigureAwait(false);
        return false;
    }

    private string? FaultWithoutPolicy(HttpContext context, Endpoint endpoint)
    {
        if (PolicyRule.HasOwn(endpoint.Metadata) || !environment.IsDevelopment()) return PolicyRule.HowToHaveOne(endpoint.DisplayName ?? "?");
        return local.Sent(context) ? null : "Without an authorization policy only this machine may look, and not through a proxy: " +
            "write app.MapWebSocketInspector(...).RequireAuthorization(...).";
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
