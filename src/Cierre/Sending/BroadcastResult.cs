using Cierre.Sending;


namespace Cierre;

/// <summary>Counts what became of a broadcast: each receiver took it, or is closed.</summary>
/// <param name="Taken">Connections that took the message: it is with the network, or waits within their send buffer.</param>
/// <param name="Dropped">How many of those dropped older messages to have room for it (<see cref="SlowReaderPolicy.DropOldest"/>).</param>
/// <param name="Closed">Connections that close or are closed, those included that this message made close: there was no room for it
/// (<see cref="SlowReaderPolicy.Close"/>), or none within the <see cref="WebSocketConnectionOptions.BroadcastTimeout"/>
/// (<see cref="SlowReaderPolicy.Wait"/>).</param>
public readonly record struct BroadcastResult(int Taken, int Dropped, int Closed)
{
    private readonly IReadOnlyList<WebSocketConnection>? _slowReaders;

    /// <summary>The connections whose peer reads too slowly: those that dropped older messages for this one, and those that it made close. Empty where all were
    /// fast.</summary>
    public IReadOnlyList<WebSocketConnection> SlowReaders
    {
        get => _slowReaders ?? [];
        internal init => _slowReaders = value;
    }

    /// <summary>Compares the counts.</summary>
    /// <param name="other">Another result.</param>
    /// <returns>Whether they are the same, whoever the slow ones are.</returns>
    public bool Equals(BroadcastResult other) => (Taken, Dropped, Closed) == (other.Taken, other.Dropped, other.Closed);

    /// <summary>Hashes the counts.</summary>
    /// <returns>The same number for equal results.</returns>
    public override int GetHashCode() => HashCode.Combine(Taken, Dropped, Closed);

    internal BroadcastResult With(EnqueueResult enqueued) => enqueued switch
    {
        EnqueueResult.Taken => this with { Taken = Taken + 1 },
        EnqueueResult.TakenForOlder => this with { Taken = Taken + 1, Dropped = Dropped + 1 },
        EnqueueResult.Waits => this,
        _ => this with { Closed = Closed + 1 },
    };
}
