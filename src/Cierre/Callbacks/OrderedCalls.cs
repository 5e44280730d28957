namespace Cierre.Callbacks;

/// <summary>Calls the application with one thing after the other, in the order in which they came and under no lock. What comes while a call is under way
/// is told behind it.</summary>
/// <param name="gate">The lock under which they come.</param>
/// <param name="told">Is called with each. It throws nothing.</param>
internal sealed class OrderedCalls<T>(Lock gate, Action<T> told)
{
    private readonly Queue<T> _waiting = new(1);
    private bool _isTelling;

    /// <summary>Whether there is something to tell. Under the lock.</summary>
    public bool IsWaiting => _waiting.Count > 0;

    /// <summary>Tells something with the next <see cref="Tell"/>. May be called under the lock.</summary>
    public void Add(T next)
    {
        lock (gate) _waiting.Enqueue(next);
    }

    /// <summary>Tells what waits, unless somebody is telling. Not under the lock.</summary>
    public void Tell()
    {
        lock (gate)
        {
            if (_isTelling) return;
            _isTelling = true;
        }

        while (TryTake(out T? next)) told(next);
    }

    private bool TryTake([System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out T next)
    {
        lock (gate)
        {
            _isTelling = _waiting.TryDequeue(out next);
            return _isTelling;
        }
    }
}
