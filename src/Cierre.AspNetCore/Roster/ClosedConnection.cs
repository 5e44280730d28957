using System.Net;

namespace Cierre.AspNetCore;

/// <summary>Tells how a connection of the server ended, after it has left the roster.</summary>
/// <param name="Id">The number that it had.</param>
/// <param name="Endpoint">The route pattern of its endpoint.</param>
/// <param name="UserId">Its user at the end; null for nobody.</param>
/// <param name="RemoteEndPoint">The address and port of the peer; null where the server did not know.</param>
/// <param name="Subprotocol">What was agreed on; null for none.</param>
/// <param name="OpenedAt">When it opened.</param>
/// <param name="Record">How it ended.</param>
public sealed record ClosedConnection(long Id, string Endpoint, string? UserId, IPEndPoint? RemoteEndPoint, string? Subprotocol, DateTimeOffset OpenedAt, CloseRecord Record)
{
    /// <summary>It was a viewer of an inspector, which shows itself to nobody.</summary>
    internal bool IsInspector { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset ClosedAt => OpenedAt + Record.Elapsed;
}
