namespace Cierre.Testing.Clock;

/// <summary>A timer of the simulated clock. Its callback is work like any other.</summary>
internal sealed class SimulatedTimer(SimulatedLoop loop, TimerCallback callback, object? state) : ITimer
{
    private const long Never = long.MaxValue;

    private long _period;
    private long _changes, _wentOffAt;
    private bool _disposed;

    /// <summary>When it goes off next; what lies in the loop's queue for another moment is stale.</summary>
    public long Due { get; private set; } = Never;

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        if (_disposed) return false;
        _changes++;
        _period = period > TimeSpan.Zero ? period.Ticks : Never;
        Due = dueTime < TimeSpan.Zero ? Never : loop.Now + dueTime.Ticks;
        if (Due != Never) loop.Arm(this);
        return true;
    }

    public void GoOff()
    {
        Due = _period == Never ? Never : loop.Now + _period;
        if (Due != Never) loop.Arm(this);
        // It goes off once before its callback runs: the clock stands still while anything is ready.
        _wentOffAt = _changes;
        loop.Post(static timer => ((SimulatedTimer)timer!).Run(), this);
    }

    public void Dispose()
    {
        _disposed = true;
        Due = Never;
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return default;
    }

    private void Run()
    {
        // Set anew or stopped since: this was not meant any more.
        if (_wentOffAt == _changes && !_disposed) callback(state);
    }
}
