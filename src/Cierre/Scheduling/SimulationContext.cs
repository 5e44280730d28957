using System.ComponentModel;

namespace Cierre;

/// <summary>Runs connections whole in one place: what the library awaits under this context goes on under it too.</summary>
/// <remarks>
/// No other context carries the library's work. The context of a window or of a request may be busy or blocked, and a connection must not wait for it. A
/// simulation that decides itself what runs when, on one thread and its own clock, derives from this class. A library over Cierre asks <see cref="IsCurrent"/>
/// at its awaits; an application has no use for it.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class SimulationContext : SynchronizationContext
{
    /// <summary>Whether an await goes on in the context of its caller: in a simulation alone. For <c>ConfigureAwait(SimulationContext.IsCurrent)</c>.</summary>
    public static bool IsCurrent => Current is SimulationContext;
}
