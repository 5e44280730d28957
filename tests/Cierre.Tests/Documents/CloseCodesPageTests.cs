using System.Globalization;
using Cierre.TestKit;
using Cierre.Tests.Architecture;
using Xunit;

namespace Cierre.Tests.Documents;

/// <summary>docs/close-codes.md has a section for each row of <see cref="CloseCodes"/> and no other; it shows what <c>cierre explain</c> says, who sends the code, and what to do.</summary>
public sealed class CloseCodesPageTests
{
    private static readonly CultureInfo English = CultureInfo.InvariantCulture;

    private static readonly IReadOnlyList<(string Heading, string Text)> Sections =
    [
        .. from part in File.ReadAllText(Path.Combine(RepoRoot.Directory, "docs", "close-codes.md")).Split("\n## ").Skip(1)
           let lines = part.Split('\n', 2)
           select (lines[0], lines[1])
    ];

    /// <summary>Ranges that mean the same share a section.</summary>
    private static IReadOnlyList<CloseCodeInfo[]> Rows { get; } =
        [.. CloseCodes.Default.All.GroupBy(row => row.Name.Length > 0 ? row.Name : row.Description).Select(rows => rows.ToArray()).OrderBy(rows => rows[0].FirstCode)];

    [Fact]
    public void Each_row_has_its_section_and_each_section_its_row() => Assert.Equal(Rows.Select(Heading), Sections.Select(section => section.Heading));

    [Fact]
    public void Each_section_shows_what_the_explanation_says() =>
        Faults.None(Rows.Zip(Sections, (rows, section) => (Expected: Explanation(rows), section.Heading, section.Text))
            .Where(it => !it.Text.Contains($"```text\n{it.Expected}\n```\n", StringComparison.Ordinal)).Select(it => $"docs/close-codes.md: \"{it.Heading}\" must show\n{it.Expected}"));

    [Fact]
    public void Each_section_tells_who_sends_it_and_what_to_do() =>
        Faults.None(from section in Sections
                    from part in (string[])["**Who sends it.** ", "**What to do.** "]
                    where !section.Text.Contains("\n" + part, StringComparison.Ordinal)
                    select $"docs/close-codes.md: \"{section.Heading}\" lacks {part}");

    private static string Heading(CloseCodeInfo[] rows) => rows.Length == 1 ? rows[0].ToString() : Ranges(rows);

    private static string Ranges(CloseCodeInfo[] rows) => string.Join(", ", rows.Select(row => row.CodeOrRange));

    private static string Explanation(CloseCodeInfo[] rows) => rows[0].Explain(English).Replace(rows[0].CodeOrRange, Ranges(rows), StringComparison.Ordinal);
}
