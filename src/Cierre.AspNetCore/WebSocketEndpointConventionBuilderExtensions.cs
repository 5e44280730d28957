using Cierre.AspNetCore;
using Cierre.AspNetCore.Endpoints;
using Cierre.AspNetCore.Resuming;

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

    /// <summary>Lets sessions survive their connections: the handler goes on when a connection is lost and the client comes back, and nothing is lost, doubled
    /// or out of order, or both sides are told. docs/resume.md.</summary>
    /// <remarks>
    /// <para>A client asks for it with the subprotocol <c>cierre.resume.v1</c>; every other client of the endpoint is served as without. The handler runs once
    /// for each session, and its connection is the session: it ends when either side closes it, or when no connection has carried it for the window.</para>
    /// <para>The request of the first connection ends with it, so that the endpoint is detached (<see cref="Detach{TBuilder}"/>): the handler keeps the user,
    /// route values, the query, items and services, unless <c>Detach</c> says otherwise.</para>
    /// </remarks>
    /// <typeparam name="TBuilder">The type of the builder.</typeparam>
    /// <param name="builder">What <c>MapWebSocket</c> returned, or a group of such endpoints.</param>
    /// <param name="configure">Changes how the sessions are kept; null for the defaults.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="InvalidOperationException">At the start of the server: an endpoint is none of <c>MapWebSocket</c>.</exception>
    public static TBuilder WithResume<TBuilder>(this TBuilder builder, Action<WebSocketResumeOptions>? configure = null)
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = new WebSocketResumeOptions();
        configure?.Invoke(options);
        builder.Add(endpoint => endpoint.Metadata.Add(new ResumeMetadata(options)));
        builder.Finally(static endpoint =>
        {
            string? fault = endpoint.Metadata.OfType<AttachedMetadata>().LastOrDefault() is { } attached ? attached.Why
                : endpoint.Metadata.OfType<WebSocketEndpointMetadata>().Any() ? null
                : "it is no endpoint of MapWebSocket";
            if (fault is not null) throw new InvalidOperationException($"{endpoint.DisplayName} cannot resume sessions: {fault}.");
            if (!endpoint.Metadata.OfType<DetachedMetadata>().Any()) endpoint.Metadata.Add(new DetachedMetadata(ResumeMetadata.Kept));
        });
        return builder;
    }
}
