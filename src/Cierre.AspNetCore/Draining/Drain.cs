using Cierre.AspNetCore.Admission;
using Cierre.Closing;

namespace Cierre.AspNetCore.Draining;

/// <summary>Closes every connection: what it has sent is answered first, then it gets 1001; new handshakes are refused meanwhile.</summary>
internal sealed class Drain(OpenConnections connections)
{
    // Beyond the close timeout of each connection: a handler that does not come back for what was received.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public bool HasBegun { get; private set; }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        HasBegun = true;
        var goingAway = new CloseFrame(CloseCode.GoingAway, CloseWhy.HostStopping.Detail.English);
        foreach (WebSocketConnection connection in connections.Snapshot()) connection.Driver.BeginDrain(goingAway, CloseWhy.HostStopping);
        try
        {
            await connections.WhenEmpty().WaitAsync(Patience, cancellationToken);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            foreach (WebSocketConnection connection in connections.Snapshot()) connection.Driver.BeginClose(goingAway, CloseWhy.HostStopping);
        }
    }
}
