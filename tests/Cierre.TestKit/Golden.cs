using System.Runtime.CompilerServices;

namespace Cierre.TestKit;

/// <summary>
/// Compares a text with the file of that name in the <c>golden/</c> folder of the calling test project.
/// With <c>CIERRE_UPDATE_GOLDEN=1</c> it writes the file instead; the change is then reviewed as a diff.
/// </summary>
public static class Golden
{
    /// <summary>The folder of the repository.</summary>
    public static string Root { get; } = RepoRoot.Directory;

    private static bool Updates => Environment.GetEnvironmentVariable("CIERRE_UPDATE_GOLDEN") == "1";

    public static void Check(string name, string actual, [CallerFilePath] string caller = "") =>
        Check(Path.Combine(RepoRoot.ProjectOf(caller), "golden", name), actual.TrimEnd('\n') + "\n", Updates);

    /// <summary>Compares with the part of a document between the two comments <c>begin</c> and <c>end</c> of a marker.</summary>
    public static void MatchesPart(string document, string marker, string actual)
    {
        (string file, string whole, Range part) = FindPart(document, marker);
        Check(file, whole[..part.Start] + actual.TrimEnd('\n') + "\n" + whole[part.End..], Updates);
    }

    /// <summary>The part of a document that <see cref="MatchesPart"/> would compare with.</summary>
    public static string Part(string document, string marker)
    {
        (_, string whole, Range part) = FindPart(document, marker);
        return whole[part];
    }

    private static (string File, string Whole, Range Part) FindPart(string document, string marker)
    {
        string file = Path.Combine(Root, document), whole = File.ReadAllText(file);
        (string begin, string end) = ($"<!-- begin: {marker} -->\n", $"<!-- end: {marker} -->");
        return (file, whole, (whole.IndexOf(begin, StringComparison.Ordinal) + begin.Length)..whole.IndexOf(end, StringComparison.Ordinal));
    }

    internal static void Check(string file, string actual, bool update)
    {
        actual = actual.ReplaceLineEndings("\n");
        if (update)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, actual);
            return;
        }

        var expected = File.Exists(file) ? File.ReadAllText(file).ReplaceLineEndings("\n") : null;
        if (expected == actual)
            return;
        string[] was = expected?.Split('\n') ?? [], now = actual.Split('\n');
        var line = was.Zip(now).TakeWhile(pair => pair.First == pair.Second).Count();
        throw new GoldenMismatchException(
            $"{file}({line + 1}) {(expected is null ? "does not exist" : "differs")}; if the new text is right, run the test with CIERRE_UPDATE_GOLDEN=1.\n" +
            $"  expected: {was.ElementAtOrDefault(line) ?? "(no line)"}\n  actual:   {now.ElementAtOrDefault(line) ?? "(no line)"}");
    }
}
