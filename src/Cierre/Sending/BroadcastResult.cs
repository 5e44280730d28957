using System.Globalization;
using Cierre.Sending;

namespace Cierre;

/// <summary>Counts what became of a broadcast: each receiver took it, or is closed.</summary>
public readonly struct BroadcastResult : IEquatable<BroadcastResult>
{
    private readonly IReadOnlyList<WebSocketConnection>? _slowReaders;

    internal BroadcastResult(int taken, int dropped, int closed) => (TakenCount, DroppedCount, ClosedCount) = (taken, dropped, closed);

    /// <summary>Connections that took the message: it is with the network, or waits within their send buffer.</summary>
    public int TakenCount { get; internal init; }

    /// <summary>How many of those dropped older messages to have room for it (<see cref="SlowReaderPolicy.DropOldest"/>).</summary>
    public int DroppedCount { get; internal init; }

    /// <summary>Connections that close or are closed, those included that this message made close: there was no room for it
    /// (<see cref="SlowReaderPolicy.Close"/>), or none within the <see cref="WebSocketConnectionOptions.BroadcastTimeout"/>
    /// (<see cref="SlowReaderPolicy.Wait"/>).</summary>
    public int ClosedCount { get; internal init; }

    /// <summary>The connections whose peer reads too slowly: those that dropped older messages for this one, and those that it made close. Empty where all were
    /// fast.</summary>
    public IReadOnlyList<WebSocketConnection> SlowReaders
    {
        get => _slowReaders ?? [];
        internal init => _slowReaders = value;
    }

    /// <summary>Compares the counts.</summary>
    /// <param name="left">One result.</param>
    /// <param name="right">The other.</param>
    /// <returns>Whether they are the same, whoever the slow ones are.</returns>
    public static bool operator ==(BroadcastResult left, BroadcastResult right) => left.Equals(right);

    /// <summary>Compares the counts.</summary>
    /// <param name="left">One result.</param>
    /// <param name="right">The other.</param>
    /// <returns>Whether they differ.</returns>
    public static bool operator !=(BroadcastResult left, BroadcastResult right) => !left.Equals(right);

    /// <summary>Compares the counts.</summary>
    /// <param name="other">Another result.</param>
    /// <returns>Whether they are the same, whoever the slow ones are.</returns>
    public bool Equals(BroadcastResult other) =>
        (TakenCount, DroppedCount, ClosedCount) == (other.TakenCount, other.DroppedCount, other.ClosedCount);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is BroadcastResult other && Equals(other);

    /// <summary>Hashes the counts.</summary>
    /// <returns>The same number for equal results.</returns>
    public override int GetHashCode() => HashCode.Combine(TakenCount, DroppedCount, ClosedCount);

    /// <summary>The counts, for a debugger or a log: <c>3 taken, 0 dropped, 1 closed</c>.</summary>
    /// <returns>One line.</returns>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{TakenCount} taken, {DroppedCount} dropped, {ClosedCount} closed");

    internal BroadcastResult With(EnqueueResult enqueued) => enqueued switch
    {
        EnqueueResult.Taken => this with { TakenCount = TakenCount + 1 },
        EnqueueResult.TakenForOlder => this with { TakenCount = TakenCount + 1, DroppedCount = DroppedCount + 1 },
        EnqueueResult.Waits => this,
        _ => this with { ClosedCount = ClosedCount + 1 },
    };
}
