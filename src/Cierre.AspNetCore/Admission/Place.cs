namespace Cierre.AspNetCore.Admission;

/// <summary>A connection's place among those that are counted, given back once.</summary>
internal sealed class Place(Action leave) : IDisposable
{
    private Action? _leave = leave;

    public void Dispose() => Interlocked.Exchange(ref _leave, null)?.Invoke();
}
