namespace Cierre.AspNetCore.Shedding;

/// <summary>How long work waits for a thread of the pool: one probe after the other is queued, and what the last one waited is read, or the present one
/// has.</summary>
/// <param name="queue">Gives work to the pool.</param>
internal sealed class ThreadPoolProbe(TimeProvider time, Action<Action> queue)
{
    private readonly Lock _gate = new();
    private TimeSpan _last;
    private long _queued;
    private bool _waits;

    public TimeSpan Read()
    {
        lock (_gate)
        {
            if (_waits) return time.GetElapsedTime(_queued);
            (_waits, _queued) = (true, time.GetTimestamp());
        }

        TimeSpan last = _last;
        queue(Ran);
        return last;
    }

    private void Ran()
    {
        lock (_gate)
        {
            _last = time.GetElapsedTime(_queued);
            _waits = false;
        }
    }
}
