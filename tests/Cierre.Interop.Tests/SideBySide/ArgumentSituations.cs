using static Cierre.Interop.Tests.SideBySide.Servers;

namespace Cierre.Interop.Tests.SideBySide;

/// <summary>Arguments of <c>close()</c> on a connection: every form, and what it refuses in which state.</summary>
internal static class ArgumentSituations
{
    /// <summary>Calls that throw.</summary>
    public static readonly Act[] Refused =
    [
        .. new ushort[] { 0, 999, 1001, 1002, 1004, 1005, 1006, 1015, 2999, 5000, 65535 }.Select(code => Act.Close(code)), Act.Close(4000, new string('x', 124)),
        Act.Close(4000, new string('\u20AC', 42)), Act.Close(999, new string('x', 124)), new("s.close(undefined, 'x'.repeat(124))", s => s.Close(null, new string('x', 124))),
        new(@"s.close(4000, '\ud83d'.repeat(42))", s => s.Close(4000, new string('\uD83D', 42))),
    ];

    private static readonly Act[] Forms =
    [
        Act.Close(), Act.Close(1000), Act.Close(3000), Act.Close(3999), Act.Close(4000), Act.Close(4999), Act.Close(1000, ""), Act.Close(4000, "mine"),
        Act.Close(4000, new string('x', 123)), Act.Close(4000, new string('\u20AC', 41)), Act.Close(4000, "\U0001F44B"), Act.Close(4000, "a\0b"),
        new("s.close(undefined, 'mine')", s => s.Close(null, "mine")), new("s.close(undefined, '')", s => s.Close(null, "")),
        new("s.close(null)", s => s.Close(null)), new("s.close(undefined)", s => s.Close(null)), new("s.close(1000, undefined)", s => s.Close(1000, null)),
        new(@"s.close(4000, '\ud83d!')", s => s.Close(4000, "\uD83D!")),
    ];

    public static IEnumerable<Situation> All =>
    [
        // Where a form is refused, the second call closes.
        .. Forms.Select(form => new Situation(form.Name, Answers) { Open = [form, Act.Close(4444)] }),
        new("close with what it refuses, while open", Answers) { Open = [.. Refused, Act.Close(4000, "mine")] },
        new("close with what it refuses, while closing", Answers) { Open = [Act.Close(4000, "mine"), .. Refused] },
        new("close with what it refuses, once closed", Closes(1000)) { Close = Refused },
    ];
}
