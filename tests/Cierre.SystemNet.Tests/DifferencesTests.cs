using Cierre.SystemNet.Tests.Contract;
using Cierre.SystemNet.Tests.Subjects;
using Cierre.TestKit;

namespace Cierre.SystemNet.Tests;

/// <summary>docs/drop-in.md has a row for each difference that a case names, and no other.</summary>
public sealed class DifferencesTests
{
    private static readonly string[][] Rows =
    [
        .. from line in Golden.Part("docs/drop-in.md", "differences").Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(2)
           select line.Trim().Trim('|').Split(" | ", StringSplitOptions.TrimEntries),
    ];

    private static readonly string[] Keys = [.. Rows.Select(row => row[0].Trim('`'))];

    [Fact]
    public void Each_row_has_its_key_both_sides_and_its_reason()
    {
        Assert.NotEmpty(Rows);
        Assert.All(Rows, row =>
        {
            Assert.Equal(4, row.Length);
            Assert.All(row, Assert.NotEmpty);
        });
        Assert.Equal(Keys.Distinct(), Keys);
    }

    [Fact]
    public void Each_difference_has_its_row() => Assert.Empty(AllCases.List.Select(it => it.Ours?.Key).OfType<string>().Distinct().Except(Keys));

    [Fact]
    public void Each_row_has_its_case() => Assert.Empty(Keys.Except(AllCases.List.Select(it => it.Ours?.Key).OfType<string>()));

    [Fact]
    public void Each_difference_is_one() => Assert.Empty(
        from it in AllCases.List
        where it.Ours is { } ours && ours.Change(it.Seen) == it.Seen
        select it.Name);

    [Fact]
    public void Each_rule_is_named_once_and_has_a_control()
    {
        Assert.Equal(AllCases.List.Count, AllCases.List.DistinctBy(it => it.Name).Count());
        Assert.Empty(AllCases.List.Where(it => it.Ours is null && !SubjectList.Control.Any(it.For)).Select(it => it.Name));
    }
}
