
namespace Cierre.Browser.Events;

/// <summary>
/// DOM 2.7, add an event listener, 6: a signal removes the listener. Its hold is weak, so that a signal that lives as long as the process keeps no target
/// alive; and it ends with the listener, so that nothing of it piles up at the signal.
/// </summary>
internal sealed class SignalHold
{
    private readonly CancellationTokenRegistration _registration;

    public SignalHold(EventTarget target, Listener listener)
    {
        var held = (new WeakReference<EventTarget>(target), new WeakReference<Listener>(listener));
        _registration = listener.Options.Signal.UnsafeRegister(static state => Remove(((WeakReference<EventTarget>, WeakReference<Listener>))state!), held);
    }

    ~SignalHold() => _registration.Unregister();

    // Does not wait for a callback under way: that one removes this very listener.
    public void End() => _registration.Unregister();

    private static void Remove((WeakReference<EventTarget> Target, WeakReference<Listener> Listener) held)
    {
        if (held.Target.TryGetTarget(out EventTarget? target) && held.Listener.TryGetTarget(out Listener? listener)) target.Remove(listener);
    }
}
