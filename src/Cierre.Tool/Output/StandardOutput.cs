using System.Text;

namespace Cierre.Tool.Output;

/// <summary>Writes whole lines to standard output, each with one write and flushed, from any thread; above the status line, where there is one.</summary>
internal static class StandardOutput
{
    private static readonly Stream Stream = Console.OpenStandardOutput();

    /// <param name="line">One line or several, with the line end.</param>
    public static void Write(ReadOnlySpan<byte> line)
    {
        lock (StatusLine.Gate)
        {
            StatusLine.Erase();
            Stream.Write(line);
            Stream.Flush();
            StatusLine.Draw();
        }
    }

    public static void WriteLine(string line) => Write(Encoding.UTF8.GetBytes(line + "\n"));
}
