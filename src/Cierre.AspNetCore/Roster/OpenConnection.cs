using System.Net;

namespace Cierre.AspNetCore;

/// <summary>Names one open connection of the server: what the roster knows beside the connection itself.</summary>
/// <remarks>What changes while it is open is asked of <see cref="Connection"/>: its traffic, what is queued, the last round trip.</remarks>
public sealed class OpenConnection
{
    internal OpenConnection(WebSocketConnection connection, string endpoint, string? userId, IPEndPoint? remote, DateTimeOffset openedAt) =>
        (Connection, Carrier, Endpoint, UserId, RemoteEndPoint, OpenedAt) = (connection, connection, endpoint, userId, remote, openedAt);

    /// <summary>The connection: to send to it, to close it, and for its counters. Where it carries a session that can be resumed, it is the session's, which
    /// goes on when this connection is lost.</summary>
    public WebSocketConnection Connection { get; internal set; }

    /// <summary>The number of the connection, as in <see cref="WebSocketConnection.Id"/> and in the log.</summary>
    public long Id => Carrier.Id;

    /// <summary>The route pattern of its endpoint.</summary>
    public string Endpoint { get; }

    /// <summary>Its user, as <see cref="WebSocketServerOptions.UserIdSelector"/> names it, of the request or of the last renewal; null for nobody.</summary>
    public string? UserId { get; internal set; }

    /// <summary>The address and port of the peer, or of the proxy in front unless forwarded headers are followed; null where the server does not
    /// know.</summary>
    public IPEndPoint? RemoteEndPoint { get; }

    /// <summary>When it opened.</summary>
    public DateTimeOffset OpenedAt { get; }

    /// <summary>The one transport's, whatever it carries.</summary>
    internal WebSocketConnection Carrier { get; }

    /// <summary>Told when the connection has ended; null: nobody.</summary>
    internal IEndWatcher? Watcher { get; set; }

    /// <summary>It is a viewer of an inspector, which shows itself to nobody.</summary>
    internal bool IsInspector { get; init; }

    internal bool IsIndexed { get; set; }

    // The neighbours among those of the same user: the roster's, under its lock.
    internal OpenConnection? Before { get; set; }

    internal OpenConnection? After { get; set; }

    /// <summary>Tells its number, endpoint and user.</summary>
    public override string ToString() => $"{Id} {Endpoint} {UserId}".TrimEnd();
}

/// <summary>Whoever keeps something of a connection for as long as it is there.</summary>
internal interface IEndWatcher
{
    void Ended(OpenConnection connection);
}
