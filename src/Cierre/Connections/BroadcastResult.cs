using Cierre.Connections;

namespace Cierre;

/// <summary>Counts what became of a broadcast, each receiver once.</summary>
/// <param name="Taken">Connections that took the message: it is with the network, or waits within their send buffer.</param>
/// <param name="Dropped">Connections that were passed over: their peer does not read and there was no room (<see cref="SlowReaderPolicy.Wait"/>).</param>
/// <param name="Closed">Connections that close or are closed, those included that this message made close (<see cref="SlowReaderPolicy.Close"/>).</param>
public readonly record struct BroadcastResult(int Taken, int Dropped, int Closed)
{
    internal BroadcastResult With(Posted posted) => posted switch
    {
        Posted.Taken => this with { Taken = Taken + 1 },
        Posted.Dropped => this with { Dropped = Dropped + 1 },
        _ => this with { Closed = Closed + 1 },
    };
}
