using Cierre;
using Cierre.AspNetCore;
using System.Diagnostics.CodeAnalysis;
using Cierre.AspNetCore.Inspector;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps the inspector: a page that shows the server's connections, follows their frames and closes them.</summary>
public static class WebSocketInspectorEndpointRouteBuilderExtensions
{
    /// <summary>Maps the inspector's page, what it asks for, and its live feed. Nothing runs until somebody looks.</summary>
    /// <remarks>
    /// <para>Outside the environment Development the host does not start unless somebody decides who may look: <c>RequireAuthorization(...)</c> on what this
    /// returns, or on a group around it, a fallback policy, or <see cref="WebSocketInspectorOptions.AuthorizationCheck"/>. In Development, without any of them,
    /// only this machine may look.</para>
    /// <para>It can be asked for under <c>localhost</c> and loopback addresses, and under <see cref="WebSocketInspectorOptions.AllowedHosts"/>.</para>
    /// </remarks>
    /// <param name="endpoints">The application, or a group of it.</param>
    /// <param name="pattern">Where; the page is there, and all else below it.</param>
    /// <param name="configure">Changes the options; null takes the defaults.</param>
    /// <returns>A builder for the authorization, rate limiting and so on of all its endpoints.</returns>
    /// <exception cref="InvalidOperationException">AddCierre was not called.</exception>
    public static IEndpointConventionBuilder MapWebSocketInspector(
        this IEndpointRouteBuilder endpoints, [StringSyntax("Route")] string pattern = "/_ws", Action<WebSocketInspectorOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(pattern);
        if (endpoints.ServiceProvider.GetService<MappedInspectors>() is not { } mapped)
        {
            throw new InvalidOperationException(
                "MapWebSocketInspector needs Cierre's services: call builder.Services.AddCierre() before building the application.");
        }

        var options = new WebSocketInspectorOptions();
        configure?.Invoke(options);
        mapped.Any = true;
        return Mapping.Map(endpoints, pattern, options);
    }
}
