using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Cierre.AspNetCore.Inspector;

/// <summary>Whether anybody decides about an endpoint of the inspector.</summary>
internal static class PolicyRule
{
    public static string HowToHaveOne(string endpoint) =>
        $"Nobody decides who may use the inspector ({endpoint}), which shows every connection and closes them. " +
        $"Write app.MapWebSocketInspector(...).RequireAuthorization(...) "
        + "and builder.Services.AddAuthorization(), set a fallback policy, or set WebSocketInspectorOptions.AuthorizationCheck. " +
            "Only the environment Development goes without.";

    /// <summary>A policy of the endpoint's own, which AllowAnonymous would void.</summary>
    public static bool HasOwn(EndpointMetadataCollection metadata) => metadata.GetMetadata<IAllowAnonymous>() is null
        && metadata.Any(data => data is IAuthorizeData or AuthorizationPolicy or IAuthorizationRequirementData);

    /// <summary>Whether there is one at the start. An own policy may be made only when it is asked for the first time, by a provider that needs the running
    /// host.</summary>
    public static async ValueTask<bool> IsDecidedAsync(EndpointMetadataCollection metadata, IServiceProvider services) =>
        services.GetService<IAuthorizationPolicyProvider>() is not null
            && (HasOwn(metadata) || await Endpoints.Authorization.PolicyOfAsync(metadata, services).ConfigureAwait(false) is not null);
}

/// <summary>Marks an endpoint as one of an inspector.</summary>
internal sealed record InspectorMetadata(WebSocketInspectorOptions Options);
