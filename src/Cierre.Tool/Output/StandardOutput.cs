using System.Text;

namespace Cierre.Tool.Output;

/// <summary>Writes whole lines to standard output, each with one write and flushed, from any thread.</summary>
internal static class StandardOutput
{
    private static readonly Lock Gate = new();
    private static readonly Stream Stream = Console.OpenStandardOutput();

    /// <param name="line">One line or several, with the line end.</param>
    public static void Write(ReadOnlySpan<byte> line)
    {
        lock (Gate)
        {
            Stream.Write(line);
            Stream.Flush();
        }
    }

    public static void WriteLine(string line) => Write(Encoding.UTF8.GetBytes(line + "\n"));
}
