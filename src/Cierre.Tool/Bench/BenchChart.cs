using System.Globalization;
using System.Net;
using System.Text;
using Cierre.Tool.Arguments;

namespace Cierre.Tool.Bench;

/// <summary>
/// The latencies of a run as an SVG: a bar for each bin, both axes logarithmic, since what matters is far out and rare; a line for each percentile. It follows
/// the reader's light or dark setting, has no script, says in words what it shows, and each bar tells its numbers to who points at it.
/// </summary>
internal static class BenchChart
{
    private const int Width = 960;
    private const int Height = 500;
    private const int Left = 80;
    private const int Right = 930;
    private const int Top = 190;
    private const int Bottom = 440;
    private const int BinsPerDecade = 20;
    private const int LabelHeight = 20;
    private const int WidthOfLabel = 100;

    private const string Look = """
        <style>
          svg { color-scheme: light dark; font: 14px system-ui, sans-serif; background: #ffffff }
          text { fill: #1b1f24 } .quiet { fill: #57606a } .title { font-size: 18px; font-weight: 600 }
          .grid { stroke: #d5dae0 } .axis { stroke: #57606a } .bar { fill: #2f6fde } .mark { stroke: #b3261e; stroke-dasharray: 4 3 }
          @media (prefers-color-scheme: dark) {
            svg { background: #14181d } text { fill: #e6e9ed } .quiet { fill: #9aa4af }
            .grid { stroke: #333a42 } .axis { stroke: #9aa4af } .bar { fill: #6aa2ff } .mark { stroke: #ff8a80 }
          }
        </style>
        """;

    public static string Of(BenchResult result)
    {
        string title = $"{Figures.Count(result.MessagesPerSecond)} messages/s, {WebSocketUrl.ToDisplayString(result.Url)}";
        string words = string.Join(", ", BenchText.Percentiles(result.Latency).Select(p => $"{p.Name} {Figures.Time(p.Time)}"));
        var svg = new StringBuilder();
        Write(svg, $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {Height}" role="img" aria-labelledby="title words">""");
        Write(svg, $"""<title id="title">{Text(title)}</title>""");
        Write(svg, $"""<desc id="words">How long {Figures.Count(result.Latency.Count)} messages took there and back:""",
            $""" {Text(words)}. {Text(BenchText.Described(result.Settings))}.</desc>""");
        Write(svg, $"{Look}");
        Write(svg, $"""<text class="title" x="{Left}" y="36">{Text(title)}</text>""");
        Write(svg, $"""<text class="quiet" x="{Left}" y="60">{Text(BenchText.Described(result.Settings))}</text>""");
        IReadOnlyList<Bucket> bins = LatencyBins.Of(result.Latency, BinsPerDecade);
        if (bins.Count > 0) Plot(svg, result.Latency, bins);
        svg.Append("</svg>\n");
        return svg.ToString();
    }

    private static void Plot(StringBuilder svg, Histogram latency, IReadOnlyList<Bucket> bins)
    {
        (double shortest, double longest) = (Math.Log10(bins[0].From.Ticks), Math.Log10(bins[^1].To.Ticks));
        double decades = Math.Max(Math.Ceiling(Math.Log10(bins.Max(bin => bin.Count)) + 0.01), 1);
        double X(TimeSpan time) => Left + ((Math.Log10(Math.Max(time.Ticks, 1)) - shortest) / (longest - shortest) * (Right - Left));
        // A single message must be seen: the axis begins below one.
        double Y(double count) => Bottom - ((Math.Log10(count) + 0.3) / (decades + 0.3) * (Bottom - Top));

        for (int power = 0; power <= decades; power++)
        {
            double y = Y(Math.Pow(10, power));
            Write(svg, $"""<line class="grid" x1="{Left}" x2="{Right}" y1="{y:0.#}" y2="{y:0.#}"/>""",
                $"""<text class="quiet" x="{Left - 8}" y="{y + 5:0.#}" text-anchor="end">{Figures.Count(Math.Pow(10, power))}</text>""");
        }

        foreach (Bucket bin in bins.Where(bin => bin.Count > 0))
        {
            (double x, double y) = (X(bin.From), Y(bin.Count));
            Write(svg, $"""<rect class="bar" x="{x:0.#}" y="{y:0.#}" width="{Math.Max(X(bin.To) - x - 1, 1):0.#}" height="{Bottom - y:0.#}">""",
                $"""<title>{Figures.Time(bin.From)} to {Figures.Time(bin.To)}: {Figures.Count(bin.Count)}</title></rect>""");
        }

        Write(svg, $"""<line class="axis" x1="{Left}" x2="{Right}" y1="{Bottom}" y2="{Bottom}"/>""");
        foreach (TimeSpan time in Ticks(bins[0].From, bins[^1].To))
        {
            Write(svg, $"""<line class="axis" x1="{X(time):0.#}" x2="{X(time):0.#}" y1="{Bottom}" y2="{Bottom + 5}"/>""",
                $"""<text class="quiet" x="{X(time):0.#}" y="{Bottom + 22}" text-anchor="middle">{TickText(time)}</text>""");
        }

        Write(svg, $"""<text class="quiet" x="{(Left + Right) / 2}" y="{Bottom + 46}" text-anchor="middle">latency (logarithmic)</text>""");
        Write(svg, $"""<text class="quiet" transform="translate(20 {(Top + Bottom) / 2}) rotate(-90)" text-anchor="middle">messages (logarithmic)</text>""");
        int row = 0;
        foreach ((string name, TimeSpan time) in BenchText.Percentiles(latency).Reverse())
        {
            // A row each, the longest on top and the words to the left: no line crosses the words of another, however close they lie.
            (double x, int y) = (X(time), Top - 100 + (row++ * LabelHeight));
            (int away, string anchor) = x > Left + WidthOfLabel ? (-6, "end") : (6, "start");
            Write(svg, $"""<line class="mark" x1="{x:0.#}" x2="{x:0.#}" y1="{y - 12}" y2="{Bottom}"/>""",
                $"""<text x="{x + away:0.#}" y="{y}" text-anchor="{anchor}">{name} {Figures.Time(time)}</text>""");
        }
    }

    /// <summary>1, 2 and 5 of each power of ten; where those are many, the powers alone.</summary>
    private static TimeSpan[] Ticks(TimeSpan from, TimeSpan to)
    {
        TimeSpan[] Of(params int[] steps) =>
            [.. Enumerable.Range(0, 12).SelectMany(power => steps.Select(step => TimeSpan.FromTicks((long)(step * Math.Pow(10, power)))))
                .Where(time => time >= from && time <= to)];
        return Of(1, 2, 5) is { Length: <= 12 } all ? all : Of(1);
    }

    private static string TickText(TimeSpan time) => time.TotalMicroseconds switch
    {
        < 1000 => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMicroseconds} us"),
        < 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds} ms"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds} s"),
    };

    private static string Text(string text) => WebUtility.HtmlEncode(text);

    private static void Write(StringBuilder svg, FormattableString line) => Write(svg, line, $"");

    /// <summary>One line of which the code takes two.</summary>
    private static void Write(StringBuilder svg, FormattableString first, FormattableString second) =>
        svg.Append(first.ToString(CultureInfo.InvariantCulture)).Append(second.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
