using Cierre.Browser.Events;

namespace Cierre.Browser;

/// <summary>Dispatches events to listeners. Derive from it for targets of your own. DOM 2.7.</summary>
/// <remarks>Listeners may be added and removed on any thread; a dispatch calls them on its own. A removal does not wait for a call that another thread has
/// begun.</remarks>
public class EventTarget
{
    private static readonly AddEventListenerOptions Defaults = new();

    private readonly ListenerList _listeners = new();

    /// <summary>Raised when a listener throws, on the thread of the dispatch (HTML: report an exception). Where nobody subscribed, the exception is written to
    /// standard error, as a browser writes it to its console.</summary>
    /// <remarks>The other listeners are called all the same. What a subscriber itself throws goes to whoever called <see cref="DispatchEvent"/>, and ends the
    /// process where nobody did. The event is the process's: it keeps its subscribers, so whoever subscribes for a while unsubscribes.</remarks>
    public static event EventHandler<UnhandledListenerExceptionEventArgs>? UnhandledListenerException;

    /// <summary>Adds a listener; one with the same type, callback and capture is there once.</summary>
    /// <param name="type">The type of the events, such as <c>close</c>.</param>
    /// <param name="listener">The callback; null adds nothing.</param>
    /// <param name="options">How it is called; null for the defaults.</param>
    /// <exception cref="ArgumentNullException">The type is null.</exception>
    public void AddEventListener(string type, Action<Event>? listener, AddEventListenerOptions? options = null) =>
        Add(type, listener, listener, static _ => true, options);

    /// <summary>Adds a listener for events of one class; those of another class are not for it.</summary>
    /// <typeparam name="TEvent">The class, such as <see cref="CloseEvent"/>.</typeparam>
    /// <param name="type">The type of the events, such as <c>close</c>.</param>
    /// <param name="listener">The callback; null adds nothing.</param>
    /// <param name="options">How it is called; null for the defaults.</param>
    /// <exception cref="ArgumentNullException">The type is null.</exception>
    public void AddEventListener<TEvent>(string type, Action<TEvent>? listener, AddEventListenerOptions? options = null)
        where TEvent : Event =>
        Add(type, listener, listener is null ? null : e => listener((TEvent)e), static e => e is TEvent, options);

    /// <summary>Removes a listener. One that is removed during a dispatch is not called any more.</summary>
    /// <param name="type">The type it was added with.</param>
    /// <param name="listener">The callback; null removes nothing.</param>
    /// <param name="capture">Whether it was added as a capture listener.</param>
    /// <exception cref="ArgumentNullException">The type is null.</exception>
    public void RemoveEventListener(string type, Action<Event>? listener, bool capture = false) => Remove(type, listener, capture);

    /// <summary>Removes a listener for events of one class.</summary>
    /// <typeparam name="TEvent">The class it was added with.</typeparam>
    /// <param name="type">The type it was added with.</param>
    /// <param name="listener">The callback; null removes nothing.</param>
    /// <param name="capture">Whether it was added as a capture listener.</param>
    /// <exception cref="ArgumentNullException">The type is null.</exception>
    public void RemoveEventListener<TEvent>(string type, Action<TEvent>? listener, bool capture = false)
        where TEvent : Event => Remove(type, listener, capture);

    /// <summary>Dispatches an event to the listeners, here and now.</summary>
    /// <param name="event">The event: its <see cref="Event.IsTrusted"/> becomes false, its <see cref="Event.Target"/> this object.</param>
    /// <returns>False if the event was cancelled.</returns>
    /// <exception cref="ArgumentNullException">The event is null.</exception>
    /// <exception cref="DomException">InvalidStateError: the event is being dispatched.</exception>
    public bool DispatchEvent(Event @event)
    {
        ArgumentNullException.ThrowIfNull(@event);
        return Dispatch(@event, trusted: false); // dispatchEvent(event), 2, 3
    }

    /// <summary>DOM 2.9, dispatch. A target without parents: every listener is called in the phase AT_TARGET, capture listeners first.</summary>
    internal bool Dispatch(Event @event, bool trusted)
    {
        // dispatchEvent(event), 1
        if (!@event.BeginDispatch(this, trusted)) throw DomException.InvalidStateError($"The event '{@event.Type}' is being dispatched.");
        try
        {
            Invoke(@event, capture: true);
            Invoke(@event, capture: false);
        }
        finally
        {
            @event.EndDispatch();
        }

        return !@event.DefaultPrevented;
    }

    internal bool HasListener(string type) => _listeners.Any(type);

    /// <summary>Listeners of this type were added or removed.</summary>
    internal virtual void ListenersChanged(string type, bool added) { }

    private void Add(string type, Delegate? key, Action<Event>? call, Func<Event, bool> takes, AddEventListenerOptions? options)
    {
        ArgumentNullException.ThrowIfNull(type);
        options ??= Defaults;
        // Add an event listener, 2, 3.
        if (key is null || options.Signal.IsCancellationRequested) return;
        var listener = new Listener(type, key, call!, takes, options);
        if (!_listeners.TryAdd(listener)) return; // 5
        if (options.Signal.CanBeCanceled)
        {
            // 6. The signal removes it; a listener that is removed lets go of the signal.
            listener.HoldBy(new SignalHold(this, listener));
        }

        ListenersChanged(type, added: true);
    }

    private void Remove(string type, Delegate? key, bool capture)
    {
        ArgumentNullException.ThrowIfNull(type);
        if (key is not null && _listeners.Find(type, key, capture) is { } listener) Remove(listener);
    }

    /// <summary>False: somebody else has removed it.</summary>
    internal bool Remove(Listener listener)
    {
        if (!_listeners.Remove(listener)) return false;
        ListenersChanged(listener.Type, added: false);
        return true;
    }

    private void Report(Event @event, Exception exception)
    {
        if (UnhandledListenerException is { } subscribers) subscribers(this, new UnhandledListenerExceptionEventArgs(@event, exception));
        else Console.Error.WriteLine($"Uncaught in a listener of '{@event.Type}': {exception}");
    }

    /// <summary>DOM 2.9, invoke and inner invoke.</summary>
    private void Invoke(Event @event, bool capture)
    {
        if (@event.PropagationIsStopped) return; // invoke, 1
        foreach (Listener listener in _listeners.Snapshot()) // invoke, 6: a clone of the list
        {
            // inner invoke, 2: whose removed is false; 2.1-2.4
            if (listener.IsRemoved || listener.Type != @event.Type || listener.Options.Capture != capture || !listener.Takes(@event)) continue;
            if (listener.Options.Once && !Remove(listener)) continue; // 2.5: before the call, which is that of whoever removes it
            @event.InPassiveListener = listener.Options.Passive; // 2.9
            try
            {
                listener.Call(@event); // 2.10
            }
            catch (Exception exception)
            {
                Report(@event, exception); // 2.11
            }
            finally
            {
                @event.InPassiveListener = false; // 2.12
            }

            if (@event.ImmediatePropagationIsStopped) return; // 2.14
        }
    }
}

/// <summary>Tells of an exception that a listener threw. HTML, report an exception.</summary>
public sealed class UnhandledListenerExceptionEventArgs : EventArgs
{
    internal UnhandledListenerExceptionEventArgs(Event @event, Exception exception) => (Event, Exception) = (@event, exception);

    /// <summary>The event that the listener was called with; it is still being dispatched.</summary>
    public Event Event { get; }

    /// <summary>What the listener threw.</summary>
    public Exception Exception { get; }
}
