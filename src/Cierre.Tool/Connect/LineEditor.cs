using Cierre.Tool.Output;

namespace Cierre.Tool.Connect;

/// <summary>Reads lines from a terminal, with the keys of a shell and the lines of before on the arrow keys; what comes meanwhile is printed above the line
/// that is being typed.</summary>
internal static class LineEditor
{
    private const string Prompt = "> ";

    /// <summary>Whether there is a terminal on both ends that can move its cursor.</summary>
    public static bool IsPossible =>
        !Console.IsInputRedirected && !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb");

    /// <summary>The lines; ends with Ctrl-D on an empty one.</summary>
    public static IEnumerable<string> ReadLines()
    {
        var line = new LineBuffer();
        while (true)
        {
            (string shown, int column) = line.View(Style.Width - Prompt.Length - 1);
            StatusLine.Show(Prompt + shown, Prompt.Length + column);
            ConsoleKeyInfo key = Console.ReadKey(intercept: true);
            if (key is { Key: ConsoleKey.D, Modifiers: ConsoleModifiers.Control } && line.Text.Length == 0) break;
            if (line.Press(key) is not { } typed) continue;
            StatusLine.Clear();
            StandardOutput.WriteLine(Style.Quiet(Prompt) + UntrustedText.Escape(typed, maxLength: null));
            yield return typed;
        }

        StatusLine.Clear();
    }
}
