using System.Xml.Linq;
using Cierre.TestKit;
using Cierre.Tool.Diagrams;
using Xunit;

namespace Cierre.Tool.Tests.Diagrams;

public sealed class SvgDiagramTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [Fact]
    public void Looks_as_it_did() => Golden.Check("diagram.svg", SvgDiagram.Draw(DiagramExample.Every, standalone: true));

    [Fact]
    public void Everything_is_said_in_its_description_and_nothing_depends_on_a_colour()
    {
        XElement svg = XElement.Parse(SvgDiagram.Draw(DiagramExample.Every, "one"));
        Assert.Equal(("img", "one-title one-text"), ((string?)svg.Attribute("role"), (string?)svg.Attribute("aria-labelledby")));
        Assert.Equal(("one-title", "ws://127.0.0.1:5080/"), ((string?)svg.Element(Svg + "title")!.Attribute("id"), (string)svg.Element(Svg + "title")!));
        string description = (string)svg.Element(Svg + "desc")!;
        Assert.All(DiagramExample.Every.Events, row => Assert.Contains(row.Label.Replace('\uFFFE', '\uFFFD'), description, StringComparison.Ordinal));
        Assert.All(svg.DescendantsAndSelf().Attributes().Where(attribute => attribute.Name.LocalName is "fill" or "stroke"), attribute => Assert.Contains((string)attribute, (string[])["currentColor", "none"]));
    }

    [Fact]
    public void In_a_page_it_needs_no_style_and_has_no_script()
    {
        XElement svg = XElement.Parse(SvgDiagram.Draw(DiagramExample.Every));
        Assert.DoesNotContain(svg.Descendants(), element => element.Name.LocalName is "style" or "script" or "foreignObject");
        Assert.DoesNotContain(svg.DescendantsAndSelf().Attributes(), attribute => attribute.Name.LocalName is "style" or "href" || attribute.Name.LocalName.StartsWith("on", StringComparison.Ordinal));
    }

    [Fact]
    public void Label_of_the_peers_stays_text()
    {
        string drawn = SvgDiagram.Draw(new Diagram("<b>", ["a", "b"], [new(null, DiagramKind.Frame, 0, 1, "</text><script>alert(1)</script>")]));
        Assert.DoesNotContain("<script", drawn, StringComparison.Ordinal);
        Assert.Equal("</text><script>alert(1)</script>", (string)XElement.Parse(drawn).Descendants(Svg + "g").Single().Element(Svg + "text")!);
    }
}
