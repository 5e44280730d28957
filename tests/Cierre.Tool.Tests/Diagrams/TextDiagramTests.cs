using Cierre.TestKit;
using Cierre.Tool.Diagrams;
using Xunit;

namespace Cierre.Tool.Tests.Diagrams;

public sealed class TextDiagramTests
{
    [Theory]
    [InlineData(80)]
    [InlineData(110)]
    public void Looks_as_it_did(int width) => Golden.Check($"diagram.{width}.txt", TextDiagram.Draw(DiagramExample.Every, width));

    [Theory]
    [InlineData(40)]
    [InlineData(80)]
    [InlineData(200)]
    public void Lifelines_stand_below_each_other_and_no_line_is_wider_than_asked_for(int width)
    {
        string[] lines = TextDiagram.Draw(DiagramExample.Every, width).Split('\n')[3..];
        Assert.All(lines, line => Assert.InRange(Columns.Of(line), 0, Math.Max(width, 45)));
        Assert.Single(lines.Select(line => line.IndexOf('|', StringComparison.Ordinal)).Distinct());
        Assert.Single(lines.Select(line => Columns.Of(line[..line.LastIndexOf('|')])).Distinct());
        Assert.All(lines, line => Assert.Equal(line.TrimEnd(), line));
    }

    [Fact]
    public void Third_participant_has_a_lifeline_of_its_own_and_an_arrow_may_pass_the_second()
    {
        var diagram = new Diagram("t", ["client", "gateway", "upstream"],
            [new(null, DiagramKind.Frame, 0, 2, "through"), new(null, DiagramKind.Frame, 2, 1, "back"), new(null, DiagramKind.Note, 1, 1, "here")]);
        string[] rows = TextDiagram.Draw(diagram, 80).Split('\n')[2..];
        Assert.Equal(["client", "gateway", "upstream"], rows[0].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(
            [
                "|-- through ------------|---------------------->|",
                "|                       |<- back ---------------|",
                "|                       | here                  |",
            ],
            rows[1..].Select(row => row.Trim()));
    }
}

public sealed class ColumnsTests
{
    [Theory]
    [InlineData("hello", 5, "hello")]
    [InlineData("hello", 4, "hel…")]
    [InlineData("日本語", 5, "日本…")]
    [InlineData("e\u0301e\u0301e\u0301", 2, "e\u0301…")]
    public void Text_is_cut_between_letters_at_the_width_it_takes(string text, int most, string cut)
    {
        Assert.Equal(cut, Columns.Cut(text, most));
        Assert.InRange(Columns.Of(cut), 0, most);
    }
}
