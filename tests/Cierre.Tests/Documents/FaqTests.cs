using System.Text.RegularExpressions;
using System.Xml.Linq;
using Cierre.TestKit;
using Cierre.Tests.Architecture;
using Xunit;

namespace Cierre.Tests.Documents;

/// <summary>docs/faq.md has one entry for each sentence that a reason or a detail can hold, and no other.</summary>
public sealed partial class FaqTests
{
    // As Texts.resx groups them: what comes behind these comments, up to the next one, is a reason or a detail. The words inside those are none by themselves.
    private static readonly string[] Groups = ["Violations", "Our own closes", "Details: how a connection ended", "Details: why a connection never opened", "Rules of cierre.resume.v1"];

    private static readonly IReadOnlyList<string> Sentences = ReadSentences();

    private static readonly IReadOnlyList<(string Heading, string Answer)> Entries = ReadEntries();

    [Fact]
    public void Each_sentence_has_its_entry() => Faults.None(Sentences.Except(Entries.Select(entry => entry.Heading)).Select(sentence => $"docs/faq.md has no entry \"### {sentence}\""));

    [Fact]
    public void Each_entry_has_its_sentence() => Faults.None(Entries.Select(entry => entry.Heading).Except(Sentences).Select(heading => $"docs/faq.md: no message says \"{heading}\""));

    [Fact]
    public void No_entry_is_there_twice_and_each_has_an_answer()
    {
        Assert.Equal(Entries.Count, Entries.DistinctBy(entry => entry.Heading).Count());
        Faults.None(Entries.Where(entry => !entry.Answer.TrimEnd().EndsWith('.')).Select(entry => $"docs/faq.md: no answer to \"{entry.Heading}\""));
    }

    private static List<string> ReadSentences()
    {
        var found = new List<string>();
        var groups = new List<string>();
        bool inside = false;
        foreach (XNode node in XDocument.Load(Path.Combine(SourceProject.Source, "Cierre", "Closing", "Texts.resx")).Root!.Nodes())
        {
            if (node is XComment comment)
            {
                string? group = Groups.SingleOrDefault(name => comment.Value.Trim().StartsWith(name, StringComparison.Ordinal));
                if (group is not null) groups.Add(group);
                inside = group is not null;
            }
            else if (inside && node is XElement data && AsHeading(data.Value) is var heading && heading.Any(char.IsLetter))
            {
                found.Add(heading);
            }
        }

        Assert.Equal(Groups, groups);
        return found;
    }

    // Numbers and names differ from case to case.
    private static string AsHeading(string text) => Placeholder().Replace(text, "…");

    private static IReadOnlyList<(string Heading, string Answer)> ReadEntries() =>
    [
        .. from part in Golden.Part("docs/faq.md", "entries").Split("\n### ").Skip(1)
           let lines = part.Split('\n', 2)
           select (lines[0], lines[1].Split("\n## ")[0])
    ];

    [GeneratedRegex(@"\{\d+(:[^}]*)?\}")]
    private static partial Regex Placeholder();
}
