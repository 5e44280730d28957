using Spectre.Console;
using Spectre.Console.Rendering;

namespace Cierre.Tool.Output;

/// <summary>Colours, where standard output is a terminal that has them and NO_COLOR (no-color.org) is not set.</summary>
internal static class Style
{
    // A line in a pipe is never broken, whatever the reader's width.
    private const int Unbroken = 10_000;

    /// <summary>Whether somebody reads along; else it is a pipe or a file.</summary>
    public static bool IsTerminal { get; } = !Console.IsOutputRedirected;

    private static readonly bool Coloured = IsTerminal && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
        && AnsiConsole.Profile.Capabilities is { Ansi: true, ColorSystem: not ColorSystem.NoColors };

    /// <summary>How many columns a line may have.</summary>
    public static int Width => IsTerminal ? AnsiConsole.Profile.Width : Unbroken;

    public static string Good(string text) => Paint("32", text);

    public static string Bad(string text) => Paint("31", text);

    public static string Quiet(string text) => Paint("2", text);

    public static string Strong(string text) => Paint("1", text);

    /// <summary>Lays out a table; its lines end where their text does.</summary>
    public static string Render(IRenderable renderable)
    {
        var text = new StringWriter { NewLine = "\n" };
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = Coloured ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = Coloured ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(text),
        });
        console.Profile.Width = Width;
        console.Write(renderable);
        return string.Join('\n', text.ToString().ReplaceLineEndings("\n").Split('\n').Select(line => line.TrimEnd())).Trim('\n');
    }

    private static string Paint(string sgr, string text) => Coloured ? $"\e[{sgr}m{text}\e[0m" : text;
}
