using System.Security.Claims;
using Cierre.Closing;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Cierre.AspNetCore.Endpoints;

/// <summary>Holds a user who came later than the request to the endpoint's authorization, as if the request came again with that user.</summary>
/// <param name="Fault">What the user lacks; null for nothing.</param>
/// <param name="User">The user, without what another scheme than the policy's vouched for.</param>
internal sealed record Renewal(Violation? Fault, ClaimsPrincipal User)
{
    public static async Task<Renewal> OfAsync(HttpContext opening, ClaimsPrincipal user, IServiceProvider services)
    {
        // Copied before anything is awaited: the request ends with the connection, and a server uses its parts again.
        HttpContext context = CopyOf(opening, services);
        AuthenticationTicket? openedWith = opening.Features.Get<IAuthenticateResultFeature>()?.AuthenticateResult?.Ticket;
        if (opening.GetEndpoint() is not { } endpoint
            || await Authorization.PolicyOfAsync(endpoint.Metadata, services).ConfigureAwait(false) is not { } policy) return new Renewal(null, user);
        context.User = await VouchedForAsync(policy, user, openedWith, services).ConfigureAwait(false);
        PolicyAuthorizationResult result = await policy.AskAboutUserAsync(context).ConfigureAwait(false);
        return new Renewal(result.Succeeded ? null : result.Challenged ? Violations.Unauthorized() : Violations.Forbidden(), context.User);
    }

    /// <summary>The middleware makes the user of what the policy's schemes authenticate, and of nothing else. Here the application authenticates; an identity
    /// that bears the name of another scheme does not count, unless it is of a kind that the policy's schemes brought when the connection opened: one scheme
    /// may forward to another.</summary>
    private static async ValueTask<ClaimsPrincipal> VouchedForAsync(AuthorizationPolicy policy, ClaimsPrincipal user, AuthenticationTicket? openedWith,
        IServiceProvider services)
    {
        if (policy.AuthenticationSchemes.Count == 0 || services.GetService<IAuthenticationSchemeProvider>() is not { } schemes) return user;
        HashSet<string> others = [.. (await schemes.GetAllSchemesAsync().ConfigureAwait(false)).Select(scheme => scheme.Name)];
        others.ExceptWith(policy.AuthenticationSchemes);
        // So the framework names the ticket that it made by the schemes of a policy.
        if (openedWith is not null && openedWith.AuthenticationScheme == string.Join(';', policy.AuthenticationSchemes))
        {
            others.ExceptWith(openedWith.Principal.Identities.Select(identity => identity.AuthenticationType).OfType<string>());
        }

        ClaimsIdentity[] own = [.. user.Identities.Where(identity => identity.AuthenticationType is not { } type || !others.Contains(type))];
        return own.Length == user.Identities.Count() ? user : new ClaimsPrincipal(own);
    }

    private static DefaultHttpContext CopyOf(HttpContext opening, IServiceProvider services)
    {
        // All that is left of it.
        if (opening.Features is DetachedRequest detached) return detached.Copy(services);
        var context = new DefaultHttpContext
        {
            RequestServices = services, TraceIdentifier = opening.TraceIdentifier, Items = new Dictionary<object, object?>(opening.Items)
        };
        context.SetEndpoint(opening.GetEndpoint());
        (HttpRequest from, HttpRequest to) = (opening.Request, context.Request);
        (to.Method, to.Scheme, to.Host, to.Protocol, to.PathBase, to.Path, to.QueryString) =
            (from.Method, from.Scheme, from.Host, from.Protocol, from.PathBase, from.Path, from.QueryString);
        to.RouteValues = new RouteValueDictionary(from.RouteValues);
        foreach ((string name, Microsoft.Extensions.Primitives.StringValues values) in from.Headers) to.Headers[name] = values;
        (ConnectionInfo source, ConnectionInfo copy) = (opening.Connection, context.Connection);
        (copy.Id, copy.RemoteIpAddress, copy.RemotePort, copy.LocalIpAddress, copy.LocalPort) =
            (source.Id, source.RemoteIpAddress, source.RemotePort, source.LocalIpAddress, source.LocalPort);
        copy.ClientCertificate = source.ClientCertificate;
        return context;
    }
}
