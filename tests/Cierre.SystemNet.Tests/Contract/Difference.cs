using System.Text.RegularExpressions;
using Cierre.SystemNet.Tests.Subjects;

namespace Cierre.SystemNet.Tests.Contract;

/// <summary>What ours shows on purpose where the framework's own shows something else.</summary>
/// <param name="Key">The row of docs/drop-in.md that gives the reason.</param>
/// <param name="Change">What the control shows, made into what ours shows.</param>
public sealed record Difference(string Key, Func<string, string> Change)
{
    /// <summary>The subjects of ours that show it; every one unless told.</summary>
    public Func<Subject, bool> For { get; init; } = _ => true;

    /// <summary>A cancelled receive says 1001 before it aborts.</summary>
    public static Difference Cancelled { get; } = new("cancelled", seen => BeforeTheEnd(seen, "peer: Close 1001 in words"));

    /// <summary>A dispose without a close says 1001.</summary>
    public static Difference Dispose { get; } = new("dispose", seen => BeforeTheEnd(seen, "peer: Close 1001 in words"));

    /// <summary>A violation is answered with a reason in words, and one inside a close frame aborts as any other.</summary>
    public static Difference Violation { get; } = new("violation", seen => Regex.Replace(seen, @"\bClosed\b", "Aborted")
        .Replace("peer: Close 1002 ''", "peer: Close 1002 in words", StringComparison.Ordinal)
        .Replace("peer: Close 1007 ''", "peer: Close 1007 in words", StringComparison.Ordinal));

    /// <summary>A reason that is not UTF-8 is invalid data, as any text.</summary>
    public static Difference InvalidReason { get; } = new("violation", seen => Violation.Change(seen).Replace("1002", "1007", StringComparison.Ordinal));

    /// <summary>A close that may not be sent is refused before anything is written.</summary>
    public static Difference CloseCodes { get; } = new("close-codes", _ => """
        close output: ArgumentException | Open
        send: done | Open
        peer: Text 'barrier'
        """);

    /// <summary>So is one that only a client may send.</summary>
    public static Difference CloseCodesOfServer { get; } = CloseCodes with { For = subject => subject.IsServer };

    /// <summary>Something else altogether.</summary>
    public static Difference Of(string key, string seen) => new(key, _ => seen);

    private static string BeforeTheEnd(string seen, string line) => seen.Replace("peer: end", line + "\npeer: end", StringComparison.Ordinal);
}
