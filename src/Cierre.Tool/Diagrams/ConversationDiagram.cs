using System.Globalization;

namespace Cierre.Tool.Diagrams;

/// <summary>Gathers what one side sees of a connection, and makes the diagram of it. Of a long conversation it keeps the beginning and the end.</summary>
/// <param name="isClient">Whether the side that sees is the client, which stands at the left.</param>
/// <param name="language">The language of the labels.</param>
internal sealed class ConversationDiagram(bool isClient, CultureInfo language)
{
    private const int First = 20;
    private const int Last = 60;

    private readonly List<DiagramEvent> _first = [];
    private readonly Queue<DiagramEvent> _last = new();
    private long _left;
    private bool _ourStreamEnded;

    private int Us => isClient ? 0 : 1;

    private int Peer => 1 - Us;

    /// <summary>How the connection opened, or how far it came: one row for each step.</summary>
    public void Add(OpeningTimes times)
    {
        foreach (OpeningStep step in times.Steps)
        {
            string label = string.Create(CultureInfo.InvariantCulture, $"{Name(step, times)}, {step.Duration.TotalMilliseconds:0.0} ms");
            // A name is resolved without the server.
            Add(step.Phase == OpeningPhase.NameResolution
                ? new DiagramEvent(null, step.Succeeded ? DiagramKind.Note : DiagramKind.Fault, Us, Us, label)
                : new DiagramEvent(null, step.Succeeded ? DiagramKind.Step : DiagramKind.Fault, Us, Peer, label));
        }
    }

    private string Name(OpeningStep step, OpeningTimes times) =>
        step.EndPoint is { } address && times.Steps.Count(other => other.EndPoint is not null) > 1
            ? $"{step.Describe(language)} {address}"
            : step.Describe(language);

    public void Add(WebSocketTraceEvent seen)
    {
        switch (seen)
        {
            case WebSocketTraceFrame frame:
                Add(frame);
                break;
            case WebSocketTraceViolation violation:
                Add(new DiagramEvent(seen.Elapsed, DiagramKind.Fault, Us, Us,
                    string.Create(CultureInfo.InvariantCulture, $"{violation.CloseFrame.Code}: {seen.Describe(language)}")));
                break;
            case WebSocketTraceTransport transport:
                Add(transport);
                break;
        }
    }

    /// <summary>How it ended, as the record says.</summary>
    public void Add(CloseRecord record)
    {
        string name = record.CodeInfo.GetName(language) is { Length: > 0 } named ? " " + named : "";
        DiagramKind kind = record.WasClean ? DiagramKind.Note : DiagramKind.Fault;
        Add(new DiagramEvent(null, kind, Us, Us,
            string.Create(CultureInfo.InvariantCulture, $"{record.Code}{name}: {UntrustedText.Escape(record.Describe(language))}")));
    }

    public Diagram ToDiagram(string title)
    {
        List<DiagramEvent> rows = [.. _first];
        if (_left > 0) rows.Add(new DiagramEvent(null, DiagramKind.Note, Us, Us, string.Create(CultureInfo.InvariantCulture, $"... {_left} ...")));
        rows.AddRange(_last);
        return new Diagram(title, ["client", "server"], rows);
    }

    private void Add(WebSocketTraceFrame frame)
    {
        string label = frame.Describe(language) + (frame.PayloadPreview is { } shown ? ": " + shown : "");
        (int from, int to) = frame.IsReceived ? (Peer, Us) : (Us, Peer);
        Add(new DiagramEvent(frame.Elapsed, frame.IsRefused ? DiagramKind.Fault : DiagramKind.Frame, from, to, label));
    }

    private void Add(WebSocketTraceTransport transport)
    {
        (string Label, int From)? arrow = transport.Kind switch
        {
            WebSocketTraceTransportKind.EndOfStream => ("FIN", Peer),
            WebSocketTraceTransportKind.Reset => ("RST", Peer),
            WebSocketTraceTransportKind.ShutDown => ("FIN", Us),
            WebSocketTraceTransportKind.Aborted => ("RST", Us),
            // To let go ends our direction, where nothing else has ended it.
            WebSocketTraceTransportKind.Closed when !_ourStreamEnded => ("FIN", Us),
            _ => null,
        };
        _ourStreamEnded |= transport.Kind is not WebSocketTraceTransportKind.EndOfStream;
        if (arrow is (var label, var from)) Add(new DiagramEvent(transport.Elapsed, DiagramKind.Stream, from, 1 - from, label));
        else if (transport.Kind != WebSocketTraceTransportKind.Closed)
            Add(new DiagramEvent(transport.Elapsed, DiagramKind.Fault, Us, Us, transport.Describe(language)));
    }

    private void Add(DiagramEvent row)
    {
        if (_first.Count < First)
        {
            _first.Add(row);
            return;
        }

        _last.Enqueue(row);
        if (_last.Count <= Last) return;
        _last.Dequeue();
        _left++;
    }
}
