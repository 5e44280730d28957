namespace Cierre.TestKit;

/// <summary>What a case of Autobahn's test suite sends, and the messages that a strict peer echoes before it fails the connection.</summary>
/// <param name="Id">Its number there.</param>
/// <param name="Frames">What is sent.</param>
/// <param name="Echoes">What comes back before the close frame.</param>
/// <param name="Cut">How the bytes come.</param>
public sealed record AutobahnCase(string Id, IReadOnlyList<RawFrame> Frames, IReadOnlyList<string> Echoes, AutobahnCut Cut)
{
    private const string Hello = "Hello, world!";

    /// <summary>Those in which a valid message comes right before the frame that is not.</summary>
    public static IReadOnlyList<AutobahnCase> ValidThenBroken { get; } =
    [
        Broken("3.2", Text(Hello, rsv: 2), AutobahnCut.Whole),
        Broken("3.3", Text(Hello, rsv: 3), AutobahnCut.Frames),
        Broken("3.4", Text(Hello, rsv: 4), AutobahnCut.Bytes),
        Broken("4.1.3", Frame(5, ""), AutobahnCut.Whole),
        Broken("4.1.4", Frame(6, Hello), AutobahnCut.Frames),
        Broken("4.1.5", Frame(7, Hello), AutobahnCut.Bytes),
        Broken("4.2.3", Frame(13, ""), AutobahnCut.Whole),
        Broken("4.2.4", Frame(14, Hello), AutobahnCut.Frames),
        Broken("4.2.5", Frame(15, Hello), AutobahnCut.Bytes),
        new(
            "5.15",
            [Frame(1, "fragment1", fin: false), Frame(0, "fragment2"), Frame(0, "fragment3", fin: false), Frame(1, "fragment4")],
            ["fragment1fragment2"],
            AutobahnCut.Whole),
    ];

    /// <summary>The bytes, one element for each write.</summary>
    public IEnumerable<byte[]> Pieces(bool mask)
    {
        byte[][] frames = [.. Frames.Select(frame => RawPeer.Frame(frame.Opcode, frame.Payload, frame.Fin, frame.Rsv, mask))];
        return Cut switch
        {
            AutobahnCut.Whole => [[.. frames.SelectMany(bytes => bytes)]],
            AutobahnCut.Frames => frames,
            _ => frames.SelectMany(bytes => bytes).Select(value => new[] { value }),
        };
    }

    public override string ToString() => Id;

    private static AutobahnCase Broken(string id, RawFrame broken, AutobahnCut cut) => new(id, [Text(Hello), broken, Frame(9, "")], [Hello], cut);

    private static RawFrame Text(string text, int rsv = 0) => Frame(1, text, rsv: rsv);

    private static RawFrame Frame(int opcode, string payload, bool fin = true, int rsv = 0) =>
        new(opcode, System.Text.Encoding.UTF8.GetBytes(payload), fin, rsv, Masked: false);
}

/// <summary>How the bytes of a case come.</summary>
public enum AutobahnCut
{
    /// <summary>In one write.</summary>
    Whole,

    /// <summary>A frame at a time.</summary>
    Frames,

    /// <summary>A byte at a time.</summary>
    Bytes,
}
