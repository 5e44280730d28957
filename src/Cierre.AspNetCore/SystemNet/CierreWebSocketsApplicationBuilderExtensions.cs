using Cierre;
using Cierre.AspNetCore;
using Cierre.AspNetCore.SystemNet;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Puts Cierre under programs that accept WebSockets through <c>HttpContext.WebSockets</c>: SignalR, Blazor, GraphQL servers, handlers of your
/// own.</summary>
public static class CierreWebSocketsApplicationBuilderExtensions
{
    /// <summary>Stands in the place of <c>UseWebSockets</c>: whatever accepts a WebSocket behind it gets a connection of Cierre, with the face of
    /// <see cref="System.Net.WebSockets.WebSocket"/>. docs/drop-in.md says what becomes better, and what differs.</summary>
    /// <remarks>
    /// <para>It goes by the framework's own <see cref="WebSocketOptions"/>: a foreign origin is answered with 403 as there. The framework's middleware may
    /// stay, in
    /// front or behind; what it would check that is not in these options is not checked behind this one, and the start of the host warns of that.</para>
    /// <para>Requests that open no WebSocket, and servers that have no upgrade to offer, are left as they are.</para>
    /// </remarks>
    /// <param name="app">The application.</param>
    /// <param name="options">The framework's options; null takes those that are configured.</param>
    /// <returns>The same application.</returns>
    /// <exception cref="ArgumentNullException">No application.</exception>
    /// <exception cref="InvalidOperationException">AddCierre was not called.</exception>
    public static IApplicationBuilder UseCierreWebSockets(this IApplicationBuilder app, WebSocketOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(app);
        IServiceProvider services = app.ApplicationServices;
        AcceptingServers servers = AcceptingServers.Of(services);
        options ??= services.GetRequiredService<IOptions<WebSocketOptions>>().Value;
        AcceptingServer server = servers.Create(options, configure: null);
        return app.Use(next =>
        {
            servers.WarnOfAnother(next, options);
            return context => server.RunAsync(context, next);
        });
    }

    /// <summary>Puts Cierre under one endpoint that accepts WebSockets, with options of its own: <c>app.MapHub&lt;Chat&gt;("/chat").UseCierre()</c>.</summary>
    /// <typeparam name="TBuilder">What mapped the endpoint.</typeparam>
    /// <param name="builder">The endpoint, or several.</param>
    /// <param name="configure">Changes the endpoint's options; null takes those of the configuration.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentNullException">No builder.</exception>
    public static TBuilder UseCierre<TBuilder>(this TBuilder builder, Action<CierreWebSocketOptions>? configure = null)
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        AcceptingServer? shared = null;
        builder.Finally(endpoint =>
        {
            if (endpoint.RequestDelegate is not { } run) return;
            // Blazor builds its endpoints without the application's services; those of the first request know what is registered.
            if (endpoint.ApplicationServices.GetService<IServiceScopeFactory>() is not null) ServerOf(endpoint.ApplicationServices);
            endpoint.RequestDelegate = context => (shared ?? ServerOf(context.RequestServices)).RunAsync(context, run);
        });
        return builder;

        // All that one call maps shares its limits.
        AcceptingServer ServerOf(IServiceProvider services) => LazyInitializer.EnsureInitialized(
            ref shared,
            () => AcceptingServers.Of(services).Create(services.GetRequiredService<IOptions<WebSocketOptions>>().Value, configure));
    }

    /// <summary>The connection that carries this request's WebSocket: its record, its traffic, its trace.</summary>
    /// <param name="context">The request, in a hub <c>Context.GetHttpContext()</c>.</param>
    /// <returns>The connection; null where the request opened none of Cierre's.</returns>
    /// <exception cref="ArgumentNullException">No request.</exception>
    public static WebSocketConnection? GetCierre(this HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.Features.Get<WebSocketConnection>();
    }
}
