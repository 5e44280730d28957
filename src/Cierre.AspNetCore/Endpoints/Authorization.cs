using System.Security.Claims;
using Cierre.Closing;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Cierre.AspNetCore.Endpoints;

/// <summary>An endpoint's authorization, asked by ourselves: for a user who came later than the request, and where nobody guarantees that the pipeline asked.</summary>
internal static class Authorization
{
    /// <summary>What decides about an endpoint, as the framework puts it together: its own policies and requirements, or else the application's fallback. Null: nothing does.</summary>
    public static async ValueTask<AuthorizationPolicy?> PolicyOfAsync(EndpointMetadataCollection metadata, IServiceProvider services)
    {
        if (metadata.GetMetadata<IAllowAnonymous>() is not null || services.GetService<IAuthorizationPolicyProvider>() is not { } policies) return null;
        AuthorizationPolicy? policy = await AuthorizationPolicy.CombineAsync(policies, metadata.GetOrderedMetadata<IAuthorizeData>(), metadata.GetOrderedMetadata<AuthorizationPolicy>()).ConfigureAwait(false);
        IAuthorizationRequirement[] requirements = [.. metadata.GetOrderedMetadata<IAuthorizationRequirementData>().SelectMany(data => data.GetRequirements())];
        if (requirements is []) return policy;
        AuthorizationPolicy required = new AuthorizationPolicyBuilder().AddRequirements(requirements).Build();
        return policy is null ? required : AuthorizationPolicy.Combine(policy, required);
    }

    /// <param name="resource">What a handler of the application's is told that it decides about.</param>
    public static async ValueTask<bool> LetsInAsync(this AuthorizationPolicy policy, ClaimsPrincipal user, object resource, IServiceProvider services) =>
        (await services.GetRequiredService<IAuthorizationService>().AuthorizeAsync(user, resource, policy).ConfigureAwait(false)).Succeeded;

    /// <summary>What the user lacks; null for nothing.</summary>
    public static async Task<Violation?> FaultOfAsync(Endpoint? endpoint, ClaimsPrincipal user, IServiceProvider services)
    {
        if (endpoint is null || await PolicyOfAsync(endpoint.Metadata, services).ConfigureAwait(false) is not { } policy || await policy.LetsInAsync(user, endpoint, services).ConfigureAwait(false)) return null;
        return user.Identity is { IsAuthenticated: true } ? Violations.Forbidden() : Violations.Unauthorized();
    }
}
