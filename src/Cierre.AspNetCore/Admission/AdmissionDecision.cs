using Cierre.Closing;

namespace Cierre.AspNetCore.Admission;

/// <summary>What becomes of a handshake that is otherwise in order.</summary>
internal abstract record AdmissionDecision
{
    private AdmissionDecision() { }

    /// <summary>It has a place until the connection has ended.</summary>
    public sealed record Admit(Slot Slot) : AdmissionDecision;

    /// <summary>503: why, and when to come back.</summary>
    public sealed record Refuse(string Why, TimeSpan RetryAfter) : AdmissionDecision;

    /// <summary>Accept it, and close with what a page can read.</summary>
    public sealed record AcceptThenClose(Slot Slot, Violation Violation) : AdmissionDecision;
}

/// <summary>A connection's place among those that are counted, given back once.</summary>
internal sealed class Slot(Action leave, Action<string?>? rename = null) : IDisposable
{
    private Action? _leave = leave;

    /// <summary>Counts for another user from here on.</summary>
    public void Rename(string? user) => rename?.Invoke(user);

    public void Dispose() => Interlocked.Exchange(ref _leave, null)?.Invoke();
}
