using System.Globalization;
using Cierre.Tool.Lab.Runs;
using Cierre.Tool.Output;

namespace Cierre.Tool.Lab;

/// <summary>Shows how many situations are over, on standard error, where that is a terminal.</summary>
internal sealed class LabProgress(int count) : IDisposable
{
    private const int Width = 24;

    private static readonly bool IsShown = !Console.IsErrorRedirected;

    private readonly Lock _gate = new();
    private int _over;

    public void Add(Outcome outcome)
    {
        // Counted and shown in one go, or the bar could run backwards.
        lock (_gate)
        {
            _over++;
            if (IsShown) StatusLine.Show(Line(_over, count, outcome.Situation.Name));
        }
    }

    /// <summary>Makes room for what is printed at the end.</summary>
    public void Dispose()
    {
        if (IsShown) StatusLine.Clear();
    }

    /// <param name="last">The situation that was over last.</param>
    internal static string Line(int over, int count, string last) =>
        string.Create(CultureInfo.InvariantCulture, $"{StatusLine.Bar(over * Width / count, Width)} {over}/{count} {last}");
}
