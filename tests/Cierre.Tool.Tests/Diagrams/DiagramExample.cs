using Cierre.Tool.Diagrams;

namespace Cierre.Tool.Tests.Diagrams;

internal static class DiagramExample
{
    /// <summary>One row of each kind, and one that is too long.</summary>
    public static Diagram Every { get; } = new("ws://127.0.0.1:5080/", ["client", "server"],
    [
        new(null, DiagramKind.Note, 0, 0, "name resolution, 0.4 ms"),
        new(null, DiagramKind.Step, 0, 1, "TCP connection, 0.2 ms"),
        new(null, DiagramKind.Step, 0, 1, "opening handshake, 1.4 ms"),
        Row(0.4, DiagramKind.Frame, 0, 1, "text frame, 5 bytes: \"hello\""),
        Row(1.2, DiagramKind.Frame, 1, 0, "text frame, 15 bytes: \"日本語 <&> \uFFFE\""),
        new(null, DiagramKind.Note, 0, 0, "... 12 ..."),
        Row(2.75, DiagramKind.Fault, 1, 0, "frame with the reserved opcode 3, 0 bytes, refused"),
        Row(2.76, DiagramKind.Fault, 0, 0, "1002: opcode 3 is reserved"),
        Row(2.8, DiagramKind.Frame, 0, 1, $"close frame, 1002 \"{new string('x', 123)}\""),
        Row(3.1, DiagramKind.Stream, 1, 0, "FIN"),
        Row(12345.6, DiagramKind.Note, 1, 1, "note at the right"),
    ]);

    private static DiagramEvent Row(double milliseconds, DiagramKind kind, int from, int to, string label) => new(TimeSpan.FromMilliseconds(milliseconds), kind, from, to, label);
}
