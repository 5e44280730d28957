namespace Cierre.Sending;

/// <summary>The receivers for which a broadcast waits, those that it lost, and which of them are slow; made for the first that has no room.</summary>
internal sealed class SlowReceivers
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _decided = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<WebSocketConnection> _slow = [];
    private int _taken;
    private int _lost;

    // The caller's own, until it has been everywhere.
    private int _open = 1;

    /// <summary>One more takes it when there is room.</summary>
    public void Expect() => Interlocked.Increment(ref _open);

    public void Took()
    {
        Interlocked.Increment(ref _taken);
        Decide();
    }

    /// <summary>One closes, or is closed.</summary>
    public void Lost()
    {
        Interlocked.Increment(ref _lost);
        Decide();
    }

    /// <summary>One is slow.</summary>
    public void Add(WebSocketConnection receiver)
    {
        lock (_gate) _slow.Add(receiver);
    }

    /// <summary>Completes when none is left that may still take it; cancelled, they still may, and nobody waits for them.</summary>
    public async ValueTask<BroadcastResult> AwaitAsync(BroadcastResult others, CancellationToken cancellationToken)
    {
        Decide();
        await _decided.Task.WaitAsync(cancellationToken).ConfigureAwait(SimulationContext.IsCurrent);
        lock (_gate) return others with { TakenCount = others.TakenCount + _taken, ClosedCount = others.ClosedCount + _lost, SlowReaders = [.. _slow] };
    }

    private void Decide()
    {
        if (Interlocked.Decrement(ref _open) == 0) _decided.SetResult();
    }
}
