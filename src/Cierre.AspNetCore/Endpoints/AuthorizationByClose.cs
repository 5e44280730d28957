using Cierre.Closing;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Http;

namespace Cierre.AspNetCore.Endpoints;

/// <summary>Turns authorization's refusal of an endpoint that asks for it into a close: 3000 for missing credentials, 3003 for a missing permission.</summary>
internal sealed class AuthorizationByClose(IAuthorizationMiddlewareResultHandler next) : IAuthorizationMiddlewareResultHandler
{
    public Task HandleAsync(RequestDelegate requestDelegate, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
    {
        WebSocketEndpoint? endpoint = context.GetEndpoint()?.Metadata.GetMetadata<WebSocketEndpointMetadata>()?.Endpoint;
        if (authorizeResult.Succeeded || endpoint is not { Options.AuthorizationResponse: RefusalMode.Close } || !Upgrade.IsPossible(context))
        {
            return next.HandleAsync(requestDelegate, context, policy, authorizeResult);
        }

        return endpoint.AcceptThenCloseAsync(context, authorizeResult.Challenged ? Violations.Unauthorized() : Violations.Forbidden());
    }
}
