using System.Net;
using Cierre.AspNetCore.Admission;
using Cierre.AspNetCore.Logging;
using Cierre.AspNetCore.Roster;
using Cierre.Callbacks;
using Cierre.Connections;
using Cierre.Telemetry;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Cierre.AspNetCore.Endpoints;

/// <summary>What a request that is in order opens.</summary>
/// <param name="Endpoint">Under which name it is on the roster.</param>
/// <param name="Options">Its limits, its times and its clock.</param>
/// <param name="Slot">Its place, which it gives back at its end.</param>
internal readonly record struct ConnectionOpening(string Endpoint, WebSocketConnectionOptions Options, WebSocketHandshakeResult Accepted, Slot Slot)
{
    public MessageRate? Rate { get; init; }

    public Action<WebSocketConnection, CloseRecord>? OnClosed { get; init; }

    public bool IsInspector { get; init; }
}

/// <summary>Answers a request that is in order, and keeps the connection on the roster from there to its end, which is logged and told.</summary>
internal sealed class ConnectionOpener(WebSocketRoster connections, DrainGate gate, UserNames users, ILoggerFactory loggers)
{
    private readonly ILogger _logger = CloseLog.Of(loggers);
    private Action<Exception>? _abortedCallbackFailed;

    /// <param name="connection">One that was made before; null: none was.</param>
    /// <returns>The connection's entry, and what completes when it has left the roster. No entry: the server takes no further upgrade, nothing was answered,
    /// and the slot is free again.</returns>
    public async Task<(OpenConnection? Entry, Task Left)> OpenAsync(HttpContext context, ConnectionOpening opening, WebSocketConnection? connection = null)
    {
        string? user = users.Of(context.User);
        DateTimeOffset openedAt = opening.Options.TimeProvider.GetUtcNow();
        if (await Upgrade.AcceptAsync(context, opening.Accepted).ConfigureAwait(false) is not { } transport)
        {
            // Before the answer: whoever reads it may knock again.
            opening.Slot.Dispose();
            return (null, Task.CompletedTask);
        }

        transport.ServedBy(opening.Endpoint);
        connection ??= ConnectionControl.Create(opening.Accepted.Negotiated!);
        ConnectionControl control = ConnectionControl.Of(connection);
        _abortedCallbackFailed ??= e => CloseLog.CallbackFailed(_logger, nameof(HttpContext.RequestAborted), e);
        control.Open(opening.Options, transport, opening.Rate, _abortedCallbackFailed);
        var entry = new OpenConnection(connection, opening.Endpoint, user, RemoteOf(context.Connection), openedAt) { IsInspector = opening.IsInspector };
        DrainNotice? drain;
        lock (gate.Entering)
        {
            drain = gate.Notice;
            connections.Add(entry);
        }

        control.Start(context.Features.Get<ConnectionTelemetry>());
        // One that opened while the drain took its snapshot.
        drain?.Drain(connection);
        return (entry, LeaveAsync(entry, opening.Slot, opening.OnClosed));
    }

    /// <summary>It waits as long as the connection lives, and keeps no more than it needs.</summary>
    private async Task LeaveAsync(OpenConnection entry, Slot slot, Action<WebSocketConnection, CloseRecord>? onClosed)
    {
        WebSocketConnection connection = entry.Connection;
        CloseRecord record = await connection.Closed.ConfigureAwait(false);
        slot.Dispose();
        entry.Watcher?.Ended(entry);
        CloseLog.Closed(_logger, connection.Id, entry.Endpoint, record);
        if (onClosed is { } told)
        {
            Guarded.Call((told, connection, record), static of => of.told(of.connection, of.record), e =>
                CloseLog.CallbackFailed(_logger, nameof(WebSocketEndpointOptions.OnClosed), e));
        }

        // Last: who waits for the end of all of them may count on having been told of each.
        connections.Remove(entry, record);
    }

    public static IPEndPoint? RemoteOf(ConnectionInfo connection) =>
        connection.RemoteIpAddress is { } address ? new IPEndPoint(address, connection.RemotePort) : null;
}
