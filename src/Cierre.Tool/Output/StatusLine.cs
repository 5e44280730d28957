using System.Globalization;
using System.Text;

namespace Cierre.Tool.Output;

/// <summary>The lowest line of the terminal, drawn anew in its place: how far something is, or what is being typed. Lines that are printed go above
/// it.</summary>
internal static class StatusLine
{
    private static readonly Lazy<Stream> Stream = new(() => Console.IsErrorRedirected ? Console.OpenStandardOutput() : Console.OpenStandardError());

    private static string? _text;
    private static int? _cursor;
    private static bool _over;

    /// <summary>Held while anything is written to the terminal.</summary>
    public static Lock Gate { get; } = new();

    /// <summary>How much is done, of so many columns.</summary>
    public static string Bar(int done, int width) => $"[{new string('#', done)}{new string('.', width - done)}]";

    /// <param name="text">At most one row of the terminal.</param>
    /// <param name="cursor">The column of the cursor; null: behind the text.</param>
    public static void Show(string text, int? cursor = null)
    {
        lock (Gate)
        {
            if (_over) return;
            (_text, _cursor) = (text, cursor);
            Draw();
        }
    }

    public static void Clear()
    {
        lock (Gate)
        {
            Erase();
            _text = null;
        }
    }

    /// <summary>Clears it, and shows nothing more.</summary>
    public static void End()
    {
        lock (Gate)
        {
            Clear();
            _over = true;
        }
    }

    /// <summary>Makes room for a line. Under the gate.</summary>
    public static void Erase()
    {
        if (_text is not null) Write("\r\e[K");
    }

    /// <summary>Under the gate.</summary>
    public static void Draw()
    {
        if (_text is null) return;
        // CSI 0 C would move by one.
        string cursor = _cursor switch { null => "", 0 => "\r", { } column => string.Create(CultureInfo.InvariantCulture, $"\r\e[{column}C") };
        Write("\r\e[K" + _text + cursor);
    }

    private static void Write(string text)
    {
        Stream.Value.Write(Encoding.UTF8.GetBytes(text));
        Stream.Value.Flush();
    }
}
