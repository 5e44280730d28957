namespace Cierre.Browser;

/// <summary>One event handler attribute, such as onclose. HTML 8.1.8.1, event handlers.</summary>
/// <remarks>The listener takes its place when the handler is first set, keeps it while the handler is replaced, and loses it when it is set to null.</remarks>
internal sealed class HandlerAttribute<TEvent>(EventTarget target, string type)
    where TEvent : Event
{
    private readonly Lock _gate = new();
    private Action<TEvent>? _listener;
    private volatile Action<TEvent>? _handler;

    public Action<TEvent>? Value
    {
        get => _handler;
        set
        {
            lock (_gate)
            {
                _handler = value;
                if (value is null)
                {
                    // Deactivate an event handler.
                    target.RemoveEventListener(type, _listener);
                    _listener = null;
                }
                else if (_listener is null)
                {
                    // Activate an event handler: a listener of its own, that no application can remove.
                    target.AddEventListener(type, _listener = Process);
                }
            }
        }
    }

    /// <summary>The event handler processing algorithm: the handler of this moment.</summary>
    private void Process(TEvent @event) => _handler?.Invoke(@event);
}
