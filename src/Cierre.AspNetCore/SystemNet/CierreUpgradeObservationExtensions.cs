using Cierre.AspNetCore.SystemNet;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Looks at WebSocket connections that a program of this server passes on without taking part in them: YARP, or another relay.</summary>
public static class CierreUpgradeObservationExtensions
{
    /// <summary>Follows the frames of each WebSocket connection that is relayed behind it, so that it is listed, counted, logged and drained like the others.
    /// docs/drop-in.md.</summary>
    /// <remarks>
    /// <para>It stands in front of what relays, such as <c>MapReverseProxy</c>. No byte is changed and none is held back; requests that open no WebSocket are
    /// left as they are, and so are endpoints of <c>MapWebSocket</c> and <c>UseCierreWebSockets</c>, which know their connections better.</para>
    /// <para>Under pressure (<c>Cierre:Shedding</c>) new handshakes get 503; those that are open stay.</para>
    /// <para>A drain, and a host that stops, refuses new handshakes with 503, and puts a close frame between two messages to each client; its answer goes on
    /// to the server behind.</para>
    /// </remarks>
    /// <param name="app">The application.</param>
    /// <returns>The same application.</returns>
    /// <exception cref="ArgumentNullException">No application.</exception>
    /// <exception cref="InvalidOperationException">AddCierre was not called.</exception>
    public static IApplicationBuilder UseCierreUpgradeObservation(this IApplicationBuilder app)
    {
        ArgumentNullException.ThrowIfNull(app);
        UpgradeObserver observer = app.ApplicationServices.GetService<UpgradeObserver>() ?? throw new InvalidOperationException(
            "Cierre's services are not registered: call builder.Services.AddCierre() before the application is built.");
        return app.Use(next => context => observer.RunAsync(context, next));
    }
}
