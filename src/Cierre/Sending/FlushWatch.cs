namespace Cierre.Sending;

/// <summary>Notices that a peer takes nothing while something waits for it. Guarded by the connection's lock, and asked only while a flush does not complete at
/// once.</summary>
/// <remarks>
/// That the peer takes something is seen by a flush that completes, and by the progress of one that does not yet: by what the peer has acknowledged where
/// the system says so, because the kernel lets a writer go on late; else by what the layer below has taken.
/// </remarks>
internal struct FlushWatch(TimeSpan timeout)
{
    // How often the system is asked within the timeout.
    private const int Checks = 4;

    private TimeSpan _moved;
    private TimeSpan _nextCheck;
    private long _progress;

    public bool IsWatched { get; private set; }

    /// <summary>When <see cref="IsStuck"/> wants to be called.</summary>
    public readonly TimeSpan Deadline => !IsWatched ? TimeSpan.MaxValue : _nextCheck < _moved + timeout ? _nextCheck : _moved + timeout;

    /// <summary>A flush waits: the time begins. The one before has completed, because there is one at a time; so what it waited is forgiven.</summary>
    /// <returns>Whether <see cref="Deadline"/> is new. It is not where the output is watched already, nor where it never is.</returns>
    public bool Begin(TimeSpan now, long progress)
    {
        if (timeout <= TimeSpan.Zero) return false;
        (_moved, _progress) = (now, progress);
        if (IsWatched) return false;
        (IsWatched, _nextCheck) = (true, now + timeout / Checks);
        return true;
    }

    /// <summary>A flush was completed.</summary>
    public void Moved(TimeSpan now) => _moved = now;

    /// <param name="waits">Whether a flush is under way.</param>
    public bool IsStuck(bool waits, TimeSpan now, Func<long> progress)
    {
        if (now < Deadline) return false;
        if (!waits)
        {
            IsWatched = false;
            return false;
        }

        _nextCheck = now + timeout / Checks;
        long seen = progress();
        if (seen != _progress) (_progress, _moved) = (seen, now);
        return now >= _moved + timeout;
    }
}
