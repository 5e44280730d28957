namespace Cierre;

/// <summary>Tells where the time of a client's opening went.</summary>
/// <remarks>A redirect to another server, or a server that does not speak HTTP/2 after all, takes further steps of the same kind.</remarks>
/// <param name="Steps">What was done, in its order; empty where the opening failed before it did anything.</param>
/// <param name="Total">The whole, from the call to the server's answer, or to the failure.</param>
public sealed record OpeningTimes(IReadOnlyList<OpeningStep> Steps, TimeSpan Total)
{
    /// <summary>The time that all steps of a phase took.</summary>
    /// <param name="phase">The phase.</param>
    /// <returns>Their sum; null where there was none.</returns>
    public TimeSpan? Of(OpeningPhase phase)
    {
        TimeSpan? sum = null;
        foreach (OpeningStep step in Steps)
        {
            if (step.Phase == phase) sum = (sum ?? TimeSpan.Zero) + step.Duration;
        }

        return sum;
    }
}
