using Cierre.EventLoops.Linux;

namespace Cierre.EventLoops.Loops;

/// <summary>What a thread of the loops does: it runs a loop, or reads one socket whose handler may block.</summary>
internal interface ILoopJob
{
    /// <summary>Whether it goes before others that wait for a thread: many wait for a loop.</summary>
    bool IsLoop { get; }

    void Run(LoopThread thread);

    /// <summary>It has thrown, which none should.</summary>
    void Failed(Exception exception);
}

/// <summary>A thread that runs a loop, or takes over from one that is blocked.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Reliability", "CA1001", Justification = "A semaphore whose wait handle is never asked for holds nothing.")]
internal sealed class LoopThread
{
    private const int BufferSize = 64 * 1024;

    private readonly LoopThreads _threads;
    private readonly SemaphoreSlim _begin = new(0);
    private ILoopJob? _job;

    public LoopThread(LoopThreads threads, ILoopJob job) => (_threads, _job) = (threads, job);

    /// <summary>What a socket's bytes are read into. Of the thread and not of the loop, because a thread that has lost the loop is still at it.</summary>
    public Memory<byte> Buffer { get; } = GC.AllocateUninitializedArray<byte>(BufferSize, pinned: true);

    /// <summary>The kernel's id of the thread.</summary>
    public int Id { get; private set; }

    /// <exception cref="OutOfMemoryException">The system gives no further thread.</exception>
    public void Start() => new Thread(Live) { IsBackground = true, Name = "Cierre event loop" }.UnsafeStart();

    /// <summary>For a thread that waits.</summary>
    /// <param name="job">Null: it ends.</param>
    public void Begin(ILoopJob? job)
    {
        _job = job;
        _begin.Release();
    }

    /// <returns>False: nobody had a job in this time.</returns>
    public bool Wait(TimeSpan patience, out ILoopJob? job)
    {
        bool any = _begin.Wait(patience);
        job = any ? _job : null;
        return any;
    }

    private void Live()
    {
        Id = Syscalls.ThreadId();
        for (ILoopJob? job = _job; job is not null; job = _threads.Next(this))
        {
            _job = null;
            try
            {
                job.Run(this);
            }
            catch (Exception e)
            {
                job.Failed(e);
            }
        }
    }
}

/// <summary>The threads of all loops: those at work, and those that wait for a loop to lose its own.</summary>
/// <param name="most">How many there may be; a job beyond that waits for one.</param>
/// <param name="start">Starts one; what it throws is taken for a system that gives none.</param>
internal sealed class LoopThreads(int most, LoopLog log, Action<LoopThread>? start = null) : IDisposable
{
    // How long a thread without a job is kept for the next.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly List<LoopThread> _waiting = [];
    private readonly Queue<ILoopJob> _loops = new();
    private readonly Queue<ILoopJob> _calls = new();
    private int _count;
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

    public void Run(ILoopJob job)
    {
        bool isQueued;
        lock (_gate)
        {
            if (_waiting.Count > 0)
            {
                // The one that waits least: the others come to their end.
                _waiting[^1].Begin(job);
                _waiting.RemoveAt(_waiting.Count - 1);
                return;
            }

            isQueued = _count == most;
            if (isQueued) Enqueue(job);
            else _count++;
        }

        if (isQueued) log.AllThreadsTaken(most);
        else Start(job);
    }

    /// <summary>A thread has done its job. Null: it is to end.</summary>
    public ILoopJob? Next(LoopThread thread)
    {
        lock (_gate)
        {
            if (_loops.TryDequeue(out ILoopJob? queued) || _calls.TryDequeue(out queued)) return queued;
            if (_isOver)
            {
                _count--;
                return null;
            }

            _waiting.Add(thread);
        }

        if (thread.Wait(s_patience, out ILoopJob? job)) return job;
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

    private void Enqueue(ILoopJob job) => (job.IsLoop ? _loops : _calls).Enqueue(job);

    /// <summary>Where the system gives no further thread, the job waits for one of those that there are.</summary>
    private void Start(ILoopJob job)
    {
        try
        {
            var thread = new LoopThread(this, job);
            if (start is null) thread.Start();
            else start(thread);
        }
        catch (OutOfMemoryException e)
        {
            LoopThread? waiting = null;
            lock (_gate)
            {
                _count--;
                // Nobody would ever come to it.
                if (_count == 0) throw;
                // One may have done its job in the meantime.
                if (_waiting.Count == 0) Enqueue(job);
                else (waiting, _) = (_waiting[^1], _waiting.Remove(_waiting[^1]));
            }

            waiting?.Begin(job);
            log.NoThread(e);
        }
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
