using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Cierre.AspNetCore.Inspector;

/// <summary>Who decides about an endpoint of the inspector.</summary>
internal static class PolicyRule
{
    public static string HowToHaveOne(string endpoint) =>
        $"Nobody decides who may use the inspector ({endpoint}), which shows every connection and closes them. Write app.MapCierreInspector(...).RequireAuthorization(...), "
        + "set a fallback policy, or set InspectorOptions.Authorize. Only the environment Development goes without.";

    /// <summary>A policy of the endpoint's own, which AllowAnonymous would void. A bare policy in the metadata does not count: where no middleware asks it, nothing would notice.</summary>
    public static bool HasOwn(EndpointMetadataCollection metadata) => metadata.GetMetadata<IAllowAnonymous>() is null && metadata.GetMetadata<IAuthorizeData>() is not null;

    /// <summary>The application's policy for endpoints that have none.</summary>
    public static async ValueTask<AuthorizationPolicy?> FallbackAsync(EndpointMetadataCollection metadata, IServiceProvider services) =>
        metadata.GetMetadata<IAllowAnonymous>() is null && services.GetService<IAuthorizationPolicyProvider>() is { } policies ? await policies.GetFallbackPolicyAsync() : null;

    /// <summary>Asks it once more: that the pipeline did so, nobody guarantees. With the resource that the pipeline asks with.</summary>
    public static async ValueTask<bool> LetsInAsync(this AuthorizationPolicy fallback, HttpContext context) =>
        (await context.RequestServices.GetRequiredService<IAuthorizationService>().AuthorizeAsync(context.User, context, fallback)).Succeeded;
}
