namespace Cierre.Protocol;

/// <summary>Pings at an interval, notices a peer that is gone, and one that has nothing to say. Any byte of the peer is life.</summary>
internal struct KeepAlive(ProtocolLimits limits)
{
    private TimeSpan _lastPing;
    private TimeSpan _lastMessage;
    private TimeSpan? _waitingSince;
    private bool _deaf;

    /// <summary>When <see cref="Tick"/> wants to be called.</summary>
    public readonly TimeSpan Deadline
    {
        get
        {
            TimeSpan deadline = TimeSpan.MaxValue;
            if (limits.PingInterval > TimeSpan.Zero)
            {
                deadline = _lastPing + limits.PingInterval;
                if (_waitingSince is { } since && !_deaf) deadline = Earlier(deadline, since + limits.PingTimeout);
            }

            return limits.IdleTimeout > TimeSpan.Zero ? Earlier(deadline, _lastMessage + limits.IdleTimeout) : deadline;
        }
    }

    public readonly TimeSpan LastMessage => _lastMessage;

    public void BytesCame() => _waitingSince = null;

    public void MessagePassed(TimeSpan now) => _lastMessage = now;

    /// <summary>While we do not read, the peer's silence is our own doing: the wait for its answer begins anew when we read again. That nothing
    /// passes is so whoever is deaf: the idle timeout goes on.</summary>
    public void Listening(bool listening, TimeSpan now)
    {
        if (_deaf == !listening) return;
        _deaf = !listening;
        if (!listening) return;
        if (_waitingSince is not null) _waitingSince = now;
    }

    /// <summary>Whether <see cref="Tick"/> would close for silence that may be our own: the moment to look. While we do not read there is nothing to look
    /// at.</summary>
    public readonly bool GivesUp(TimeSpan now) => !_deaf && (IsIdle(now) || IsUnanswered(now));

    public KeepAliveStep Tick(TimeSpan now)
    {
        if (IsIdle(now)) return KeepAliveStep.Idle;
        if (limits.PingInterval <= TimeSpan.Zero) return KeepAliveStep.None;
        if (IsUnanswered(now)) return KeepAliveStep.NoAnswer;
        if (now < _lastPing + limits.PingInterval) return KeepAliveStep.None;
        _lastPing = now;
        _waitingSince ??= now;
        return KeepAliveStep.Ping;
    }

    private readonly bool IsIdle(TimeSpan now) => limits.IdleTimeout > TimeSpan.Zero && now >= _lastMessage + limits.IdleTimeout;

    private readonly bool IsUnanswered(TimeSpan now) =>
        limits.PingInterval > TimeSpan.Zero && !_deaf && _waitingSince is { } since && now >= since + limits.PingTimeout;

    private static TimeSpan Earlier(TimeSpan a, TimeSpan b) => a < b ? a : b;
}

internal enum KeepAliveStep
{
    None,
    Ping,
    NoAnswer,
    Idle,
}
