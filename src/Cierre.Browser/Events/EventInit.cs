namespace Cierre.Browser;

/// <summary>Sets what an event is made with. DOM 2.2.</summary>
public class EventInit
{
    /// <summary>Whether the event bubbles; default false. Targets here have no parents to bubble to.</summary>
    public bool Bubbles { get; init; }

    /// <summary>Whether a listener may cancel the event; default false.</summary>
    public bool Cancelable { get; init; }

    /// <summary>Whether the event crosses shadow roots; default false. There are none here.</summary>
    public bool Composed { get; init; }
}
