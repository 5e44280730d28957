namespace Cierre.AspNetCore.Admission;

/// <summary>A connection's place among those that are counted, given back once.</summary>
internal sealed class Slot(Action leave, Action<string?>? rename = null) : IDisposable
{
    private Action? _leave = leave;

    /// <summary>Counts for another user from here on.</summary>
    public void Rename(string? user) => rename?.Invoke(user);

    public void Dispose() => Interlocked.Exchange(ref _leave, null)?.Invoke();
}
