using System.Text;

namespace Cierre.Tool.Diagrams;

/// <summary>Draws a diagram in letters of ASCII, which every terminal has and a screen reader can read: <c>--</c> is a frame, <c>..</c> the stream,
/// <c>&lt;==&gt;</c> a step of the opening.</summary>
internal static class TextDiagram
{
    private const int Narrowest = 24;

    /// <param name="diagram">What to draw.</param>
    /// <param name="width">How wide it may get, in columns; a label that does not fit is cut.</param>
    /// <returns>Lines without trailing blanks.</returns>
    public static string Draw(Diagram diagram, int width)
    {
        int gaps = diagram.Participants.Count - 1;
        // The last lifeline stands in the middle of its name.
        int times = diagram.Events.Select(row => row.TimeText.Length).Append(8).Max() + 2;
        int room = width - times - 1 - Columns.Of(diagram.Participants[^1]);
        int wanted = diagram.Events.Select(row => Columns.Of(row.Label) + (row.IsNote ? 4 : 8)).Append(Narrowest).Max();
        int span = Math.Max(Narrowest, Math.Min(wanted, room / gaps));
        List<string> lines = [diagram.Title, "", Names(diagram, times, span)];
        lines.AddRange(diagram.Events.Select(row => (row.TimeText.PadLeft(times - 2) + "  " + Row(row, diagram.Participants.Count, span)).TrimEnd()));
        return string.Join('\n', lines);
    }

    private static string Names(Diagram diagram, int times, int span)
    {
        var line = new StringBuilder(new string(' ', times));
        for (int i = 0; i < diagram.Participants.Count; i++)
        {
            string name = Columns.Cut(diagram.Participants[i], span - 2);
            int start = Math.Max(i == 0 ? 0 : line.Length + 1, times + i * span - (i == 0 ? 0 : Columns.Of(name) / 2));
            line.Append(' ', Math.Max(0, start - line.Length)).Append(name);
        }

        return line.ToString();
    }

    private static string Row(DiagramEvent row, int participants, int span)
    {
        var line = new StringBuilder();
        (int left, int right) = (Math.Min(row.From, row.To), Math.Max(row.From, row.To));
        for (int i = 0; i < participants; i++)
        {
            line.Append('|');
            bool noteHere = row.IsNote && (row.From == i && i < participants - 1);
            bool noteBefore = row.IsNote && row.From == participants - 1 && i == participants - 2;
            if (noteHere) line.Append(Padded(" " + Label(row, span - 3), span - 1));
            else if (noteBefore) line.Append(PaddedLeft(Label(row, span - 3) + " ", span - 1));
            else if (i >= left && i < right) line.Append(Arrow(row, i, left, right, span - 1));
            else if (i < participants - 1) line.Append(' ', span - 1);
        }

        return line.ToString();
    }

    /// <summary>One gap's worth of an arrow; the label stands in the first, the heads at the ends.</summary>
    private static string Arrow(DiagramEvent row, int gap, int left, int right, int width)
    {
        char stroke = row.Kind switch { DiagramKind.Frame or DiagramKind.Fault => '-', DiagramKind.Step => '=', _ => '.' };
        string head = row.Kind == DiagramKind.Fault ? "x" : row.To > row.From ? ">" : "<";
        bool both = row.Kind == DiagramKind.Step;
        string start = gap == left && (both || row.To < row.From) ? (both ? "<" : head) : stroke.ToString();
        string end = gap == right - 1 && (both || row.To > row.From) ? (both ? ">" : head) : stroke.ToString();
        string label = gap == left ? " " + Label(row, width - 6) + " " : "";
        return start + stroke + label + new string(stroke, Math.Max(0, width - 3 - Columns.Of(label))) + end;
    }

    private static string Label(DiagramEvent row, int most) => Columns.Cut(row.Kind == DiagramKind.Fault && row.IsNote ? "! " + row.Label : row.Label, most);

    private static string Padded(string text, int width) => text + new string(' ', Math.Max(0, width - Columns.Of(text)));

    private static string PaddedLeft(string text, int width) => new string(' ', Math.Max(0, width - Columns.Of(text))) + text;
}
