using System.Globalization;
using System.Text;
using Cierre.Tool.Arguments;
using Cierre.Tool.Output;

namespace Cierre.Tool.Bench;

/// <summary>The run for people.</summary>
/// <param name="live">Whether somebody watches: a line for each second.</param>
internal sealed class BenchText(bool live, CultureInfo language) : IBenchReport
{
    private const int LongestBar = 50;
    private const int MostBins = 24;
    private static readonly int[] BinsPerDecade = [10, 5, 2, 1];

    public void Opened(BenchSettings settings, int connections, TimeSpan time)
    {
        StandardOutput.WriteLine($"{Style.Strong(WebSocketUrl.ToDisplayString(settings.Url))} {Described(settings)}");
        StandardOutput.WriteLine($"opened {Connections(connections)} in {Figures.Time(time)}");
    }

    public void Second(int second, Meter counted, TimeSpan time, int open)
    {
        if (live) StandardOutput.WriteLine(Style.Quiet(LiveLine(second, counted, time, open)));
    }

    public void Finished(BenchResult result) => StandardOutput.WriteLine(Of(result, language));

    public static string LiveLine(int second, Meter counted, TimeSpan time, int open) =>
        $"{second,4} s {Figures.Count(counted.Latency.Count / time.TotalSeconds),11}/s   p50 {Figures.Time(counted.Latency.Percentile(0.5)),-8} p99 " +
        $"{Figures.Time(counted.Latency.Percentile(0.99)),-8} {Connections(open)}";

    public static string Of(BenchResult result, CultureInfo language)
    {
        var text = new StringBuilder();
        if (result.Messages > 0) Measured(text, result);
        if (result.Counted.WrongEchoes > 0) Line(text, "not echoes", Style.Bad($"{Figures.Count(result.Counted.WrongEchoes)}: what came is not what was sent"));
        string title = "ends";
        foreach (EndGroup group in result.Ends)
        {
            Line(text, title, Ended(group, language));
            title = "";
        }

        return text.ToString().TrimEnd('\n');
    }

    /// <summary><c>100 connections, 32 bytes binary, depth 1, as fast as it goes for 10 s after 1 s of warm-up</c>.</summary>
    public static string Described(BenchSettings settings)
    {
        string pace = settings.Rate is { } rate ? $"{Figures.Count(rate)} messages/s in all" : "as fast as it goes";
        return string.Create(CultureInfo.InvariantCulture,
            $"{Connections(settings.Connections)}, {settings.Size} bytes {settings.Kind.ToString().ToLowerInvariant()}, depth {settings.Depth}, " +
            $"{pace} for {settings.Duration.TotalSeconds} s after {settings.WarmUp.TotalSeconds} s of warm-up");
    }

    public static IEnumerable<(string Name, TimeSpan Time)> Percentiles(Histogram times) =>
        [("p50", times.Percentile(0.5)), ("p90", times.Percentile(0.9)), ("p99", times.Percentile(0.99)), ("p99.9", times.Percentile(0.999)),
            ("max", times.Max)];

    private static string Connections(int count) => count == 1 ? "1 connection" : $"{Figures.Count(count)} connections";

    private static void Measured(StringBuilder text, BenchResult result)
    {
        Line(text, "messages",
            $"{Style.Strong(Figures.Count(result.MessagesPerSecond))}/s ({Figures.Count(result.Messages)} in {Figures.Time(result.Measured)})");
        Line(text, "payload",
            $"{Figures.Bytes(result.BytesPerSecond)}/s each way{(result.Extensions.Length > 0 ? $", {UntrustedText.Escape(result.Extensions)}" : "")}");
        Line(text, "latency", string.Join("   ", Percentiles(result.Latency).Select(p => $"{p.Name} {Style.Strong(Figures.Time(p.Time))}")));
        foreach (string bar in Bars(result.Latency)) Line(text, "", bar);
        if (result.Settings.Rate is not null)
        {
            Histogram delay = result.Counted.SendDelay;
            Line(text, "sent late", $"p50 {Figures.Time(delay.Percentile(0.5))}   p99 {Figures.Time(delay.Percentile(0.99))}   max " +
                $"{Figures.Time(delay.Max)} (part of the latency)");
        }

        // In flight when the time is over is nothing special; longer than anything that was answered is.
        bool stuck = result.Unanswered > 0 && (result.Settings.Rate is not null || result.OldestUnanswered > result.Latency.Max);
        if (stuck) Line(text, "unanswered",
            $"{Figures.Count(result.Unanswered)} messages at the end, the oldest due for {Figures.Time(result.OldestUnanswered)}");
        if (result.Server is { } server)
        {
            string memory = server.BytesPerConnection > 0 ? $", {Figures.Bytes(server.BytesPerConnection)} of memory a connection" : "";
            Line(text, "server", string.Create(CultureInfo.InvariantCulture,
                $"{Figures.Time(server.Cpu / result.Messages)} of CPU a message, {server.Cpu / result.Measured:0%} of a core{memory}"));
        }
    }

    private static IEnumerable<string> Bars(Histogram latency)
    {
        IReadOnlyList<Bucket> bins = BinsPerDecade.Select(perDecade => LatencyBins.Of(latency, perDecade)).First(bins => bins.Count <= MostBins);
        long most = bins.Max(bin => bin.Count);
        return bins.Select(bin =>
            $"< {Figures.Time(bin.To),-8} {Figures.Count(bin.Count),12} {new string('█', (int)Math.Round((double)bin.Count / most * LongestBar))}".TrimEnd());
    }

    private static string Ended(EndGroup group, CultureInfo language)
    {
        CloseRecord record = group.Example;
        string when = group.Phase switch { EndPhase.Opening => "not opened", EndPhase.Load => "under load", _ => "when it was over" };
        string line = $"{Connections(group.Count)} {when}: {CloseText.InOneLine(record, language)}";
        return group.IsExpected ? $"{Connections(group.Count)} {when}: {record.Code} {record.CodeInfo.GetName(language)}, clean" : Style.Bad(line);
    }

    private static void Line(StringBuilder text, string title, string content) => text.Append($"{title,-11} {content}".TrimEnd()).Append('\n');
}
