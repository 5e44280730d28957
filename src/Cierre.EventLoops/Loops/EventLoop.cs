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
    private readonly Epoll _epoll = new();
    private readonly EpollBatch _batch = new();
    private readonly SocketTable _sockets = new();
    private readonly ConcurrentQueue<(WatchedSocket Socket, Action? Work)> _posted = new();
    private readonly LoopThreads _threads;
    private readonly LoopWatch _watch;
    private int _postedLeft;
    private int _sleeps;
    private volatile bool _isOver;

    public EventLoop(LoopThreads threads, LoopWatch watch, LoopEndpoints endpoints) => (_threads, _watch, Endpoints) = (threads, watch, endpoints);

    /// <summary>Those of the server.</summary>
    public LoopEndpoints Endpoints { get; }

    /// <summary>Whose turn it is.</summary>
    public LoopTurn Turn { get; } = new();

    /// <summary>Begins, or goes on after a turn was taken away.</summary>
    public void Start() => _threads.Run(this);

    /// <summary>Puts a socket on the loop, which tells nothing of it yet.</summary>
    public void Add(WatchedSocket socket) => _sockets.Add(socket);

    public void Remove(WatchedSocket socket) => _sockets.Remove(socket);

    public void Control(EpollOperation operation, WatchedSocket socket, EpollEvents events) => _epoll.Control(operation, socket.Socket, events, socket.Key);

    /// <summary>Runs something on the loop, behind what is under way; on any thread.</summary>
    /// <param name="work">Null: <see cref="ISocketEvents.Work"/>.</param>
    public void Post(WatchedSocket socket, Action? work)
    {
        _posted.Enqueue((socket, work));
        // A full fence: whoever goes to sleep looks at the queue once more behind its own.
        if (Interlocked.CompareExchange(ref _sleeps, 0, 1) == 1) _epoll.Wake();
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
            Start();
            return socket;
        }

        socket.LetGo();
        return null;
    }

    void ILoopJob.Run(LoopThread thread)
    {
        Turn.Thread = thread;
        while (RunBatch(thread) && RunPosted(thread))
        {
            if (_isOver) break;
            Sleep();
        }
    }

    public void Dispose()
    {
        _isOver = true;
        _epoll.Wake();
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
                work();
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
        if (socket.Events.Endpoint is { Blocks: true })
        {
            socket.Hold();
            _threads.Run(new HeldCall(socket, isWork));
            return true;
        }

        long word = Turn.Enter(socket);
        HeldCall.Run(socket, isWork, thread);
        if (Turn.Leave(word)) return true;
        socket.LetGo();
        return false;
    }

    private static void Writable(WatchedSocket socket)
    {
        try
        {
            socket.Events.Writable();
        }
        catch (Exception e)
        {
            socket.Events.Failed(e);
        }
    }
}

/// <summary>A call of a handler that may block, on a thread of its own.</summary>
internal sealed class HeldCall(WatchedSocket socket, bool isWork) : ILoopJob
{
    void ILoopJob.Run(LoopThread thread)
    {
        Run(socket, isWork, thread);
        socket.LetGo();
    }

    public static void Run(WatchedSocket socket, bool isWork, LoopThread thread)
    {
        ISocketEvents events = socket.Events;
        try
        {
            if (isWork) events.Work(thread.Buffer);
            else events.Readable(thread.Buffer);
        }
        catch (Exception e)
        {
            events.Failed(e);
        }
    }
}
