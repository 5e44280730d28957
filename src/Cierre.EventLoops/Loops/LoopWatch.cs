using Cierre.EventLoops.Linux;

namespace Cierre.EventLoops.Loops;

/// <summary>Notices a loop whose thread has been in one handler for long, and gives the loop to another thread.</summary>
/// <remarks>
/// A busy machine keeps innocent threads off the processor for longer than the threshold, so the clock alone proves nothing. A handler blocks when its thread
/// waits for something else than a processor, or has had the processor for as long as the threshold.
/// </remarks>
internal sealed class LoopWatch : IDisposable
{
    // So much of the threshold passes between two looks, and half of that where a handler is suspected.
    private const double Pace = 0.4;

    // Where the kernel says nothing of a thread (no schedstat, or no descriptor to read it with), so many times the threshold are enough.
    private const double Certain = 25;

    // So many looks at which no loop had moved, and the watch rests until a loop wakes it.
    private const int QuietLooks = 100;

    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(1);

    // Sockets of which no endpoint is known yet.
    private readonly LoopEndpoint _none = new("(none)");
    private readonly LoopThreads _threads;
    private readonly LoopLog _log;
    private readonly TimeSpan _threshold;
    private readonly TimeSpan _pause;
    private readonly SemaphoreSlim _wake = new(0);
    private readonly List<Seen> _loops = [];
    private bool _suspects;
    private int _rests;
    private volatile bool _isOver;

    /// <param name="threads">Those that the loops run on: what waits for one though there is room is begun by the watch.</param>
    /// <param name="threshold">For how long a handler may keep the loop.</param>
    /// <param name="pause">For how long an endpoint whose handler blocked has threads of its own.</param>
    public LoopWatch(LoopThreads threads, LoopLog log, TimeSpan threshold, TimeSpan pause) =>
        (_threads, _log, _threshold, _pause) = (threads, log, threshold, pause);

    /// <summary>Whether no loop has moved for a while.</summary>
    public bool Rests => Volatile.Read(ref _rests) == 1;

    /// <summary>Before <see cref="Start"/>.</summary>
    public void Add(EventLoop loop) => _loops.Add(new Seen(loop));

    public void Start() => new Thread(Live) { IsBackground = true, Name = "Cierre loop watch" }.UnsafeStart();

    /// <summary>A loop has something to do.</summary>
    public void Begun()
    {
        if (Volatile.Read(ref _rests) == 1 && Interlocked.Exchange(ref _rests, 0) == 1) _wake.Release();
    }

    /// <summary>Ends when the loops have ended: until then a handler may block one.</summary>
    public void Dispose()
    {
        _isOver = true;
        _wake.Release();
    }

    private void Live()
    {
        int quiet = 0;
        while (!_isOver || _loops.Exists(seen => !seen.Loop.HasEnded))
        {
            if (quiet > QuietLooks)
            {
                Interlocked.Exchange(ref _rests, 1);
                // Behind the flag: a loop that moved before it has not woken us. One that moves just now may not have either, so no rest is long.
                if (!Look()) _wake.Wait(s_rest);
                quiet = 0;
            }

            _wake.Wait(_threshold * (_suspects ? Pace / 2 : Pace));
            quiet = Look() ? 0 : quiet + 1;
        }
    }

    /// <returns>Whether any loop has moved, or is in a handler, or anything waits for a thread.</returns>
    private bool Look()
    {
        bool any = false;
        _suspects = false;
        foreach (Seen seen in _loops) any |= Look(seen);
        return _threads.TryAgain() || any;
    }

    private bool Look(Seen seen)
    {
        try
        {
            bool moved = seen.Look(out bool isStuck, _threshold);
            if (isStuck) Take(seen);
            else _suspects |= seen.IsSuspected;
            return moved;
        }
        catch (Exception e)
        {
            // The other loops are watched all the same, and this one from the next look on.
            _log.WatchFailed(e);
            return false;
        }
    }

    private void Take(Seen seen)
    {
        if (seen.Loop.TakeFrom(seen.Word) is not { } socket) return;
        LoopEndpoint endpoint = socket.Events.Endpoint ?? _none;
        // Nobody asks whether no endpoint blocks.
        TimeSpan pause = endpoint.HasBlocked(ReferenceEquals(endpoint, _none) ? TimeSpan.Zero : _pause);
        if (endpoint.IsNews(pause)) _log.HandlerBlocks(endpoint.Name, _threshold, pause);
    }

    /// <summary>What was seen of a loop.</summary>
    private sealed class Seen(EventLoop loop)
    {
        private long _since;
        private TimeSpan _ran;
        private bool _wasOff;

        public EventLoop Loop => loop;

        /// <summary>The handler that was looked at last.</summary>
        public long Word { get; private set; }

        /// <summary>Whether that handler was there at the look before.</summary>
        public bool IsSuspected { get; private set; }

        /// <returns>Whether the loop has moved since the last look, or is in a handler.</returns>
        public bool Look(out bool isStuck, TimeSpan threshold)
        {
            isStuck = false;
            long word = loop.Turn.Word;
            bool moved = word != Word;
            if (moved || !LoopTurn.IsInHandler(word))
            {
                (Word, IsSuspected, _since) = (word, false, TimeProvider.System.GetTimestamp());
                return moved;
            }

            if (loop.Turn.Thread is not { } thread) return true;
            if (ThreadTimes.Of(thread.Id) is not { } now)
            {
                // The clock alone is no proof, but so much of it is.
                isStuck = TimeProvider.System.GetElapsedTime(_since) >= threshold * Certain;
                return true;
            }

            if (!IsSuspected) (_ran, _wasOff) = (now.Ran, false);
            // One look may find it waiting for a lock that is free in a moment. What it ran before the first look is not known.
            isStuck = IsSuspected && TimeProvider.System.GetElapsedTime(_since) >= threshold * (2 * Pace)
                && ((now.IsOff && _wasOff) || now.Ran - _ran >= threshold * (Pace / 2));
            (IsSuspected, _wasOff) = (true, now.IsOff);
            return true;
        }
    }
}
