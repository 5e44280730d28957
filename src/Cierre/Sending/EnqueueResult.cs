namespace Cierre.Sending;

/// <summary>What became of a message that waits for nobody.</summary>
internal enum EnqueueResult
{
    Taken,

    /// <summary>Taken, and older ones were dropped to make room.</summary>
    TakenForOlder,

    /// <summary>There is no room for it yet: <see cref="SlowReceivers"/> is told when it is decided.</summary>
    Waits,

    /// <summary>The connection closes or is closed, perhaps for just this message.</summary>
    Closed,
}
