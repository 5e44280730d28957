using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features.Authentication;
using Microsoft.Extensions.DependencyInjection;

namespace Cierre.AspNetCore.Endpoints;

/// <summary>An endpoint's authorization, asked by ourselves as the framework's middleware asks it: for a user who came later than the request, and where nobody
/// guarantees that the pipeline asked.</summary>
internal static class Authorization
{
    /// <summary>The framework's own switch: handlers are then told of the endpoint, and not of the request.</summary>
    private const string EndpointIsResource = "Microsoft.AspNetCore.Authorization.SuppressUseHttpContextAsAuthorizationResource";

    /// <summary>What decides about an endpoint, as the framework puts it together: its own policies and requirements, or else the application's fallback. Null:
    /// nothing does.</summary>
    public static async ValueTask<AuthorizationPolicy?> PolicyOfAsync(EndpointMetadataCollection metadata, IServiceProvider services)
    {
        if (metadata.GetMetadata<IAllowAnonymous>() is not null || services.GetService<IAuthorizationPolicyProvider>() is not { } policies) return null;
        AuthorizationPolicy? policy = await AuthorizationPolicy.CombineAsync(policies, metadata.GetOrderedMetadata<IAuthorizeData>(),
            metadata.GetOrderedMetadata<AuthorizationPolicy>()).ConfigureAwait(false);
        IAuthorizationRequirement[] requirements = [.. metadata.GetOrderedMetadata<IAuthorizationRequirementData>().SelectMany(data => data.GetRequirements())];
        if (requirements is []) return policy;
        AuthorizationPolicy required = new AuthorizationPolicyBuilder().AddRequirements(requirements).Build();
        return policy is null ? required : AuthorizationPolicy.Combine(policy, required);
    }

    /// <summary>Authenticates by the schemes that the policy names, or else takes the user that the pipeline found, and asks the policy. Who was authenticated
    /// is the request's user from here on.</summary>
    public static async ValueTask<PolicyAuthorizationResult> AskAsync(this AuthorizationPolicy policy, HttpContext context)
    {
        IPolicyEvaluator evaluator = EvaluatorOf(context);
        AuthenticateResult authenticated = await evaluator.AuthenticateAsync(policy, context).ConfigureAwait(false);
        if (authenticated.Succeeded) context.Tell(authenticated);
        return await evaluator.AuthorizeAsync(policy, authenticated, context, ResourceOf(context)).ConfigureAwait(false);
    }

    /// <summary>Asks the policy about the user of the request, without authenticating anew.</summary>
    public static async ValueTask<PolicyAuthorizationResult> AskAboutUserAsync(this AuthorizationPolicy policy, HttpContext context)
    {
        AuthenticateResult authenticated = context.User.Identities.Any(identity => identity.IsAuthenticated)
            ? AuthenticateResult.Success(new AuthenticationTicket(context.User, string.Join(';', policy.AuthenticationSchemes)))
            : AuthenticateResult.NoResult();
        context.Tell(authenticated);
        return await EvaluatorOf(context).AuthorizeAsync(policy, authenticated, context, ResourceOf(context)).ConfigureAwait(false);
    }

    private static IPolicyEvaluator EvaluatorOf(HttpContext context) =>
        // Services without the middleware's part have the policies all the same.
        context.RequestServices.GetService<IPolicyEvaluator>() ?? new PolicyEvaluator(context.RequestServices.GetRequiredService<IAuthorizationService>());

    private static object? ResourceOf(HttpContext context) =>
        AppContext.TryGetSwitch(EndpointIsResource, out bool isEndpoint) && isEndpoint ? context.GetEndpoint() : context;

    private static void Tell(this HttpContext context, AuthenticateResult result)
    {
        if (context.Features.Get<IAuthenticateResultFeature>() is { } told)
        {
            told.AuthenticateResult = result;
            return;
        }

        var authenticated = new Authenticated { AuthenticateResult = result, User = context.User };
        context.Features.Set<IAuthenticateResultFeature>(authenticated);
        context.Features.Set<IHttpAuthenticationFeature>(authenticated);
    }

    private sealed class Authenticated : IAuthenticateResultFeature, IHttpAuthenticationFeature
    {
        public AuthenticateResult? AuthenticateResult { get; set; }

        public ClaimsPrincipal? User { get; set; }
    }
}
