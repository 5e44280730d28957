using System.Text;
using System.Xml;

namespace Cierre.Tool.Diagrams;

/// <summary>Draws a diagram as SVG: for a page, whose colours it takes over, or as a file of its own, light or dark as its reader has it. It has no script, and
/// everything in it is in its description, too.</summary>
/// <remarks>
/// Lines and letters are in <c>currentColor</c>; rows have the classes <c>step</c>, <c>frame</c>, <c>stream</c>, <c>fault</c> and <c>note</c>, for a page that
/// wants to colour them. Inside a page there is no style element, since its content security policy may forbid one.
/// </remarks>
internal static class SvgDiagram
{
    private const int Left = 100, Span = 560, Top = 64, RowHeight = 30, Margin = 60;

    // What fits beside an arrow in letters of 13 px.
    private const int LongestLabel = 72;

    private const string OwnStyle = ":root{color-scheme:light dark;color:CanvasText;background:Canvas}";

    /// <param name="diagram">What to draw.</param>
    /// <param name="id">Begins the ids in it: one of its own for each diagram of a page.</param>
    /// <param name="standalone">Whether it is a file of its own.</param>
    public static string Draw(Diagram diagram, string id = "diagram", bool standalone = false)
    {
        int width = Left + (diagram.Participants.Count - 1) * Span + Margin, height = Top + diagram.Events.Count * RowHeight + 16;
        var text = new StringBuilder();
        using (var svg = XmlWriter.Create(text, new XmlWriterSettings { OmitXmlDeclaration = true, Indent = true, IndentChars = " ", NewLineChars = "\n" }))
        {
            svg.WriteStartElement("svg", "http://www.w3.org/2000/svg");
            Attributes(svg, ("viewBox", $"0 0 {width} {height}"), ("width", $"{width}"), ("height", $"{height}"), ("class", "sequence-diagram"),
                ("role", "img"),
                ("aria-labelledby", $"{id}-title {id}-text"), ("font-family", "system-ui, sans-serif"), ("font-size", "13"), ("fill", "currentColor"),
                    ("stroke", "none"));
            Element(svg, "title", diagram.Title, ("id", $"{id}-title"));
            Element(svg, "desc", Description(diagram), ("id", $"{id}-text"));
            if (standalone) Element(svg, "style", OwnStyle);
            for (int i = 0; i < diagram.Participants.Count; i++) Lifeline(svg, diagram.Participants[i], X(i), height);
            for (int i = 0; i < diagram.Events.Count; i++) Row(svg, diagram, diagram.Events[i], Top + i * RowHeight + RowHeight / 2);
            svg.WriteEndElement();
        }

        return text.ToString();
    }

    /// <summary>Every row as a clause, for those who do not see it.</summary>
    private static string Description(Diagram diagram) => string.Join("; ", diagram.Events.Select(row =>
    {
        string time = row.Time is null ? "" : row.TimeText + ": ";
        string who = row.IsNote
            ? diagram.Participants[row.From]
            : $"{diagram.Participants[row.From]} {(row.Kind == DiagramKind.Step ? "↔" : "→")} {diagram.Participants[row.To]}";
        return $"{time}{who}: {row.Label}";
    }));

    private static void Lifeline(XmlWriter svg, string name, int x, int height)
    {
        Element(svg, "text", name, ("x", $"{x}"), ("y", "28"), ("text-anchor", "middle"), ("font-weight", "bold"));
        Element(svg, "line", null, ("x1", $"{x}"), ("y1", "40"), ("x2", $"{x}"), ("y2", $"{height}"), ("stroke", "currentColor"), ("stroke-opacity", "0.4"));
    }

    private static void Row(XmlWriter svg, Diagram diagram, DiagramEvent row, int y)
    {
        svg.WriteStartElement("g", null);
        Attributes(svg, ("class", row.Kind.ToString().ToLowerInvariant()));
        if (row.Label.Length > LongestLabel) Element(svg, "title", row.Label);
        if (row.Time is not null)
            Element(svg, "text", row.TimeText, ("x", $"{Left - 14}"), ("y", $"{y + 4}"), ("text-anchor", "end"), ("font-size", "11"), ("opacity", "0.75"));
        if (row.IsNote) Note(svg, row, y, last: row.From == diagram.Participants.Count - 1);
        else Arrow(svg, row, y);
        svg.WriteEndElement();
    }

    private static void Note(XmlWriter svg, DiagramEvent row, int y, bool last)
    {
        string label = row.Kind == DiagramKind.Fault ? "⚠ " + row.Label : row.Label;
        Element(svg, "circle", null, ("cx", $"{X(row.From)}"), ("cy", $"{y}"), ("r", "3"));
        Element(svg, "text", Short(label), ("x", $"{X(row.From) + (last ? -10 : 10)}"), ("y", $"{y + 4}"), ("text-anchor", last ? "end" : "start"),
            ("font-style", "italic"));
    }

    private static void Arrow(XmlWriter svg, DiagramEvent row, int y)
    {
        (int from, int to) = (X(row.From), X(row.To));
        int line = y + 6;
        Element(svg, "text", Short(row.Label), ("x", $"{(from + to) / 2}"), ("y", $"{y}"), ("text-anchor", "middle"));
        string dashes = row.Kind switch { DiagramKind.Stream => "2 4", DiagramKind.Step => "8 4", _ => "none" };
        Element(svg, "line", null, ("x1", $"{from}"), ("y1", $"{line}"), ("x2", $"{to}"), ("y2", $"{line}"), ("stroke", "currentColor"),
            ("stroke-dasharray", dashes));
        if (row.Kind == DiagramKind.Fault) Cross(svg, to + (to > from ? -8 : 8), line);
        else Head(svg, to, line, to > from);
        if (row.Kind == DiagramKind.Step) Head(svg, from, line, from > to);
    }

    private static void Head(XmlWriter svg, int x, int y, bool right) => Element(svg, "path", null, ("d", $"M{x} {y}l{(right ? -9 : 9)} -4v8z"));

    private static void Cross(XmlWriter svg, int x, int y) =>
        Element(svg, "path", null, ("d", $"M{x - 5} {y - 5}l10 10m-10 0l10 -10"), ("stroke", "currentColor"), ("stroke-width", "2"));

    private static int X(int participant) => Left + participant * Span;

    private static string Short(string label)
    {
        if (label.Length <= LongestLabel) return label;
        return label[..(char.IsHighSurrogate(label[LongestLabel - 2]) ? LongestLabel - 2 : LongestLabel - 1)] + "…";
    }

    private static void Element(XmlWriter svg, string name, string? text, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        svg.WriteStartElement(name, null);
        Attributes(svg, attributes);
        if (text is not null) svg.WriteString(Legal(text));
        svg.WriteEndElement();
    }

    private static void Attributes(XmlWriter svg, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        foreach ((string name, string value) in attributes) svg.WriteAttributeString(name, value);
    }

    /// <summary>XML 1.0 has no place for some code points, even escaped: U+FFFE, for instance, which is valid UTF-8.</summary>
    private static string Legal(string text)
    {
        var legal = new StringBuilder(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
            legal.Append(rune.Value is 0xFFFE or 0xFFFF || (rune.IsBmp && !XmlConvert.IsXmlChar((char)rune.Value)) ? "\uFFFD" : rune.ToString());
        return legal.ToString();
    }
}
