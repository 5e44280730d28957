using System.Net.Sockets;
using Cierre.Transports;

namespace Cierre;

/// <summary>Event loops that read the sockets of clients, where each connection would wait for its own socket otherwise. The package
/// <c>Cierre.EventLoops</c> makes them.</summary>
public abstract class WebSocketEventLoops
{
    internal WebSocketEventLoops()
    {
    }

    /// <summary>A socket over which the opening has succeeded.</summary>
    /// <param name="socket">Connected, and the transport's own from now on.</param>
    /// <param name="earlier">Who has read it until now; null: nothing is left of that.</param>
    /// <param name="server">Where it leads to, as scheme, host and port.</param>
    /// <returns>Null: there is no loop for it, so it is the caller's as before.</returns>
    internal abstract Transport? TakeOver(Socket socket, Transport.EarlierReader? earlier, string server);
}
