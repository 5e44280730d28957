using System.Runtime.InteropServices;
using Cierre.EventLoops.Linux;

namespace Cierre.EventLoops.Loops;

/// <summary>A socket on a loop: what is to be told of it, and to whom.</summary>
/// <remarks>
/// The kernel tells of an error or a hang-up whether asked or not, and again and again. So a socket of which nothing is to be told is taken off the epoll
/// instance, and not only its events. Guarded by a lock of its own, because senders on any thread ask for room.
/// </remarks>
internal sealed class WatchedSocket(EventLoop loop, SafeHandle socket, ISocketEvents events)
{
    private readonly Lock _gate = new();
    private EpollEvents _wanted;
    private EpollEvents _told;
    private int _holds;
    private bool _isGone;
    private int _isAsked;

    public EventLoop Loop => loop;

    public SafeHandle Socket => socket;

    /// <summary>Who is told. Changed while nothing is to be told.</summary>
    public ISocketEvents Events { get; set; } = events;

    /// <summary>Its place on the loop, and which of all that had the place.</summary>
    public ulong Key { get; set; }

    /// <summary>What the kernel said when it refused to tell of the socket; it is told nothing more then. None: nothing.</summary>
    public Errno Fault { get; private set; }

    /// <summary>Whether a thread is at it that has lost the loop, or one of its own.</summary>
    public bool IsHeld => Volatile.Read(ref _holds) > 0;

    /// <summary>Tells of these from now on.</summary>
    public void Watch(EpollEvents more) => Change(more, add: true);

    /// <summary>Tells of these no more.</summary>
    public void Unwatch(EpollEvents less) => Change(less, add: false);

    /// <summary>Has <see cref="ISocketEvents.Work"/> called on the loop, behind what waits there; once, however often it is asked before.</summary>
    public void Ask()
    {
        if (Interlocked.Exchange(ref _isAsked, 1) == 0) loop.Post(this, work: null);
    }

    /// <summary>Whether work was asked for; it is no longer then.</summary>
    public bool TakeAsked() => !IsHeld && Interlocked.Exchange(ref _isAsked, 0) == 1;

    /// <summary>A thread that has lost the loop is still at it, or one of its own begins: nothing is read until <see cref="LetGo"/>.</summary>
    public void Hold()
    {
        lock (_gate)
        {
            _holds++;
            Apply();
        }
    }

    /// <summary>That thread is done. Whoever holds lets go once: one that only wanted to take the loop must not end the hold of another.</summary>
    public void LetGo()
    {
        lock (_gate)
        {
            _holds--;
            Apply();
        }

        // Asked for in the meantime, and passed over.
        if (Volatile.Read(ref _isAsked) == 1) loop.Post(this, work: null);
    }

    /// <summary>The kernel is asked nothing of it any more, and whoever waits is told so, behind a call that is under way.</summary>
    public void Fail(Errno error)
    {
        lock (_gate)
        {
            if (_isGone || Fault != Errno.None) return;
            _wanted = EpollEvents.None;
            if (loop.Watches) Apply();
            Fault = error;
        }

        Ask();
    }

    /// <summary>The socket is closed, or about to be: its place on the loop is free.</summary>
    public void Leave()
    {
        lock (_gate)
        {
            if (_isGone) return;
            _wanted = EpollEvents.None;
            Apply();
            _isGone = true;
        }

        loop.Remove(this);
    }

    private void Change(EpollEvents events, bool add)
    {
        lock (_gate)
        {
            if (_isGone) return;
            EpollEvents wanted = add ? _wanted | events : _wanted & ~events;
            if (wanted == _wanted) return;
            _wanted = wanted;
            Apply();
        }
    }

    private void Apply()
    {
        EpollEvents tell = _holds > 0 ? _wanted & ~EpollEvents.In : _wanted;
        if (tell == _told || _isGone || Fault != Errno.None) return;
        EpollOperation operation = _told == EpollEvents.None ? EpollOperation.Add : tell == EpollEvents.None ? EpollOperation.Remove : EpollOperation.Modify;
        _told = tell;
        try
        {
            Errno error = loop.Control(operation, this, tell);
            if (error == Errno.None || operation == EpollOperation.Remove) return;
            Fault = error;
            // Whoever waits is told on the loop, and not by the kernel.
            Ask();
        }
        catch (ObjectDisposedException)
        {
            // The kernel has taken a closed socket off by itself. Where it is open, the loop has ended.
            if (socket.IsClosed) return;
            Fault = Errno.BadDescriptor;
            Ask();
        }
    }
}
