using System.Collections.Concurrent;

namespace Cierre.EventLoops.Loops;

/// <summary>What the loops know of an endpoint: that its handlers have blocked.</summary>
/// <param name="name">Its route pattern, or the origin of a client's server.</param>
/// <remarks>
/// A handler is called late once, because its code is compiled by then, and an endpoint should not pay for that for long. So the first time costs it little,
/// and each further time twice as much.
/// </remarks>
internal sealed class LoopEndpoint(string name)
{
    private static readonly TimeSpan s_first = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_silence = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private TimeSpan _pause;
    private TimeSpan _pauseTold;
    private long _until;
    private long _told;

    public string Name => name;

    /// <summary>Whether its handlers run on threads of their own for now.</summary>
    public bool Blocks => Volatile.Read(ref _until) is var until && until != 0 && Environment.TickCount64 < until;

    /// <summary>Whether any of its handlers has blocked so far.</summary>
    public bool HasEverBlocked => Volatile.Read(ref _until) != 0;

    /// <param name="most">The longest pause.</param>
    /// <returns>For how long its handlers run on threads of their own.</returns>
    public TimeSpan HasBlocked(TimeSpan most)
    {
        lock (_gate)
        {
            long now = Environment.TickCount64;
            bool again = _until != 0 && now - _until < most.TotalMilliseconds;
            _pause = again ? _pause * 2 : s_first;
            if (_pause > most) _pause = most;
            Volatile.Write(ref _until, now + (long)_pause.TotalMilliseconds);
            return _pause;
        }
    }

    /// <summary>Whether the log is to be told that it has blocked: each pause of another length, and any once a minute.</summary>
    public bool IsNews(TimeSpan pause)
    {
        lock (_gate)
        {
            // 0 is never.
            long now = Math.Max(1, Environment.TickCount64);
            if (_told != 0 && pause == _pauseTold && now - _told < s_silence.TotalMilliseconds) return false;
            (_told, _pauseTold) = (now, pause);
            return true;
        }
    }
}

/// <summary>The endpoints of a server by their route pattern, and the servers of clients by their origin.</summary>
internal sealed class LoopEndpoints
{
    // A client may have any number of servers, and what is known of each is kept.
    private const int Most = 1024;

    private readonly ConcurrentDictionary<string, LoopEndpoint> _endpoints = new();
    private readonly LoopEndpoint _others = new("(others)");

    public LoopEndpoint Of(string name) =>
        _endpoints.TryGetValue(name, out LoopEndpoint? known) ? known
        : _endpoints.Count < Most ? _endpoints.GetOrAdd(name, static name => new LoopEndpoint(name))
        : _others;
}
