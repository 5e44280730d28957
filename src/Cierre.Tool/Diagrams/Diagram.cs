using System.Globalization;

namespace Cierre.Tool.Diagrams;

/// <summary>A sequence diagram: who takes part, from left to right, and what happened between them, from top to bottom.</summary>
internal sealed record Diagram(string Title, IReadOnlyList<string> Participants, IReadOnlyList<DiagramEvent> Events);

/// <summary>One row of it.</summary>
/// <param name="Time">When; null where the row has a duration in its label, or no time at all.</param>
/// <param name="From">The participant that it comes from.</param>
/// <param name="To">The participant that it goes to; the same as <paramref name="From"/> for a note beside it.</param>
/// <param name="Label">What is said of it; nothing in it can harm a terminal.</param>
internal sealed record DiagramEvent(TimeSpan? Time, DiagramKind Kind, int From, int To, string Label)
{
    public bool IsNote => From == To;

    /// <summary>Milliseconds, and from 10 s on seconds; empty where there is no time.</summary>
    public string TimeText => Time switch
    {
        null => "",
        { TotalSeconds: < 10 } time => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.0} ms"),
        { } time => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.000} s"),
    };
}

internal enum DiagramKind
{
    /// <summary>A step of the opening: both take part.</summary>
    Step,

    /// <summary>A frame.</summary>
    Frame,

    /// <summary>What happened to the stream, or would not be a frame.</summary>
    Stream,

    /// <summary>Something went wrong here.</summary>
    Fault,

    /// <summary>Anything else worth saying.</summary>
    Note,
}
