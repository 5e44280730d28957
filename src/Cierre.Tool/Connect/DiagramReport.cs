using System.Globalization;
using Cierre.Tool.Arguments;
using Cierre.Tool.Diagrams;
using Cierre.Tool.Output;

namespace Cierre.Tool.Connect;

/// <summary>Adds the sequence diagram of each attempt to a report, behind its close: as text, as a file, or both.</summary>
/// <param name="inner">The report.</param>
/// <param name="url">What is connected to, for the title.</param>
/// <param name="text">Whether it is printed.</param>
/// <param name="file">Where the SVG goes; null: nowhere. Of several attempts the last one stays.</param>
/// <param name="language">The language of its labels.</param>
internal sealed class DiagramReport(IConnectReport inner, Uri url, bool text, FileInfo? file, CultureInfo language) : IConnectReport
{
    // Wider lines are hard to follow from one end to the other.
    private const int Widest = 110;

    private ConversationDiagram _diagram = new(isClient: true, language);

    public void Opened(WebSocketConnection connection)
    {
        if (connection.OpeningTimes is { } times) _diagram.Add(times);
        inner.Opened(connection);
    }

    public void Sending(string text) => inner.Sending(text);

    public void Sending(BinaryFile file) => inner.Sending(file);

    public void Received(WebSocketMessage message) => inner.Received(message);

    public void Seen(WebSocketTraceEvent seen)
    {
        _diagram.Add(seen);
        inner.Seen(seen);
    }

    public void Failed(CloseRecord record) => inner.Failed(record);

    public void Closed(CloseRecord record)
    {
        if (record.OpeningTimes is { } times) _diagram.Add(times);
        _diagram.Add(record);
        Diagram diagram = _diagram.ToDiagram(WebSocketUrl.ToDisplayString(url));
        _diagram = new ConversationDiagram(isClient: true, language);
        if (file is not null) File.WriteAllText(file.FullName, SvgDiagram.Draw(diagram, standalone: true) + "\n");
        inner.Closed(record);
        if (text) StandardOutput.WriteLine("\n" + TextDiagram.Draw(diagram, Math.Min(Style.Width, Widest)));
    }

    public void Reconnecting(int attempt, TimeSpan delay) => inner.Reconnecting(attempt, delay);

    public void Away(ReconnectPlan plan) => inner.Away(plan);

    public void Resumed(SessionConnection before) => inner.Resumed(before);

    public void Missing(TopicGap gap) => inner.Missing(gap);

    public void NotSent(string text) => inner.NotSent(text);
}
