using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace Cierre.Browser;

/// <summary>Tells listeners that something happened. DOM 2.2.</summary>
[SuppressMessage("Naming", "CA1716", Justification = "The standard's own name.")]
public class Event
{
    /// <summary>The phase of an event that is not being dispatched.</summary>
    public const ushort None = 0;

    /// <summary>The phase on the way down to the target. Targets here have no parents, so no event is in it.</summary>
    public const ushort CapturingPhase = 1;

    /// <summary>The phase at the target: that of every listener here, capture or not.</summary>
    public const ushort AtTarget = 2;

    /// <summary>The phase on the way up from the target. Targets here have no parents, so no event is in it.</summary>
    public const ushort BubblingPhase = 3;

    // HR-TIME 4: the time origin. Ours is the first event of the process.
    private static readonly long TimeOrigin = Stopwatch.GetTimestamp();

    // Flags, as the number that can be changed in one step: listeners may hand the event to other threads.
    private int _flags;

    /// <summary>Creates one.</summary>
    /// <param name="type">Its type, such as <c>close</c>; case counts.</param>
    /// <param name="init">The rest; null for the defaults.</param>
    /// <exception cref="ArgumentNullException">The type is null.</exception>
    public Event(string type, EventInit? init = null)
    {
        ArgumentNullException.ThrowIfNull(type);
        TimeStamp = Stopwatch.GetElapsedTime(TimeOrigin).TotalMilliseconds;
        Type = type;
        Bubbles = init?.Bubbles ?? false;
        Cancelable = init?.Cancelable ?? false;
        Composed = init?.Composed ?? false;
    }

    [Flags]
    private enum Flags
    {
        StopPropagation = 1,
        StopImmediatePropagation = 2,
        Canceled = 4,
        InPassiveListener = 8,
        Dispatch = 16,
    }

    /// <summary>The type, such as <c>close</c>.</summary>
    public string Type { get; private set; }

    /// <summary>The object that the event is, or was last, dispatched to; null before.</summary>
    public EventTarget? Target { get; private set; }

    /// <summary>The same as <see cref="Target"/>.</summary>
    [Obsolete("Deprecated by the DOM standard: use Target.")]
    public EventTarget? SrcElement => Target;

    /// <summary>The object whose listener is being called; null outside of a dispatch.</summary>
    public EventTarget? CurrentTarget { get; private set; }

    /// <summary><see cref="AtTarget"/> while the event is being dispatched, else <see cref="None"/>.</summary>
    public ushort EventPhase { get; private set; }

    /// <summary>Whether the event bubbles.</summary>
    public bool Bubbles { get; private set; }

    /// <summary>Whether <see cref="PreventDefault"/> has an effect.</summary>
    public bool Cancelable { get; private set; }

    /// <summary>Whether the event crosses shadow roots.</summary>
    public bool Composed { get; }

    /// <summary>Whether a listener cancelled the event.</summary>
    public bool DefaultPrevented => Has(Flags.Canceled);

    /// <summary>Whether Cierre dispatched the event, not <see cref="EventTarget.DispatchEvent"/>.</summary>
    public bool IsTrusted { get; private set; }

    /// <summary>When the event was made: milliseconds, from a clock that never goes back, since a moment before the first event of the process.</summary>
    public double TimeStamp { get; }

    /// <summary>Whether propagation was stopped; setting true stops it, setting false does nothing.</summary>
    [Obsolete("Deprecated by the DOM standard: use StopPropagation.")]
    public bool CancelBubble
    {
        get => Has(Flags.StopPropagation);
        set
        {
            if (value) StopPropagation();
        }
    }

    /// <summary>Whether the event was not cancelled; setting false cancels it, setting true does nothing.</summary>
    [Obsolete("Deprecated by the DOM standard: use DefaultPrevented and PreventDefault.")]
    public bool ReturnValue
    {
        get => !DefaultPrevented;
        set
        {
            if (!value) PreventDefault();
        }
    }

    internal bool IsBeingDispatched => Has(Flags.Dispatch);

    internal bool PropagationIsStopped => Has(Flags.StopPropagation);

    internal bool ImmediatePropagationIsStopped => Has(Flags.StopImmediatePropagation);

    internal bool InPassiveListener
    {
        set => Set(Flags.InPassiveListener, value);
    }

    /// <summary>Lists the objects whose listeners are called.</summary>
    /// <returns>The target while the event is being dispatched, else nothing.</returns>
    public IReadOnlyList<EventTarget> ComposedPath() => CurrentTarget is { } target ? [target] : [];

    /// <summary>Stops the event after the listeners of this kind: after a capture listener, the others are not called any more.</summary>
    public void StopPropagation() => Set(Flags.StopPropagation, true);

    /// <summary>Stops the event at once: no further listener is called.</summary>
    public void StopImmediatePropagation() => Set(Flags.StopPropagation | Flags.StopImmediatePropagation, true);

    /// <summary>Cancels the event, where it is <see cref="Cancelable"/> and the listener is not passive.</summary>
    public void PreventDefault()
    {
        // DOM 2.2, set the canceled flag.
        if (Cancelable && !Has(Flags.InPassiveListener)) Set(Flags.Canceled, true);
    }

    /// <summary>Initializes the event anew; does nothing while it is being dispatched.</summary>
    /// <param name="type">The type.</param>
    /// <param name="bubbles">Whether it bubbles.</param>
    /// <param name="cancelable">Whether it can be cancelled.</param>
    /// <exception cref="ArgumentNullException">The type is null.</exception>
    [Obsolete("Deprecated by the DOM standard: use the constructor.")]
    public void InitEvent(string type, bool bubbles = false, bool cancelable = false) => TryInitialize(type, bubbles, cancelable);

    /// <summary>DOM 2.2, initialize; false while the event is being dispatched.</summary>
    private protected bool TryInitialize(string type, bool bubbles, bool cancelable)
    {
        ArgumentNullException.ThrowIfNull(type);
        if (IsBeingDispatched) return false;
        Set(Flags.StopPropagation | Flags.StopImmediatePropagation | Flags.Canceled, false); // 2
        IsTrusted = false;                                                                   // 3
        Target = null;                                                                       // 4
        (Type, Bubbles, Cancelable) = (type, bubbles, cancelable);                           // 5-7
        return true;
    }

    /// <summary>DOM 2.9, dispatch, 1-5: the path has one element.</summary>
    /// <returns>False: it is being dispatched, and of two threads that begin at once one is told so. A trusted event begins in any case: the application may
    /// have it already, and whatever is done with it, its listeners are called.</returns>
    internal bool BeginDispatch(EventTarget target, bool trusted)
    {
        bool isFirst = (Interlocked.Or(ref _flags, (int)Flags.Dispatch) & (int)Flags.Dispatch) == 0;
        if (!isFirst && !trusted) return false;
        (IsTrusted, Target, CurrentTarget, EventPhase) = (trusted, target, target, AtTarget);
        return true;
    }

    /// <summary>DOM 2.9, dispatch, 6-10; the target stays. False: the event was cancelled.</summary>
    internal bool EndDispatch()
    {
        (CurrentTarget, EventPhase) = (null, None);
        Set(Flags.Dispatch | Flags.StopPropagation | Flags.StopImmediatePropagation, false);
        return !DefaultPrevented;
    }

    private bool Has(Flags flag) => (Volatile.Read(ref _flags) & (int)flag) != 0;

    private void Set(Flags flags, bool on)
    {
        if (on) Interlocked.Or(ref _flags, (int)flags);
        else Interlocked.And(ref _flags, ~(int)flags);
    }
}
