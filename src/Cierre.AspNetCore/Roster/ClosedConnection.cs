using System.Net;

namespace Cierre.AspNetCore;

/// <summary>Tells how a connection of the server ended, after it has left the roster.</summary>
public sealed class ClosedConnection
{
    internal ClosedConnection(
        long id, string endpoint, string? userId, IPEndPoint? remoteEndPoint, string? subprotocol, DateTimeOffset openedAt, CloseRecord record)
    {
        (Id, Endpoint, UserId, RemoteEndPoint) = (id, endpoint, userId, remoteEndPoint);
        (Subprotocol, OpenedAt, Record) = (subprotocol, openedAt, record);
    }

    /// <summary>The number that it had.</summary>
    public long Id { get; }

    /// <summary>The route pattern of its endpoint.</summary>
    public string Endpoint { get; }

    /// <summary>Its user at the end; null for nobody.</summary>
    public string? UserId { get; }

    /// <summary>The address and port of the peer; null where the server did not know.</summary>
    public IPEndPoint? RemoteEndPoint { get; }

    /// <summary>What was agreed on; null for none.</summary>
    public string? Subprotocol { get; }

    /// <summary>When it opened.</summary>
    public DateTimeOffset OpenedAt { get; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset ClosedAt => OpenedAt + Record.Elapsed;

    /// <summary>How it ended.</summary>
    public CloseRecord Record { get; }

    /// <summary>It was a viewer of an inspector, which shows itself to nobody.</summary>
    internal bool IsInspector { get; init; }
}
