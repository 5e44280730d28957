using Cierre.AspNetCore.Admission;

namespace Cierre.AspNetCore.Draining;

/// <summary>Closes every connection: what it has sent is answered first, then it gets 1001; new handshakes are refused meanwhile.</summary>
internal sealed class Drain(OpenConnections connections, AdmissionGate gate)
{
    // Beyond the close timeout of each connection: a handler that does not come back for what was received.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        gate.Close();
        foreach (WebSocketConnection connection in connections.Snapshot()) GoingAway.Drain(connection);
        try
        {
            await connections.WhenEmpty().WaitAsync(Patience, cancellationToken);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            foreach (WebSocketConnection connection in connections.Snapshot()) GoingAway.Close(connection);
        }
    }
}
