using System.Diagnostics.CodeAnalysis;

namespace Cierre.EventLoops.Loops;

/// <summary>The threads of all loops: those at work, and those that wait for a loop to lose its own.</summary>
/// <param name="most">How many there may be; a job beyond that waits for one.</param>
/// <param name="start">Starts one; what it throws is taken for a system that gives none.</param>
/// <param name="reserved">How many of them are for loops alone: handlers that block leave them to the loops that others block.</param>
internal sealed class LoopThreads(int most, LoopLog log, Action<LoopThread>? start = null, int reserved = 0) : IDisposable
{
    // How long a thread without a job is kept for the next.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    // A system that gives no thread is not asked at each look.
    private static readonly TimeSpan s_pauseBehindFailure = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private readonly List<LoopThread> _waiting = [];
    private readonly Queue<ILoopJob> _loops = new();
    private readonly Queue<ILoopJob> _calls = new();
    private int _count;
    private long _failed;
    private bool _isOver;

    /// <summary>How many there are, at work or waiting.</summary>
    public int Count
    {
        get
        {
            lock (_gate) return _count;
        }
    }

    /// <summary>How many wait for a job.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate) return _waiting.Count;
        }
    }

    /// <summary>Whether a loop that lost its thread now would be given another.</summary>
    public bool HasSpare
    {
        get
        {
            lock (_gate) return Working < most;
        }
    }

    // Under the lock, as all that follows it.
    private int Working => _count - _waiting.Count;

    /// <summary>Has a job done that cannot wait for a thread.</summary>
    /// <exception cref="InvalidOperationException">The system gives none.</exception>
    public void Begin(ILoopJob job)
    {
        lock (_gate) _count++;
        if (Start(job) is not { } failure) return;
        lock (_gate) _count--;
        throw new InvalidOperationException("The system gives no thread for an event loop.", failure);
    }

    public void Run(ILoopJob job)
    {
        bool isQueued;
        lock (_gate)
        {
            isQueued = !HasRoom(job.IsLoop);
            if (isQueued) Enqueue(job);
            else if (TryWake(job)) return;
            else _count++;
        }

        if (isQueued) log.AllThreadsTaken(most);
        else StartOrWait(job);
    }

    /// <summary>Begins one job that waits though there is room for it: the system gave no thread, and may do so now.</summary>
    /// <returns>Whether any waits, or did.</returns>
    public bool TryAgain()
    {
        ILoopJob? job;
        lock (_gate)
        {
            if (_loops.Count + _calls.Count == 0) return false;
            if (Environment.TickCount64 - _failed < s_pauseBehindFailure.TotalMilliseconds || !TryDequeue(out job) || TryWake(job)) return true;
            _count++;
        }

        StartOrWait(job);
        return true;
    }

    /// <summary>A thread has done its job. Null: it is to end.</summary>
    public ILoopJob? Next(LoopThread thread)
    {
        ILoopJob? job;
        lock (_gate)
        {
            _waiting.Add(thread);
            if (TryDequeue(out job) || _isOver)
            {
                _waiting.RemoveAt(_waiting.Count - 1);
                if (job is null) _count--;
                return job;
            }
        }

        if (thread.Wait(s_patience, out job)) return job;
        lock (_gate)
        {
            if (_waiting.Remove(thread))
            {
                _count--;
                return null;
            }
        }

        // It was given a job in this moment.
        thread.Wait(Timeout.InfiniteTimeSpan, out job);
        return job;
    }

    private bool HasRoom(bool isLoop) => Working < (isLoop ? most : most - reserved);

    private void Enqueue(ILoopJob job) => (job.IsLoop ? _loops : _calls).Enqueue(job);

    private bool TryDequeue([NotNullWhen(true)] out ILoopJob? job)
    {
        job = null;
        return (HasRoom(isLoop: true) && _loops.TryDequeue(out job)) || (HasRoom(isLoop: false) && _calls.TryDequeue(out job));
    }

    /// <summary>Gives it to the thread that waits least: the others come to their end.</summary>
    private bool TryWake(ILoopJob job)
    {
        if (_waiting.Count == 0) return false;
        _waiting[^1].Begin(job);
        _waiting.RemoveAt(_waiting.Count - 1);
        return true;
    }

    /// <summary>Starts a thread that is counted; outside the lock.</summary>
    /// <returns>Why there is none.</returns>
    private Exception? Start(ILoopJob job)
    {
        try
        {
            var thread = new LoopThread(this, job);
            if (start is null) thread.Start();
            else start(thread);
            return null;
        }
        catch (Exception e)
        {
            return e;
        }
    }

    /// <summary>Where the system gives no further thread, the job waits for one of those that there are, or until it gives one.</summary>
    private void StartOrWait(ILoopJob job)
    {
        if (Start(job) is not { } failure) return;
        lock (_gate)
        {
            _count--;
            _failed = Environment.TickCount64;
            // One may have done its job in the meantime.
            if (!TryWake(job)) Enqueue(job);
        }

        log.NoThread(failure);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isOver = true;
            _count -= _waiting.Count;
            foreach (LoopThread thread in _waiting) thread.Begin(null);
            _waiting.Clear();
        }
    }
}
