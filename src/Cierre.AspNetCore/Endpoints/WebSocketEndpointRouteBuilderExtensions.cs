using Cierre;
using Cierre.AspNetCore;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization.Metadata;
using Cierre.AspNetCore.Admission;
using Cierre.AspNetCore.Endpoints;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps WebSocket endpoints.</summary>
/// <remarks>A path can be shared with pages, in any order of mapping: a handshake goes to the socket, and everything else to what else is mapped there, a
/// fallback included. What nothing else answers is told how a WebSocket opens (426, or 400 over HTTP/2), or which methods are answered (405). A more specific
/// route keeps the handshakes too.</remarks>
public static class WebSocketEndpointRouteBuilderExtensions
{
    /// <summary>Maps an endpoint whose handler runs once for each connection: returning closes with 1000, throwing with 1011.</summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="pattern">The route pattern.</param>
    /// <param name="handler">Runs while the connection is open; a loop over <see cref="WebSocketConnection.ReadAllAsync"/> ends with it.</param>
    /// <param name="configure">Changes the endpoint's options; null takes those of the configuration.</param>
    /// <returns>A builder for authorization, rate limiting, CORS and whatever else an endpoint can carry.</returns>
    /// <exception cref="InvalidOperationException">AddCierre was not called.</exception>
    public static IEndpointConventionBuilder MapWebSocket(
        this IEndpointRouteBuilder endpoints, [StringSyntax("Route")] string pattern, Func<WebSocketConnection, Task> handler,
        Action<WebSocketEndpointOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return Map(endpoints, pattern, (connection, _, _) => handler(connection), configure).With(handler);
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
        return Map(endpoints, pattern, handler, configure).With(handler);
    }

    /// <summary>Maps an endpoint whose messages are handed to calls of a handler (<see cref="IWebSocketHandler"/>), which costs the least.</summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="pattern">The route pattern.</param>
    /// <param name="createHandler">Gives the handler of a connection, once for each; the same one may serve many.</param>
    /// <param name="configure">Changes the endpoint's options; null takes those of the configuration.</param>
    /// <returns>A builder for authorization, rate limiting, CORS and whatever else an endpoint can carry.</returns>
    /// <exception cref="InvalidOperationException">AddCierre was not called.</exception>
    public static IEndpointConventionBuilder MapWebSocket(
        this IEndpointRouteBuilder endpoints, [StringSyntax("Route")] string pattern, Func<HttpContext, IWebSocketHandler> createHandler,
        Action<WebSocketEndpointOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(createHandler);
        return Map(endpoints, pattern, (connection, context, _) => connection.RunAsync(createHandler(context)), configure).With(createHandler);
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
        return Map(endpoints, pattern, new TypedHandler<T>(handler, typeInfo).RunAsync, configure).With(handler);
    }

    /// <summary>Maps an endpoint whose handler takes the connection, services, route values and so on as parameters, as minimal APIs do.</summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="pattern">The route pattern.</param>
    /// <remarks>
    /// <para>Parameters are bound, and endpoint filters run, before the handshake is answered: a value that is missing or wrong is 400, and what a filter
    /// returns in place of calling the next is the answer. The connection is among the values, but opens only then: until the handler runs it knows its number,
    /// subprotocol, extensions, address and HTTP version.</para>
    /// <para>A filter goes on when the handler has returned; what it then returns is dropped.</para>
    /// </remarks>
    /// <param name="handler">A delegate that returns <see cref="Task"/>, <see cref="ValueTask"/> or nothing; a <see cref="CancellationToken"/> is cancelled as
    /// soon as the connection closes.</param>
    /// <param name="configure">Changes the endpoint's options; null takes those of the configuration.</param>
    /// <returns>A builder for authorization, rate limiting, CORS and whatever else an endpoint can carry.</returns>
    /// <exception cref="InvalidOperationException">AddCierre was not called; or the handler returns a value, a parameter is a service that is not registered,
    /// is read from the body, or cannot be bound otherwise.</exception>
    [RequiresUnreferencedCode("Binds the delegate's parameters by reflection, as ASP.NET Core's own Map does.")]
    [RequiresDynamicCode("Binds the delegate's parameters by reflection, as ASP.NET Core's own Map does.")]
    public static IEndpointConventionBuilder MapWebSocket(
        this IEndpointRouteBuilder endpoints, [StringSyntax("Route")] string pattern, Delegate handler, Action<WebSocketEndpointOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        WebSocketEndpoint endpoint = Create(endpoints, pattern, configure);
        new DelegateRules(pattern, handler, endpoints.ServiceProvider).Check();
        RequestDelegate? bound = null;
        IEndpointConventionBuilder mapped = Named(endpoints.Map(pattern, context => bound!(context)), endpoint, pattern).With(handler);
        // Around all that is made of the delegate: binding, filters, and what conventions put around these.
        mapped.Finally(builder =>
        {
            RequestDelegate whole = builder.RequestDelegate!;
            EndpointOpening opening = new EndpointOpening.AcceptBound((context, connection) => BoundHandlerRun.StartAsync(whole, context, connection));
            builder.RequestDelegate = context => endpoint.RunAsync(context, (_, _) => ValueTask.FromResult(opening));
        });
        return new ConventionsInFront(mapped, builder => bound = BoundHandlerRun.Bind(handler, builder));
    }

    private static IEndpointConventionBuilder Map(
        IEndpointRouteBuilder endpoints,
        string pattern,
        Func<WebSocketConnection, HttpContext, CancellationToken, Task> handler,
        Action<WebSocketEndpointOptions>? configure) => Map(endpoints, pattern, configure, EndpointOpening.Always(handler));

    internal static IEndpointConventionBuilder Map(
        IEndpointRouteBuilder endpoints,
        string pattern,
        Action<WebSocketEndpointOptions>? configure,
        Func<HttpContext, IReadOnlyList<string>, ValueTask<EndpointOpening>> open) =>
        Map(endpoints, pattern, Create(endpoints, pattern, configure), open);

    internal static IEndpointConventionBuilder Map(
        IEndpointRouteBuilder endpoints, string pattern, WebSocketEndpoint endpoint, Func<HttpContext, IReadOnlyList<string>, ValueTask<EndpointOpening>> open)
    {
        IEndpointConventionBuilder mapped = Named(endpoints.Map(pattern, context => endpoint.RunAsync(context, open)), endpoint, pattern);
        return new ConventionsInFront(mapped, static builder =>
        {
            if (builder.FilterFactories.Count > 0) builder.FilterFactories.Insert(0, static (_, next) => context => AnswerOnceAsync(context, next));
        });
    }

    /// <summary>What a filter makes of the end of a connection, or of a refusal, is no answer any more.</summary>
    private static async ValueTask<object?> AnswerOnceAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        object? result = await next(context).ConfigureAwait(false);
        return context.HttpContext.Response.HasStarted ? Results.Empty : result;
    }

    private static WebSocketEndpoint Create(IEndpointRouteBuilder endpoints, string pattern, Action<WebSocketEndpointOptions>? configure)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(pattern);
        IServiceProvider services = endpoints.ServiceProvider;
        if (services.GetService<WebSocketRoster>() is null)
        {
            throw new InvalidOperationException("MapWebSocket needs Cierre's services: call builder.Services.AddCierre() before building the application.");
        }

        services.GetRequiredService<EndpointsAtStart>().HasOurs = true;
        // A fresh instance each time: what one endpoint changes, no other sees.
        WebSocketEndpointOptions options = services.GetRequiredService<IOptionsFactory<WebSocketEndpointOptions>>().Create(Options.DefaultName);
        configure?.Invoke(options);
        return new WebSocketEndpoint(pattern, options, services);
    }

    private static IEndpointConventionBuilder Named(IEndpointConventionBuilder mapped, WebSocketEndpoint endpoint, string pattern) =>
        mapped.WithMetadata(new WebSocketEndpointMetadata(endpoint)).WithDisplayName($"WebSocket {pattern}");

    /// <summary>The attributes of a handler count, as those of any endpoint's: <c>[Authorize] async connection => ...</c> is held to it.</summary>
    private static IEndpointConventionBuilder With(this IEndpointConventionBuilder mapped, Delegate handler) =>
        mapped.WithMetadata(handler.Method.GetCustomAttributes(inherit: true));
}
