using System.Net;

namespace Cierre.AspNetCore;

/// <summary>Names one open WebSocket connection whose bytes a program of this server passes on to another server: YARP, or another relay behind
/// <c>UseCierreUpgradeObservation</c>.</summary>
/// <remarks>No <see cref="WebSocketConnection"/> stands behind it: its frames are looked at as they pass, and only a drain adds one. It goes by the name of its
/// request, which the relay's log has too.</remarks>
public abstract class RelayedConnection
{
    private protected RelayedConnection(string requestId, string endpoint, string? userId, IPEndPoint? remote, DateTimeOffset openedAt) =>
        (RequestId, Endpoint, UserId, RemoteEndPoint, OpenedAt) = (requestId, endpoint, userId, remote, openedAt);

    /// <summary>The request that opened it, as <c>HttpContext.TraceIdentifier</c> names it, and the logs of Kestrel and of the relay do.</summary>
    public string RequestId { get; }

    /// <summary>The route pattern of the endpoint that relays; <c>/</c> where there is none.</summary>
    public string Endpoint { get; }

    /// <summary>Its user, as <see cref="WebSocketServerOptions.UserIdSelector"/> names it; null for nobody.</summary>
    public string? UserId { get; }

    /// <summary>The address and port of the client, or of the proxy in front unless forwarded headers are followed; null where the server does not
    /// know.</summary>
    public IPEndPoint? RemoteEndPoint { get; }

    /// <summary>When it opened.</summary>
    public DateTimeOffset OpenedAt { get; }

    /// <summary>Whole messages that the client has sent.</summary>
    public abstract long MessagesFromClient { get; }

    /// <summary>Whole messages that the server behind has sent.</summary>
    public abstract long MessagesFromServer { get; }

    /// <summary>Ends the connection at once: the client sees 1006, and so does the server behind.</summary>
    public abstract void Abort();

    /// <summary>Tells its request and its endpoint.</summary>
    public override string ToString() => $"{RequestId} {Endpoint} {UserId}".TrimEnd();

    /// <summary>Puts a close frame between two messages to the client, and bounds what follows.</summary>
    internal abstract void Drain(CloseFrame frame, Closing.EndReason why);
}
