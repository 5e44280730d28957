namespace Cierre.AspNetCore;

/// <summary>Sets what one WebSocket endpoint accepts, beside the limits and times of every connection.</summary>
/// <remarks>Bound from the configuration section <c>Cierre</c> for all endpoints, then changed by what <c>MapWebSocket</c> is given.</remarks>
public sealed class WebSocketEndpointOptions : WebSocketConnectionOptions
{
    /// <summary>The subprotocols that the endpoint speaks, the preferred one first. Of those the client asks for, the first of these is chosen; none: none. RFC 6455 4.2.2.</summary>
    public IList<string> Subprotocols { get; } = [];

    /// <summary>The origins that may connect, as <c>https://example.org</c>, or <c>*</c> for any. Default none listed: only the server's own origin. A request
    /// without an <c>Origin</c> header comes from no browser and is not held to this. RFC 6455 10.2.</summary>
    public IList<string> AllowedOrigins { get; } = [];

    /// <summary>Whether a request that authorization refuses is accepted and then closed with 3000 or 3003 instead of being answered 401 or 403, which no
    /// browser lets a page read; default false.</summary>
    public bool RefuseByClose { get; set; }

    /// <summary>Called with each connection of the endpoint and its record once it has ended, also with one that was accepted only to be closed; default null.</summary>
    /// <remarks>It runs where the end was noticed and should not block. An exception of its own fails the request and harms no connection.</remarks>
    public Action<WebSocketConnection, CloseRecord>? OnClosed { get; set; }
}
