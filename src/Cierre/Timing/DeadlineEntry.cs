namespace Cierre.Timing;

/// <summary>Something with deadlines: it lies in the wheel as it is, without a timer or an object of its own.</summary>
internal abstract class DeadlineEntry
{
    internal DeadlineEntry? Next;
    internal DeadlineEntry? Previous;
    internal long Tick = -1;
    internal int Slot;

    /// <summary>A deadline may have passed. Called without any lock, on a timer's thread; the entry is out of the wheel.</summary>
    public abstract void Due();

    /// <summary>What <see cref="Due"/> threw: it is called again a little later. Must not throw.</summary>
    protected internal virtual void Failed(Exception exception)
    {
    }
}
