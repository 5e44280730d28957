namespace Cierre.Tests.Architecture;

/// <summary>The table "Who may use whom" of docs/architecture.md. A folder is written <c>Project/Folder</c>.</summary>
internal sealed class FolderTable
{
    private const string Title = "## Who may use whom";
    private readonly Dictionary<string, string[]> _rows = [];

    private FolderTable()
    {
    }

    public IReadOnlyCollection<string> Folders => _rows.Keys;

    public static FolderTable Parse(string markdown)
    {
        var rows = markdown.ReplaceLineEndings("\n").Split('\n')
            .SkipWhile(line => line != Title).Skip(1).TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal))
            .Where(line => line.StartsWith('|')).Skip(2)
            .Select(line => line.Trim('|').Split('|', StringSplitOptions.TrimEntries)).ToList();
        if (rows.Count == 0)
            throw new FormatException($"there is no table below \"{Title}\"");

        var table = new FolderTable();
        foreach (var row in rows)
        {
            if (row.Length != 2 || !row[0].Contains('/') || !table._rows.TryAdd(row[0], []))
                throw new FormatException($"not a row of its own: | {string.Join(" | ", row)} |");
        }

        foreach (var row in rows.Where(row => row[1] != "nothing"))
            table._rows[row[0]] = [.. row[1].Split(',', StringSplitOptions.TrimEntries).Select(name => table.Resolve(row[0], name))];
        return table;
    }

    /// <summary>The row that speaks for a folder, or null.</summary>
    public string? RowOf(string folder) =>
        _rows.ContainsKey(folder) ? folder : _rows.ContainsKey(ProjectOf(folder) + "/*") && !folder.EndsWith("/(root)", StringComparison.Ordinal) ? ProjectOf(folder) + "/*" : null;

    public bool Allows(string user, string used) =>
        user == used || (RowOf(user) is { } row && _rows[row].Any(target => target == used || target == ProjectOf(used)));

    private string Resolve(string folder, string name)
    {
        if (name.Contains('/') && _rows.ContainsKey(name))
            return name;
        if (_rows.ContainsKey($"{ProjectOf(folder)}/{name}"))
            return $"{ProjectOf(folder)}/{name}";
        return _rows.Keys.Any(other => ProjectOf(other) == name) ? name : throw new FormatException($"the row {folder} names {name}, which has no row");
    }

    private static string ProjectOf(string folder) => folder[..folder.IndexOf('/')];
}
