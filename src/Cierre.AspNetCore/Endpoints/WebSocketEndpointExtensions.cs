using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization.Metadata;
using Cierre.AspNetCore.Admission;
using Cierre.AspNetCore.Endpoints;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Cierre.AspNetCore;

/// <summary>Maps WebSocket endpoints.</summary>
public static class WebSocketEndpointExtensions
{
    /// <summary>Maps an endpoint whose handler runs once for each connection: returning closes with 1000, throwing with 1011.</summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="pattern">The route pattern.</param>
    /// <param name="handler">Runs while the connection is open; a loop over <see cref="WebSocketConnection.ReadAllAsync"/> ends with it.</param>
    /// <param name="configure">Changes the endpoint's options; null takes those of the configuration.</param>
    /// <returns>A builder for authorization, rate limiting, CORS and whatever else an endpoint can carry.</returns>
    /// <exception cref="InvalidOperationException">AddCierre was not called.</exception>
    public static IEndpointConventionBuilder MapWebSocket(
        this IEndpointRouteBuilder endpoints, [StringSyntax("Route")] string pattern, Func<WebSocketConnection, Task> handler, Action<WebSocketEndpointOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return Map(endpoints, pattern, (connection, _, _) => handler(connection), configure);
    }

    /// <summary>As the simpler form, with the request and a token that is cancelled as soon as the connection closes.</summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="pattern">The route pattern.</param>
    /// <param name="handler">Runs while the connection is open.</param>
    /// <param name="configure">Changes the endpoint's options; null takes those of the configuration.</param>
    /// <returns>A builder for authorization, rate limiting, CORS and whatever else an endpoint can carry.</returns>
    /// <exception cref="InvalidOperationException">AddCierre was not called.</exception>
    public static IEndpointConventionBuilder MapWebSocket(
        this IEndpointRouteBuilder endpoints,
        [StringSyntax("Route")] string pattern,
        Func<WebSocketConnection, HttpContext, CancellationToken, Task> handler,
        Action<WebSocketEndpointOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return Map(endpoints, pattern, handler, configure);
    }

    /// <summary>Maps an endpoint of values: each message is read as JSON and handed to the handler. A message that is not such JSON closes with 1007.</summary>
    /// <typeparam name="T">The type of the values.</typeparam>
    /// <param name="endpoints">The application.</param>
    /// <param name="pattern">The route pattern.</param>
    /// <param name="handler">Runs once for each message, one at a time.</param>
    /// <param name="typeInfo">The source-generated description of the type.</param>
    /// <param name="configure">Changes the endpoint's options; null takes those of the configuration.</param>
    /// <returns>A builder for authorization, rate limiting, CORS and whatever else an endpoint can carry.</returns>
    /// <exception cref="InvalidOperationException">AddCierre was not called.</exception>
    public static IEndpointConventionBuilder MapWebSocket<T>(
        this IEndpointRouteBuilder endpoints,
        [StringSyntax("Route")] string pattern,
        Func<WebSocketConnection, T, CancellationToken, Task> handler,
        JsonTypeInfo<T> typeInfo,
        Action<WebSocketEndpointOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        ArgumentNullException.ThrowIfNull(typeInfo);
        return Map(endpoints, pattern, new TypedHandler<T>(handler, typeInfo).RunAsync, configure);
    }

    /// <summary>Maps an endpoint whose handler takes the connection, services, route values and so on as parameters, as minimal APIs do.</summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="pattern">The route pattern.</param>
    /// <param name="handler">A delegate that returns a task or nothing; a <see cref="CancellationToken"/> is cancelled as soon as the connection closes.</param>
    /// <param name="configure">Changes the endpoint's options; null takes those of the configuration.</param>
    /// <returns>A builder for authorization, rate limiting, CORS and whatever else an endpoint can carry.</returns>
    /// <exception cref="InvalidOperationException">AddCierre was not called.</exception>
    [RequiresUnreferencedCode("Binds the delegate's parameters by reflection, as ASP.NET Core's own Map does.")]
    [RequiresDynamicCode("Binds the delegate's parameters by reflection, as ASP.NET Core's own Map does.")]
    public static IEndpointConventionBuilder MapWebSocket(
        this IEndpointRouteBuilder endpoints, [StringSyntax("Route")] string pattern, Delegate handler, Action<WebSocketEndpointOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(handler);
        var options = new RequestDelegateFactoryOptions { ServiceProvider = endpoints.ServiceProvider };
        RequestDelegate bound = RequestDelegateFactory.Create(handler, options).RequestDelegate;
        return Map(
            endpoints,
            pattern,
            (connection, context, _) =>
            {
                CurrentConnection current = context.RequestServices.GetRequiredService<CurrentConnection>();
                (current.Connection, current.Credentials) = (connection, context.Features.Get<WebSocketCredentials>());
                return bound(context);
            },
            configure);
    }

    private static IEndpointConventionBuilder Map(
        IEndpointRouteBuilder endpoints,
        string pattern,
        Func<WebSocketConnection, HttpContext, CancellationToken, Task> handler,
        Action<WebSocketEndpointOptions>? configure) => Map(endpoints, pattern, configure, EndpointOpening.Always(handler));

    /// <param name="name">What log, metrics and roster call it; null: as the pattern, which inside a group is not the whole.</param>
    internal static IEndpointConventionBuilder Map(
        IEndpointRouteBuilder endpoints,
        string pattern,
        Action<WebSocketEndpointOptions>? configure,
        Func<HttpContext, IReadOnlyList<string>, ValueTask<EndpointOpening>> open,
        string? name = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(pattern);
        IServiceProvider services = endpoints.ServiceProvider;
        if (services.GetService<WebSocketRoster>() is null)
        {
            throw new InvalidOperationException("MapWebSocket needs Cierre's services: call builder.Services.AddCierre() before building the application.");
        }

        // A fresh instance each time: what one endpoint changes, no other sees.
        WebSocketEndpointOptions options = services.GetRequiredService<IOptionsFactory<WebSocketEndpointOptions>>().Create(Options.DefaultName);
        configure?.Invoke(options);
        var endpoint = new WebSocketEndpoint(name ?? pattern, options, open, services);
        return endpoints.Map(pattern, endpoint.RunAsync).WithMetadata(new WebSocketEndpointMetadata(endpoint)).WithDisplayName($"WebSocket {pattern}");
    }
}
