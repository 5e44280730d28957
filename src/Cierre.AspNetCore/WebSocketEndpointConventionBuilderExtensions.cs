using Cierre.AspNetCore;
using Cierre.AspNetCore.Endpoints;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Conventions of WebSocket endpoints alone.</summary>
public static class WebSocketEndpointConventionBuilderExtensions
{
    /// <summary>Ends the request of each connection when the handshake is answered, so that an idle connection keeps nothing of it. The handler goes on with
    /// the connection, and with what is kept of the request.</summary>
    /// <remarks>
    /// <para>A handler's <c>HttpContext</c> throws an <see cref="InvalidOperationException"/> that names what was not kept. Values that the framework binds to
    /// parameters are bound before; services among them come from a scope of the connection's own, which ends with it.</para>
    /// <para>Limits, the drain, the roster, metrics and the inspector see the connection as any other. Kestrel does not count it any more
    /// (<c>MaxConcurrentUpgradedConnections</c>, <c>kestrel.active_connections</c>), and logs its request as ended. Over TLS and HTTP/2 the request carries the
    /// connection, so that it stays.</para>
    /// </remarks>
    /// <typeparam name="TBuilder">The type of the builder.</typeparam>
    /// <param name="builder">What <c>MapWebSocket</c> returned, or a group of such endpoints.</param>
    /// <param name="keep">What the handler's <c>HttpContext</c> still has.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="InvalidOperationException">At the start of the server: an endpoint is none of <c>MapWebSocket</c>.</exception>
    public static TBuilder Detach<TBuilder>(this TBuilder builder, DetachedParts keep = DetachedParts.None)
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Add(endpoint => endpoint.Metadata.Add(new DetachedMetadata(keep)));
        builder.Finally(static endpoint =>
        {
            string? fault = endpoint.Metadata.OfType<AttachedMetadata>().LastOrDefault() is { } attached ? attached.Why
                : endpoint.Metadata.OfType<WebSocketEndpointMetadata>().Any() ? null
                : "it is no endpoint of MapWebSocket";
            if (fault is not null) throw new InvalidOperationException($"{endpoint.DisplayName} cannot be detached: {fault}.");
        });
        return builder;
    }
}
