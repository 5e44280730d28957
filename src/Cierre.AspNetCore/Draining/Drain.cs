using Cierre.AspNetCore.Admission;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Cierre.AspNetCore.Draining;

/// <summary>Closes every connection: what it has sent is answered first, then it gets 1001; new handshakes are refused meanwhile.</summary>
internal sealed class Drain(OpenConnections connections, AdmissionGate gate, IOptions<HostOptions> host)
{
    // Beyond the close timeout of each connection: a handler that does not come back for what was received. Its peer has to have its
    // close frame, and time to answer it, before the host's own patience ends and Kestrel cuts what is left.
    private static readonly TimeSpan MostPatience = TimeSpan.FromSeconds(10);

    private TimeSpan Patience => host.Value.ShutdownTimeout / 2 is var half && half < MostPatience ? half : MostPatience;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        gate.Close();
        foreach (WebSocketConnection connection in connections.Snapshot()) GoingAway.Drain(connection);
        if (await EmptiesAsync(cancellationToken)) return;
        foreach (WebSocketConnection connection in connections.Snapshot()) GoingAway.Close(connection);
        await EmptiesAsync(cancellationToken);
    }

    private async Task<bool> EmptiesAsync(CancellationToken cancellationToken)
    {
        try
        {
            await connections.WhenEmpty().WaitAsync(Patience, cancellationToken);
            return true;
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            return false;
        }
    }
}
