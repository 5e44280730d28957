namespace Cierre.AspNetCore.Resuming;

/// <summary>Which subprotocol is chosen where sessions can be resumed: <c>cierre.resume.v1</c>, with the endpoint's own behind a plus where both speak
/// one.</summary>
internal static class ResumeSubprotocol
{
    public const string Name = "cierre.resume.v1";

    private const string With = Name + "+";

    /// <param name="offered">By the client, in its order.</param>
    /// <param name="own">The endpoint's own, the preferred one first.</param>
    /// <returns>What is answered, and the handler's subprotocol within it; null: the client offers no session.</returns>
    public static (string Answered, string? Inner)? Choose(IReadOnlyList<string> offered, IReadOnlyList<string> own)
    {
        foreach (string inner in own)
        {
            if (offered.Contains(With + inner, StringComparer.Ordinal)) return (With + inner, inner);
        }

        return offered.Contains(Name, StringComparer.Ordinal) ? (Name, null) : null;
    }
}
