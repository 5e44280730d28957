using Cierre.AspNetCore.Endpoints;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Cierre.AspNetCore.Inspector;

/// <summary>Answers a request that a policy does not let in, as the framework's middleware does: by the schemes' own challenge (401, or the way to a login) or
/// refusal (403).</summary>
internal static class PolicyAnswer
{
    private const string Refused = "The authorization policy does not let this user in.";

    public static async Task RefuseAsync(HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult result)
    {
        if (!await CanAnswerAsync(context, policy, result.Challenged).ConfigureAwait(false))
        {
            await ForbidAsync(context).ConfigureAwait(false);
            return;
        }

        // A handler of the application's that goes on all the same comes to another refusal: what stands behind this gate closes connections.
        IAuthorizationMiddlewareResultHandler handler = context.RequestServices.GetService<IAuthorizationMiddlewareResultHandler>()
            ?? new AuthorizationMiddlewareResultHandler();
        await handler.HandleAsync(ForbidAsync, context, policy, result).ConfigureAwait(false);
        bool saysNothing = context.Response is
        {
            HasStarted: false, ContentLength: null, ContentType: null, StatusCode: StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden
        };
        if (saysNothing) await HandshakeRefusal.Of(context.Response.StatusCode, Refused).AnswerAsync(context).ConfigureAwait(false);
    }

    /// <summary>Whether a scheme is there to answer: without one the framework throws.</summary>
    private static async ValueTask<bool> CanAnswerAsync(HttpContext context, AuthorizationPolicy policy, bool challenges)
    {
        if (context.RequestServices.GetService<IAuthenticationSchemeProvider>() is not { } schemes) return false;
        if (policy.AuthenticationSchemes.Count > 0) return true;
        Task<AuthenticationScheme?> standard = challenges ? schemes.GetDefaultChallengeSchemeAsync() : schemes.GetDefaultForbidSchemeAsync();
        return await standard.ConfigureAwait(false) is not null;
    }

    private static Task ForbidAsync(HttpContext context) => HandshakeRefusal.Of(StatusCodes.Status403Forbidden, Refused).AnswerAsync(context);
}
