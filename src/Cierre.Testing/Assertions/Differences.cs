using System.Text;

namespace Cierre.Testing.Assertions;

/// <summary>What was expected and was not so.</summary>
internal sealed class Differences
{
    private readonly List<string> _sentences = [];

    public bool Any => _sentences.Count > 0;

    /// <param name="expected">Null: nothing was.</param>
    public void Compare(string what, string? expected, string actual)
    {
        if (expected is not null && expected != actual) Add(what, expected, actual);
    }

    public void Add(string what, string expected, string actual) => _sentences.Add($"{what}: expected {expected}, but it was {actual}");

    public string ToString(CloseRecord record)
    {
        var text = new StringBuilder();
        text.AppendLine("The connection did not end as expected.");
        foreach (string sentence in _sentences) text.Append("  ").AppendLine(sentence);
        text.AppendLine("The record explains:");
        foreach (string line in record.Explain(System.Globalization.CultureInfo.InvariantCulture).Split('\n')) text.Append("  ").AppendLine(line.TrimEnd('\r'));
        return text.ToString().TrimEnd();
    }
}
