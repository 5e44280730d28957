namespace Cierre.Browser;

/// <summary>The four types of events that a socket fires.</summary>
[Flags]
internal enum SocketEvent
{
    Open = 1,
    Message = 2,
    Error = 4,
    Close = 8,
}

/// <summary>
/// The events of one socket on their way to its listeners. One that has no listener of its type yet is kept for the first, so that none is lost
/// because a handler was set a moment late; later events of other types do not wait for it. After <c>close</c> nothing is delivered any more.
/// </summary>
/// <remarks>In a browser no event can come before the script that made the socket has ended. A thread pool does not wait.</remarks>
internal sealed class SocketEvents
{
    /// <summary>How many messages are kept for the first listener; with the next one, what comes is dropped as a browser drops it.</summary>
    public const int MostMessages = 64;

    /// <summary>How many bytes of messages are kept. A single larger message is.</summary>
    public const int MostBytes = 64 * 1024;

    private readonly List<(SocketEvent Type, Func<Event> Create)> _pending = [];
    private int _heard;
    private bool _dropping;
    private bool _over;
    private int _messages;
    private int _bytes;

    public static SocketEvent? TypeOf(string type) => type switch
    {
        "open" => SocketEvent.Open,
        "message" => SocketEvent.Message,
        "error" => SocketEvent.Error,
        "close" => SocketEvent.Close,
        _ => null,
    };

    /// <summary>A listener of this type was added, on any thread. True: it is the first, and <see cref="Deliver"/> is due.</summary>
    public bool Hear(SocketEvent type) => (Interlocked.Or(ref _heard, (int)type) & (int)type) == 0;

    // What follows runs in the socket's tasks, one at a time.

    /// <summary>Takes an event up; it is made when it is delivered.</summary>
    public void Add(SocketEvent type, Func<Event> create, int size = 0)
    {
        if (_over || (type == SocketEvent.Message && !IsHeard(type) && !Keep(size))) return;
        _pending.Add((type, create));
    }

    /// <summary>Delivers what has listeners, in order.</summary>
    public void Deliver(Action<Event> dispatch)
    {
        while (NextHeard() is >= 0 and var next)
        {
            (SocketEvent type, Func<Event> create) = _pending[next];
            _pending.RemoveAt(next);
            if (type == SocketEvent.Close)
            {
                _over = true;
                _pending.Clear();
            }

            dispatch(create());
        }
    }

    /// <summary>Of one moment for all: with a close that is heard only now, an open before it is heard too whose handler was set before.</summary>
    private int NextHeard()
    {
        int heard = Volatile.Read(ref _heard);
        return _pending.FindIndex(e => (heard & (int)e.Type) != 0);
    }

    private bool IsHeard(SocketEvent type) => (Volatile.Read(ref _heard) & (int)type) != 0;

    private bool Keep(int size)
    {
        _dropping = _dropping || _messages == MostMessages || (_messages != 0 && _bytes + size > MostBytes);
        if (_dropping) return false;
        _messages++;
        _bytes += size;
        return true;
    }
}
