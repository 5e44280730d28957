using Cierre.AspNetCore.Admission;
using Cierre.AspNetCore.Draining;

namespace Cierre.AspNetCore;

/// <summary>Shows the server's open WebSocket connections, and does to all of them at once what an operator wants done.</summary>
public sealed class WebSocketServer
{
    private readonly OpenConnections _connections;
    private readonly AdmissionGate _gate;
    private readonly Drain _drain;

    internal WebSocketServer(OpenConnections connections, AdmissionGate gate, Drain drain) => (_connections, _gate, _drain) = (connections, gate, drain);

    /// <summary>How many connections are open, closing ones included.</summary>
    public int Count => _connections.Count;

    /// <summary>Whether the server drains or has drained: new handshakes are answered 503.</summary>
    public bool IsDraining => _gate.IsClosed;

    /// <summary>Closes every connection as a host that stops does, but the host goes on: what each has sent is answered first. New handshakes are answered 503, and readiness fails,
    /// from now on until <see cref="Resume"/>: a server that was emptied stays empty.</summary>
    /// <param name="options">How; null takes the configured ones.</param>
    /// <param name="cancellationToken">Ends the drain: what was not reached stays open. The server takes no new connections all the same.</param>
    /// <returns>Completes when no connection is open.</returns>
    /// <exception cref="ArgumentException">The spread is not shorter than the whole drain may take.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Task DrainAsync(WebSocketDrainOptions? options = null, CancellationToken cancellationToken = default) => _drain.RunAsync(options, cancellationToken);

    /// <summary>Takes new connections again after <see cref="DrainAsync"/>.</summary>
    public void Resume() => _gate.Open();
}
