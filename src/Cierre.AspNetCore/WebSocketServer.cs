using Cierre.AspNetCore.Admission;

namespace Cierre.AspNetCore;

/// <summary>Shows the server's open WebSocket connections.</summary>
public sealed class WebSocketServer
{
    private readonly OpenConnections _connections;

    internal WebSocketServer(OpenConnections connections) => _connections = connections;

    /// <summary>How many connections are open, closing ones included.</summary>
    public int Count => _connections.Count;
}
