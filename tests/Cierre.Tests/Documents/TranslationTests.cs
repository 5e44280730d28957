using System.Text.RegularExpressions;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Tests.Documents;

/// <summary>README.es.md says what README.md says: the same sections, code, tables, links and names of ours, in the same order.</summary>
public sealed partial class TranslationTests
{
    private static readonly string English = Read("README.md");

    private static readonly string Spanish = Read("README.es.md");

    [Fact]
    public void Sections_are_the_same() => Assert.Equal(Headings(English), Headings(Spanish));

    [Fact]
    public void Code_is_the_same_but_for_its_comments() => Assert.Equal(Code(English), Code(Spanish));

    [Fact]
    public void Tables_have_the_same_rows_and_cells() => Assert.Equal(Tables(English), Tables(Spanish));

    /// <summary>Each page links to the other, and the rest is the same.</summary>
    [Fact]
    public void Links_are_the_same() => Assert.Equal(Links(English).Select(link => link == "README.es.md" ? "README.md" : link), Links(Spanish));

    [Fact]
    public void Names_of_members_options_and_commands_are_the_same()
    {
        Assert.Equal(Names(English).Except(Names(Spanish)), []);
        Assert.Equal(Names(Spanish).Except(Names(English)), []);
    }

    [Fact]
    public void Numbers_of_the_tests_and_of_the_lab_are_the_same() => Assert.Equal(Counts().Matches(English).Select(match => match.Value), Counts().Matches(Spanish).Select(match => match.Value));

    private static string Read(string name) => File.ReadAllText(Path.Combine(RepoRoot.Directory, name));

    private static IEnumerable<int> Headings(string page) => Prose(page).Split('\n').Where(line => line.StartsWith('#')).Select(line => line.IndexOf(' ', StringComparison.Ordinal));

    private static IEnumerable<string> Code(string page) => Fence().Matches(page).Select(match => match.Value).Where(block => block.StartsWith("```csharp", StringComparison.Ordinal)).Select(block => Comment().Replace(block, ""));

    private static IEnumerable<int> Tables(string page) => Prose(page).Split('\n').Where(line => line.StartsWith('|')).Select(line => line.Count(character => character == '|'));

    private static IEnumerable<string> Links(string page) => Link().Matches(Prose(page)).Select(match => match.Groups[1].Value);

    private static IEnumerable<string> Names(string page) => Inline().Matches(Prose(page)).Select(match => match.Groups[1].Value).Distinct();

    private static string Prose(string page) => Fence().Replace(page, "");

    [GeneratedRegex("```.*?\n```", RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@" *// .*")]
    private static partial Regex Comment();

    [GeneratedRegex(@"\]\(([^)]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Inline();

    [GeneratedRegex(@"\d+ (situations in|passed)")]
    private static partial Regex Counts();
}
