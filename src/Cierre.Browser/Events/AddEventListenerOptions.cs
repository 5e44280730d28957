namespace Cierre.Browser;

/// <summary>Sets how a listener is called. DOM 2.7.</summary>
public sealed class AddEventListenerOptions
{
    /// <summary>Whether the listener is called before those that do not capture; default false.</summary>
    public bool Capture { get; init; }

    /// <summary>Whether the listener is called once at most: it is removed before its call. Default false.</summary>
    public bool Once { get; init; }

    /// <summary>Whether <see cref="Event.PreventDefault"/> does nothing in the listener; default false.</summary>
    public bool Passive { get; init; }

    /// <summary>Removes the listener when it is cancelled; one that is cancelled already adds nothing.</summary>
    public CancellationToken Signal { get; init; }
}
