using System.Security.Claims;
using Cierre.Closing;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Cierre.AspNetCore.Endpoints;

/// <summary>The endpoint's own authorization, asked again for a user who came later than the request.</summary>
internal static class Authorization
{
    /// <summary>What the user lacks; null for nothing.</summary>
    public static async Task<Violation?> FaultOfAsync(Endpoint? endpoint, ClaimsPrincipal user, IServiceProvider services)
    {
        if (endpoint is null || endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null) return null;
        if (services.GetService<IAuthorizationPolicyProvider>() is not { } policies) return null;
        AuthorizationPolicy? policy = await AuthorizationPolicy.CombineAsync(
            policies, endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>(), endpoint.Metadata.GetOrderedMetadata<AuthorizationPolicy>());
        if (policy is null) return null;
        AuthorizationResult result = await services.GetRequiredService<IAuthorizationService>().AuthorizeAsync(user, endpoint, policy);
        if (result.Succeeded) return null;
        return user.Identity is { IsAuthenticated: true } ? Violations.Forbidden() : Violations.Unauthorized();
    }
}
