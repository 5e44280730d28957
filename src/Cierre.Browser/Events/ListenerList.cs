
namespace Cierre.Browser.Events;

/// <summary>One listener: DOM 2.7, event listener.</summary>
/// <param name="key">What the application gave, by which it is found again.</param>
/// <param name="takes">Whether it takes events of this class.</param>
internal sealed class Listener(string type, Delegate key, Action<Event> call, Func<Event, bool> takes, AddEventListenerOptions options)
{
    private volatile bool _removed;
    private SignalHold? _hold;

    public string Type => type;

    public Delegate Key => key;

    public AddEventListenerOptions Options => options;

    public bool IsRemoved => _removed;

    public bool Is(string otherType, Delegate otherKey, bool capture) => capture == options.Capture && otherType == type && key.Equals(otherKey);

    public bool Takes(Event @event) => takes(@event);

    public void Call(Event @event) => call(@event);

    /// <summary>Only the list says so, under its lock: whoever finds the listener gone from it finds this too.</summary>
    public void MarkRemoved() => _removed = true;

    /// <summary>Its signal removes it. Where it is removed meanwhile, the hold ends at once.</summary>
    public void HoldBy(SignalHold hold)
    {
        Volatile.Write(ref _hold, hold);
        // Either this thread sees that it is removed, or the one that removes it sees the hold.
        Interlocked.MemoryBarrier();
        if (_removed) hold.End();
    }

    /// <summary>It is removed: lets go of its signal.</summary>
    public void EndHold()
    {
        Interlocked.MemoryBarrier();
        Volatile.Read(ref _hold)?.End();
    }
}

/// <summary>The listeners of one target, in the order in which they were added. Thread-safe: whoever walks through it has a copy.</summary>
internal sealed class ListenerList
{
    private readonly Lock _gate = new();
    private volatile Listener[] _listeners = [];

    /// <summary>A copy: what is added from now on is not in it, and what is removed says so.</summary>
    public ReadOnlySpan<Listener> Snapshot() => _listeners;

    public bool Any(string type) => Array.Exists(_listeners, listener => listener.Type == type);

    /// <summary>DOM 2.7, add an event listener, 4: the same type, callback and capture are added once. False: it is there.</summary>
    public bool TryAdd(Listener listener)
    {
        lock (_gate)
        {
            if (Find(listener.Type, listener.Key, listener.Options.Capture) is not null) return false;
            _listeners = [.. _listeners, listener];
            return true;
        }
    }

    public Listener? Find(string type, Delegate key, bool capture) => Array.Find(_listeners, listener => listener.Is(type, key, capture));

    /// <summary>DOM 2.7, remove an event listener. False: it is not there any more.</summary>
    public bool Remove(Listener listener)
    {
        lock (_gate)
        {
            int index = Array.IndexOf(_listeners, listener);
            if (index < 0) return false;
            listener.MarkRemoved();
            _listeners = [.. _listeners[..index], .. _listeners[(index + 1)..]];
        }

        listener.EndHold();
        return true;
    }
}
