namespace Cierre.Connections;

/// <summary>Notices that a peer takes nothing while something waits for it. Guarded by the connection's lock, and asked only while a flush does not complete at once.</summary>
/// <remarks>That the peer takes something is seen by a flush that completes, and where the system says so by what the peer has acknowledged: the kernel lets a writer go on late.</remarks>
internal struct OutputWatch(TimeSpan timeout)
{
    // How often the system is asked within the timeout.
    private const int Looks = 4;

    private TimeSpan _moved;
    private TimeSpan _nextLook;
    private long _acknowledged;

    public bool IsWatched { get; private set; }

    /// <summary>When <see cref="IsStuck"/> wants to be called.</summary>
    public readonly TimeSpan Deadline => !IsWatched ? TimeSpan.MaxValue : _nextLook < _moved + timeout ? _nextLook : _moved + timeout;

    /// <summary>A flush waits. False: it is watched already, or never.</summary>
    public bool Begin(TimeSpan now, long acknowledged)
    {
        if (IsWatched || timeout <= TimeSpan.Zero) return false;
        (IsWatched, _moved, _nextLook, _acknowledged) = (true, now, now + timeout / Looks, acknowledged);
        return true;
    }

    /// <summary>A flush was completed.</summary>
    public void Moved(TimeSpan now) => _moved = now;

    /// <param name="waits">Whether a flush is under way.</param>
    public bool IsStuck(bool waits, TimeSpan now, Func<long> acknowledged)
    {
        if (now < Deadline) return false;
        if (!waits)
        {
            IsWatched = false;
            return false;
        }

        _nextLook = now + timeout / Looks;
        long seen = acknowledged();
        if (seen != _acknowledged) (_acknowledged, _moved) = (seen, now);
        return now >= _moved + timeout;
    }
}
