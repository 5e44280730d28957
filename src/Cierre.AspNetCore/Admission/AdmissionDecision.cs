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
internal abstract class Slot : IDisposable
{
    /// <summary>Counts for another user from here on.</summary>
    public abstract void Rename(string? user);

    public abstract void Dispose();
}
