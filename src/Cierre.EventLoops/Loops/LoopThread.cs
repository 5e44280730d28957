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
