using Cierre.AspNetCore.Admission;
using Cierre.AspNetCore.Draining;
using Cierre.AspNetCore.Roster;
using Cierre.AspNetCore.Shedding;
using Cierre.Connections;

namespace Cierre.AspNetCore;

/// <summary>Shows the server's open WebSocket connections, and does to all of them at once what an operator wants done.</summary>
public sealed class WebSocketServer
{
    private readonly DrainGate _gate;
    private readonly Drain _drain;
    private readonly Shedder _shedder;

    internal WebSocketServer(WebSocketRoster connections, RelayedConnections relayed, DrainGate gate, Drain drain, Shedder shedder) =>
        (Connections, RelayedConnections, _gate, _drain, _shedder) = (connections, relayed, gate, drain, shedder);

    /// <summary>The open connections: to list and find, to send to and to close; and how the last ones ended.</summary>
    public WebSocketRoster Connections { get; }

    /// <summary>The open connections behind <c>UseCierreUpgradeObservation</c>, whose bytes YARP or another relay passes on: a listing of the moment, in no
    /// order. A drain closes them too; load is shed by closing none of them.</summary>
    public IReadOnlyCollection<RelayedConnection> RelayedConnections { get; }

    /// <summary>Whether the server drains or has drained: new handshakes are answered 503.</summary>
    public bool IsDraining => _gate.IsClosed;

    /// <summary>Closes every connection as a host that stops does, but the host goes on: what each has sent is answered first. New handshakes are answered 503,
    /// and readiness fails, from now on until <see cref="EndDrain"/>: a server that was emptied stays empty.</summary>
    /// <param name="options">How; null takes the configured ones.</param>
    /// <param name="cancellationToken">Ends the drain: what was not reached stays open. The server takes no new connections all the same. The token that says
    /// that an open connection ends, a handler's, does not end it.</param>
    /// <returns>Completes when no connection is open.</returns>
    /// <exception cref="ArgumentException">The spread is not shorter than the whole drain may take.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Task DrainAsync(WebSocketDrainOptions? options = null, CancellationToken cancellationToken = default) =>
        _drain.RunAsync(options, Connections.Snapshot().Foreign(cancellationToken));

    /// <summary>Closes some of the connections with 1013, and leaves the rest alone: load that is shed.</summary>
    /// <param name="count">How many, 0 or more; as many as are open are closed at most.</param>
    /// <param name="order">Which ones first.</param>
    /// <param name="cancellationToken">Ends the wait, not the closes. The token that says that an open connection ends, a handler's, does not.</param>
    /// <returns>How they ended, when all of them have.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative, or the order is none.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Task<IReadOnlyList<CloseRecord>> ShedAsync(int count, ShedOrder order = ShedOrder.Newest, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        OptionChecks.Defined(order, nameof(order));
        // Before the first close: the handler's own connection may be gone behind it.
        CancellationToken foreign = Connections.Snapshot().Foreign(cancellationToken);
        return _shedder.ShedAsync(count, order).WaitAsync(foreign);
    }

    /// <summary>As <see cref="ShedAsync"/>, for a share of those that are open, rounded up.</summary>
    /// <param name="share">The share, from 0 to 1.</param>
    /// <param name="order">Which ones first.</param>
    /// <param name="cancellationToken">Ends the wait, not the closes. The token that says that an open connection ends, a handler's, does not.</param>
    /// <returns>How they ended, when all of them have.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The share is not between 0 and 1, or the order is none.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Task<IReadOnlyList<CloseRecord>> ShedShareAsync(double share, ShedOrder order = ShedOrder.Newest, CancellationToken cancellationToken = default)
    {
        if (share is not (>= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(share), share, "From 0 to 1.");
        OptionChecks.Defined(order, nameof(order));
        CancellationToken foreign = Connections.Snapshot().Foreign(cancellationToken);
        return _shedder.ShedShareAsync(share, order).WaitAsync(foreign);
    }

    /// <summary>Takes new connections again after <see cref="DrainAsync"/>.</summary>
    public void EndDrain() => _gate.Open();
}
