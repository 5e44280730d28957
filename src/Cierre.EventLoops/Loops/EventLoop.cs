using System.Collections.Concurrent;
using Cierre.EventLoops.Linux;

namespace Cierre.EventLoops.Loops;

/// <summary>Waits for many sockets at once and tells each what has happened to it, on one thread: the handlers run in its place.</summary>
/// <remarks>
/// A handler may block, and its neighbours must not wait for it. So the loop belongs to whichever thread has its turn (<see cref="LoopTurn"/>): while a handler
/// runs the turn may be taken away, and another thread goes on with the batch. The thread that comes back from the handler finds that out, finishes with
/// the one socket it was at, and touches nothing of the loop any more.
/// </remarks>
internal sealed class EventLoop : ILoopJob, IDisposable
{
    // What comes late is short: a last read, to no loop.
    private const int LateBuffer = 4096;

    private static readonly TimeSpan s_pauseBehindFailure = TimeSpan.FromMilliseconds(100);

    private readonly Epoll _epoll = new();
    private readonly EpollBatch _batch = new();
    private readonly SocketTable _sockets = new();
    private readonly ConcurrentQueue<(WatchedSocket Socket, Action? Work)> _posted = new();
    private readonly LoopThreads _threads;
    private readonly LoopWatch _watch;
    private readonly LoopLog _log;
    private readonly Lock _late = new();
    private int _postedLeft;
    private int _sleeps;
    private volatile bool _isOver;
    private volatile bool _hasEnded;

    public EventLoop(LoopThreads threads, LoopWatch watch, LoopEndpoints endpoints, LoopLog log) =>
        (_threads, _watch, Endpoints, _log) = (threads, watch, endpoints, log);

    /// <summary>Whether it is over, and nobody is in a handler for it.</summary>
    public bool HasEnded => _hasEnded;

    /// <summary>Those of the server.</summary>
    public LoopEndpoints Endpoints { get; }

    /// <summary>Whose turn it is.</summary>
    public LoopTurn Turn { get; } = new();

    /// <summary>Whether sockets are waited for: a loop that is over waits for none.</summary>
    public bool Watches => !_epoll.IsClosed;

    /// <exception cref="InvalidOperationException">The system gives no thread for it.</exception>
    public void Start() => _threads.Begin(this);

    /// <summary>Puts a socket on the loop, which tells nothing of it yet.</summary>
    public void Add(WatchedSocket socket) => _sockets.Add(socket);

    public void Remove(WatchedSocket socket) => _sockets.Remove(socket);

    /// <returns>Why the kernel refuses.</returns>
    /// <exception cref="ObjectDisposedException">The socket is closed, or the loop has ended.</exception>
    public Errno Control(EpollOperation operation, WatchedSocket socket, EpollEvents events)
    {
        Errno error = _epoll.Control(operation, socket.Socket, events, socket.Key);
        if (error != Errno.None && operation != EpollOperation.Remove) _log.NotWatched(error);
        return error;
    }

    /// <summary>Runs something on the loop, behind what is under way; on any thread.</summary>
    /// <param name="work">Null: <see cref="ISocketEvents.Work"/>.</param>
    public void Post(WatchedSocket socket, Action? work)
    {
        _posted.Enqueue((socket, work));
        // A full fence: whoever goes to sleep looks at the queue once more behind its own, and whoever ends the loop does so too.
        bool sleeps = Interlocked.CompareExchange(ref _sleeps, 0, 1) == 1;
        if (_hasEnded) ThreadPool.UnsafeQueueUserWorkItem(static loop => loop.RunLate(), this, preferLocal: false);
        else if (sleeps) Wake();
    }

    /// <summary>Takes the loop away from the thread that is in this handler, and has another go on with it.</summary>
    /// <returns>The socket that the handler is of; null: it has returned.</returns>
    public WatchedSocket? TakeFrom(long word)
    {
        WatchedSocket? socket = Turn.Socket;
        if (socket is null || Turn.Word != word) return null;
        // First: a thread that comes back and has lost the loop lets go.
        socket.Hold();
        if (Turn.TryTake(word))
        {
            _threads.Run(this);
            return socket;
        }

        socket.LetGo();
        return null;
    }

    bool ILoopJob.IsLoop => true;

    void ILoopJob.Run(LoopThread thread)
    {
        Turn.Thread = thread;
        while (RunBatch(thread) && RunPosted(thread))
        {
            if (_isOver)
            {
                End();
                return;
            }

            Sleep();
        }
    }

    /// <summary>Nothing is lost but the call that threw, and that socket's next event comes as ever.</summary>
    void ILoopJob.Failed(Exception exception)
    {
        _log.LoopFailed(exception);
        // Should it fail again and again, nobody is kept from the processor by that.
        Thread.Sleep(s_pauseBehindFailure);
        _threads.Run(this);
    }

    /// <summary>Ends the loop, behind what is under way; a socket that is still on it is cut.</summary>
    public void Dispose()
    {
        _isOver = true;
        Wake();
    }

    private void Wake()
    {
        try
        {
            _epoll.Wake();
        }
        catch (ObjectDisposedException)
        {
            // It ends just now, and looks at what was posted behind that.
        }
    }

    private void End()
    {
        // First: whoever comes behind the look at the table is refused, and so told.
        _epoll.Dispose();
        foreach (WatchedSocket socket in _sockets.All()) socket.Fail(Errno.BadDescriptor);
        _hasEnded = true;
        Interlocked.MemoryBarrier();
        RunLate();
    }

    /// <summary>What was posted though no loop runs it, on whichever thread comes; of one socket it is one at a time all the same.</summary>
    private void RunLate()
    {
        while (TakeLate() is var (socket, work))
        {
            if (work is not null) Run(work);
            else HeldCall.RunHeld(socket, isWork: true, new byte[LateBuffer], _log);
        }
    }

    private (WatchedSocket Socket, Action? Work)? TakeLate()
    {
        lock (_late)
        {
            while (_posted.TryDequeue(out (WatchedSocket Socket, Action? Work) posted))
            {
                if (posted.Work is not null) return posted;
                if (!posted.Socket.TakeAsked()) continue;
                posted.Socket.Hold();
                return posted;
            }
        }

        return null;
    }

    private void Run(Action work)
    {
        try
        {
            work();
        }
        catch (Exception e)
        {
            _log.Unexpected(e);
        }
    }

    private void Sleep()
    {
        Interlocked.Exchange(ref _sleeps, 1);
        bool waits = _posted.IsEmpty && !_isOver;
        int count = _epoll.Wait(_batch, waits ? Timeout.Infinite : 0);
        Volatile.Write(ref _sleeps, 0);
        // What comes of this batch's work waits for the next: nobody keeps the sockets from their turn.
        _postedLeft = _posted.Count;
        if (count > 0 || _postedLeft > 0) _watch.Begun();
    }

    /// <summary>False: the turn was taken away.</summary>
    private bool RunBatch(LoopThread thread)
    {
        while (_batch.TryTake(out EpollEvents events, out ulong key))
        {
            if (_epoll.IsWakeUp(key) || _sockets.Find(key) is not { } socket) continue;
            if ((events & ~EpollEvents.In) != 0) Writable(socket);
            if ((events & ~EpollEvents.Out) != 0 && !socket.IsHeld && !Call(socket, isWork: false, thread)) return false;
        }

        return true;
    }

    private bool RunPosted(LoopThread thread)
    {
        while (_postedLeft > 0 && _posted.TryDequeue(out (WatchedSocket Socket, Action? Work) posted))
        {
            _postedLeft--;
            if (posted.Work is { } work)
            {
                // Of our own, and of a few instructions: it calls nothing of the application's.
                Run(work);
            }
            else if (posted.Socket.TakeAsked() && !Call(posted.Socket, isWork: true, thread))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Calls what may run code of the application's. False: the turn was taken away meanwhile.</summary>
    private bool Call(WatchedSocket socket, bool isWork, LoopThread thread)
    {
        if (MayBlock(socket.Events.Endpoint))
        {
            socket.Hold();
            _threads.Run(new HeldCall(socket, isWork, _log));
            return true;
        }

        long word = Turn.Enter(socket);
        HeldCall.Run(socket, isWork, thread.Buffer, _log);
        if (Turn.Leave(word)) return true;
        HeldCall.LetGo(socket, _log);
        return false;
    }

    /// <summary>One that has ever blocked may do so again, and while no thread is left nobody would take the loop over.</summary>
    private bool MayBlock(LoopEndpoint? endpoint) => endpoint is not null && (endpoint.Blocks || (endpoint.HasEverBlocked && !_threads.HasSpare));

    private void Writable(WatchedSocket socket)
    {
        try
        {
            socket.Events.Writable();
        }
        catch (Exception e)
        {
            _log.Unexpected(e);
            // Another call may be under way, on a thread of its own: the end is told behind it.
            socket.Fail(Errno.BadDescriptor);
        }
    }
}

/// <summary>A call of a handler that may block, on a thread of its own.</summary>
internal sealed class HeldCall(WatchedSocket socket, bool isWork, LoopLog log) : ILoopJob
{
    bool ILoopJob.IsLoop => false;

    void ILoopJob.Run(LoopThread thread) => RunHeld(socket, isWork, thread.Buffer, log);

    void ILoopJob.Failed(Exception exception) => log.Unexpected(exception);

    public static void RunHeld(WatchedSocket socket, bool isWork, Memory<byte> buffer, LoopLog log)
    {
        Run(socket, isWork, buffer, log);
        LetGo(socket, log);
    }

    /// <summary>Whoever held the socket has nothing of the loop, so that nothing of the loop ends with it.</summary>
    public static void LetGo(WatchedSocket socket, LoopLog log)
    {
        try
        {
            socket.LetGo();
        }
        catch (Exception e)
        {
            log.Unexpected(e);
        }
    }

    public static void Run(WatchedSocket socket, bool isWork, Memory<byte> buffer, LoopLog log)
    {
        ExecutionContext? context = ExecutionContext.Capture();
        SynchronizationContext? synchronization = SynchronizationContext.Current;
        try
        {
            if (socket.Fault != Errno.None) socket.Events.Failed(SocketErrors.Exception(socket.Fault));
            else if (isWork) socket.Events.Work(buffer);
            else socket.Events.Readable(buffer);
        }
        catch (Exception e)
        {
            Fail(socket, e, log);
            log.Unexpected(e);
        }
        finally
        {
            // What one handler sets (an AsyncLocal, a culture) is no business of the next one's on this thread. Where nothing was set it is two comparisons.
            if (context is not null) ExecutionContext.Restore(context);
            if (!ReferenceEquals(SynchronizationContext.Current, synchronization)) SynchronizationContext.SetSynchronizationContext(synchronization);
        }
    }

    /// <summary>Ends a connection that cannot go on.</summary>
    public static void Fail(WatchedSocket socket, Exception exception, LoopLog log)
    {
        try
        {
            socket.Events.Failed(exception);
        }
        catch (Exception e)
        {
            log.Unexpected(e);
        }
    }
}
