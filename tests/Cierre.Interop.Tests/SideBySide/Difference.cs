using System.Text.RegularExpressions;
using Cierre.TestKit;

namespace Cierre.Interop.Tests.SideBySide;

/// <summary>What differs between two sides, each of which told in lines: all from the first line that differs to the last one.</summary>
/// <param name="Theirs">Their lines; a dash for none.</param>
/// <param name="Ours">Our lines; a dash for none.</param>
public sealed record Difference(string Theirs, string Ours)
{
    private const string LineEnd = "; ";

    public static Difference? Between(string theirs, string ours, int? code = null)
    {
        string[] a = Lines(theirs, code), b = Lines(ours, code);
        int start = a.Zip(b).TakeWhile(pair => pair.First == pair.Second).Count();
        int most = Math.Min(a.Length, b.Length) - start;
        int end = a.Reverse().Zip(b.Reverse()).Take(most).TakeWhile(pair => pair.First == pair.Second).Count();
        return start == a.Length && start == b.Length ? null : new Difference(Cell(a[start..^end]), Cell(b[start..^end]));
    }

    /// <summary>The differences that docs/browser-differences.md lists in one of its tables, by what they arise in.</summary>
    public static IReadOnlyDictionary<string, Difference> Listed(string table) =>
        Golden.Part("docs/browser-differences.md", table).Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(2)
            .Select(row => row.Trim().Trim('|').Split(" | ", StringSplitOptions.TrimEntries))
            .SelectMany(cells => cells is [var names, var theirs, var ours, { Length: > 0 }]
                ? names.Split("<br>").Select(name => (Uncode(name.Trim()).Replace("\\|", "|", StringComparison.Ordinal), new Difference(Uncode(theirs), Uncode(ours))))
                : throw new InvalidDataException($"A row of the table '{table}' has no four cells: {string.Join(" | ", cells)}"))
            .ToDictionary();

    /// <summary>Fails where the sides differ otherwise than the page says; the message has the row that is missing or wrong.</summary>
    public static void Check(IReadOnlyDictionary<string, Difference> listed, string name, Difference? found)
    {
        Difference? expected = listed.GetValueOrDefault(name);
        if (found == expected) return;
        throw new InvalidDataException(
            $"""
            docs/browser-differences.md says otherwise of: `{name.Replace("|", "\\|", StringComparison.Ordinal)}`
            listed: {(expected is null ? "no difference" : expected.ToString())}
            found:  {(found is null ? "no difference" : found.ToString())}
            """);
    }

    /// <summary>As a table's cells.</summary>
    public override string ToString() => $"`{Theirs}` | `{Ours}`";

    private static string[] Lines(string told, int? code) =>
        [.. told.Split('\n').Select(line => code is null ? line : Regex.Replace(line, $@"(?<=close ){code}\b", "CODE"))];

    private static string Cell(string[] lines) => lines.Length == 0 ? "-" : string.Join(LineEnd, lines).Replace("|", "\\|", StringComparison.Ordinal);

    private static string Uncode(string cell) => cell.Trim('`');
}
