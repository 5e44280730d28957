using Cierre.AspNetCore.Endpoints;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using SystemWebSocket = System.Net.WebSockets.WebSocket;

namespace Cierre.AspNetCore.SystemNet;

/// <summary>What <c>HttpContext.WebSockets</c> asks: whether the request opens a WebSocket, and to accept it.</summary>
internal sealed class WebSocketFeature(AcceptingServer server, HttpContext context) : IHttpWebSocketFeature
{
    private WebSocketHandshakeRequest? _request;
    private bool? _opens;

    // Asked by the middleware, by the program and by whoever accepts.
    public bool IsWebSocketRequest => _opens ??= WebSocketHandshake.Check(Request, [], compression: null).IsAccepted;

    /// <summary>What was accepted; null: nothing was.</summary>
    public AcceptedConnection? Accepted { get; private set; }

    private WebSocketHandshakeRequest Request => _request ??= Upgrade.Read(context);

    public async Task<SystemWebSocket> AcceptAsync(WebSocketAcceptContext acceptContext)
    {
        if (Accepted is not null) throw new InvalidOperationException("The WebSocket of this request is accepted already.");
        Accepted = await server.AcceptAsync(context, Request, acceptContext ?? new WebSocketAcceptContext()).ConfigureAwait(false);
        return Accepted.Socket;
    }
}
