namespace Cierre;

/// <summary>Tells where the time of a client's opening went.</summary>
/// <remarks>Where a name has several addresses, each that was tried is a step of its own, and those may overlap (RFC 8305). A redirect to another server, or a
/// server that does not speak HTTP/2 after all, takes further steps of the same kind.</remarks>
public sealed class OpeningTimes
{
    internal OpeningTimes(IReadOnlyList<OpeningStep> steps, TimeSpan total) => (Steps, Total) = (steps, total);

    /// <summary>What was done, in its order; empty where the opening failed before it did anything.</summary>
    public IReadOnlyList<OpeningStep> Steps { get; }

    /// <summary>The whole, from the call to the server's answer, or to the failure.</summary>
    public TimeSpan Total { get; }

    /// <summary>The time that the steps of a phase took.</summary>
    /// <param name="phase">The phase.</param>
    /// <returns>Their sum, in which time counts once where steps overlap; null where there was none.</returns>
    public TimeSpan? GetDuration(OpeningPhase phase)
    {
        (TimeSpan? sum, TimeSpan counted) = (null, TimeSpan.Zero);
        foreach (OpeningStep step in Steps)
        {
            if (step.Phase != phase) continue;
            TimeSpan from = step.Start > counted ? step.Start : counted, to = step.Start + step.Duration;
            sum = (sum ?? TimeSpan.Zero) + (to > from ? to - from : TimeSpan.Zero);
            if (to > counted) counted = to;
        }

        return sum;
    }
}
