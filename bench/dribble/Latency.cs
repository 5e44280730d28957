using System.Globalization;

namespace Cierre.Dribble;

/// <summary>Milliseconds.</summary>
internal sealed record Latency(int Count, double P50, double P99, double Most)
{
    public static Latency Of(List<double> milliseconds)
    {
        milliseconds.Sort();
        return new Latency(milliseconds.Count, milliseconds[milliseconds.Count / 2], milliseconds[milliseconds.Count * 99 / 100], milliseconds[^1]);
    }

    public static Latency Parse(string line)
    {
        double[] numbers = [.. line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => double.Parse(word, CultureInfo.InvariantCulture))];
        return new Latency((int)numbers[0], numbers[1], numbers[2], numbers[3]);
    }

    public string ToLine() => string.Create(CultureInfo.InvariantCulture, $"{Count} {P50} {P99} {Most}");

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Count} echoes, p50 {P50:0.00} ms, p99 {P99:0.00} ms, at most {Most:0.00} ms");
}
