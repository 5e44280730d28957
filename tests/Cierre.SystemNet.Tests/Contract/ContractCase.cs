using Cierre.SystemNet.Tests.Subjects;

namespace Cierre.SystemNet.Tests.Contract;

/// <summary>One rule of the abstract class: what is done, and what is seen then, one line for each step.</summary>
/// <param name="name">The rule in words; each is used once.</param>
/// <param name="act">What is done with the socket and its peer.</param>
/// <param name="seen">What the framework's own sockets show, as it was seen.</param>
public sealed class ContractCase(string name, Func<Trial, Task> act, string seen)
{
    /// <summary>The rule in words.</summary>
    public string Name { get; } = name;

    /// <summary>What is done.</summary>
    public Func<Trial, Task> Act { get; } = act;

    /// <summary>What the control shows, but for <see cref="Otherwise"/>.</summary>
    public string Seen { get; } = seen;

    /// <summary>How the connection is opened.</summary>
    public Setup Setup { get; init; } = new();

    /// <summary>The subjects for which the case makes sense; every one unless told.</summary>
    public Func<Subject, bool> For { get; init; } = _ => true;

    /// <summary>The subjects of the control that show something else, each with what it shows and why; the first that fits counts.</summary>
    public IReadOnlyList<Variant> Otherwise { get; init; } = [];

    /// <summary>Whether the socket is aborted right behind a close frame of its own: on Kestrel the peer then sees the end alone, or the frame too, as it
    /// happens.</summary>
    public bool AbortsBehindCloseFrame { get; init; }

    /// <summary>What ours shows on purpose, and the row of docs/drop-in.md that gives the reason; null where it shows what the control shows.</summary>
    public Difference? Ours { get; init; }

    /// <summary>What this subject has to show.</summary>
    public string ExpectedOf(Subject subject)
    {
        if (subject.IsOurs && Ours is { } ours && ours.For(subject)) return ours.Change(Seen);
        if (Otherwise.FirstOrDefault(variant => variant.For(subject)) is { } variant) return variant.Seen;
        string[] lines = Seen.Split('\n');
        if (AbortsBehindCloseFrame && subject.IsKestrels) lines = [.. lines.Where(line => !line.StartsWith("peer: Close", StringComparison.Ordinal))];
        if (subject.SaysDisposed) SayDisposed(lines);
        return string.Join('\n', lines);
    }

    private static bool IsEnd(string line) => line.StartsWith("dispose: ", StringComparison.Ordinal) || line.StartsWith("abort: ", StringComparison.Ordinal);

    private static void SayDisposed(string[] lines)
    {
        int end = Array.FindIndex(lines, IsEnd);
        for (int i = end + 1; end >= 0 && i < lines.Length; i++)
        {
            lines[i] = lines[i]
                .Replace(": WebSocketException InvalidState |", ": ObjectDisposedException |", StringComparison.Ordinal)
                .Replace(": ArgumentException |", ": ObjectDisposedException |", StringComparison.Ordinal)
                .Replace(": ArgumentNullException |", ": ObjectDisposedException |", StringComparison.Ordinal);
        }
    }
}

/// <summary>Some subjects of the control show something else than the others.</summary>
/// <param name="For">Which.</param>
/// <param name="Why">What makes the difference.</param>
/// <param name="Seen">What they show.</param>
public sealed record Variant(Func<Subject, bool> For, string Why, string Seen);
