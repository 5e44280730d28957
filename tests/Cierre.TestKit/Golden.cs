namespace Cierre.TestKit;

/// <summary>Compares a text with a plain file that is reviewed like code. CIERRE_UPDATE_GOLDEN=1 writes the file instead.</summary>
public static class Golden
{
    /// <summary>The folder of the repository.</summary>
    public static string Root { get; } = Above("Cierre.slnx");

    private static bool Updates => Environment.GetEnvironmentVariable("CIERRE_UPDATE_GOLDEN") == "1";

    /// <summary>Compares with golden/name beside the running test project.</summary>
    public static void Matches(string name, string actual) =>
        Compare(Path.Combine(Above("*.csproj"), "golden", name), actual.TrimEnd('\n') + "\n", (_, text) => text, text => text);

    /// <summary>Compares with the part of a document between the two comments <c>begin</c> and <c>end</c> of a marker.</summary>
    public static void MatchesPart(string document, string marker, string actual)
    {
        (string begin, string end) = ($"<!-- begin: {marker} -->\n", $"<!-- end: {marker} -->");
        Compare(Path.Combine(Root, document), actual.TrimEnd('\n') + "\n",
            (whole, part) => whole[..(whole.IndexOf(begin, StringComparison.Ordinal) + begin.Length)] + part + whole[whole.IndexOf(end, StringComparison.Ordinal)..],
            whole => whole.Split(begin)[1].Split(end)[0]);
    }

    private static void Compare(string path, string actual, Func<string, string, string> put, Func<string, string> take)
    {
        string whole = File.Exists(path) ? File.ReadAllText(path) : "";
        if (Updates) File.WriteAllText(path, put(whole, actual));
        else if (take(whole) is var expected && expected != actual)
            throw new InvalidOperationException($"{path} differs; CIERRE_UPDATE_GOLDEN=1 rewrites it.\n--- expected\n{expected}\n--- actual\n{actual}");
    }

    private static string Above(string pattern)
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && Directory.GetFiles(folder, pattern).Length == 0) folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException($"No folder above {AppContext.BaseDirectory} holds {pattern}.");
    }
}
