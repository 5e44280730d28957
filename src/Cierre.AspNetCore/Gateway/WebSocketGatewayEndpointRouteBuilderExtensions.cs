using Cierre;
using Cierre.AspNetCore.Endpoints;
using Cierre.AspNetCore;
using System.Diagnostics.CodeAnalysis;
using Cierre.AspNetCore.Gateway;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps gateways: endpoints that pass every message on to another WebSocket server, and every close.</summary>
/// <remarks>
/// A close passes with its code and reason, an empty one as an empty one. What never was on a wire does not pass as a code: an upstream that cannot be reached,
/// breaks the protocol or vanishes is 1014 to the client, with a reason that names the trouble; a client that vanishes is 1001 to the upstream. 1010 belongs to
/// one hop: it becomes 1014, or 1001.
/// </remarks>
public static class WebSocketGatewayEndpointRouteBuilderExtensions
{
    /// <summary>Maps a gateway to one upstream.</summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="pattern">The route pattern.</param>
    /// <param name="upstream">The upstream's address: an absolute ws, wss, http or https URL without a fragment.</param>
    /// <param name="configure">Changes the gateway's options.</param>
    /// <returns>A builder for authorization, rate limiting, CORS and whatever else an endpoint can carry.</returns>
    /// <exception cref="ArgumentException">The upstream's address cannot be one of a WebSocket.</exception>
    /// <exception cref="InvalidOperationException">AddCierre was not called.</exception>
    public static IEndpointConventionBuilder MapWebSocketGateway(
        this IEndpointRouteBuilder endpoints, [StringSyntax("Route")] string pattern, Uri upstream, Action<WebSocketGatewayOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(upstream);
        WebSocketConnection.ValidateUrl(upstream);
        return MapWebSocketGateway(endpoints, pattern, _ => ValueTask.FromResult(upstream), configure);
    }

    /// <summary>Maps a gateway that chooses the upstream of each connection.</summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="pattern">The route pattern.</param>
    /// <param name="selectUpstream">Gives the address for a request; called once for each connection.</param>
    /// <param name="configure">Changes the gateway's options.</param>
    /// <returns>A builder for authorization, rate limiting, CORS and whatever else an endpoint can carry.</returns>
    /// <exception cref="InvalidOperationException">AddCierre was not called.</exception>
    public static IEndpointConventionBuilder MapWebSocketGateway(
        this IEndpointRouteBuilder endpoints, [StringSyntax("Route")] string pattern, Func<HttpContext, ValueTask<Uri>> selectUpstream,
        Action<WebSocketGatewayOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(selectUpstream);
        GatewayHandler? gateway = null;
        return WebSocketEndpointRouteBuilderExtensions.Map(
            endpoints,
            pattern,
            endpoint =>
            {
                var options = new WebSocketGatewayOptions(endpoint);
                configure?.Invoke(options);
                gateway = new GatewayHandler(options, selectUpstream);
            },
            (context, subprotocols) => gateway!.OpenAsync(context, subprotocols)).WithMetadata(new AttachedMetadata("a gateway needs the request to the end"));
    }
}
