using System.Globalization;
using System.Xml.Linq;
using Cierre.TestKit;
using Cierre.Tool.Bench;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Cierre.Tool.Tests.Bench;

/// <summary>What a person reads of a run, from figures that are always the same.</summary>
public sealed class BenchOutputTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [Fact]
    public void Text_is_what_it_was() => Golden.Check("bench.txt", BenchText.Of(Result(), CultureInfo.InvariantCulture));

    [Fact]
    public void Text_of_an_open_loop_that_went_wrong_is_what_it_was() =>
        Golden.Check("bench.rate.es.txt", BenchText.Of(WentWrong(), CultureInfo.GetCultureInfo("es")));

    [Fact]
    public void Live_line_is_what_it_was() =>
        Golden.Check("bench.second.txt", BenchText.LiveLine(3, Result().Counted, TimeSpan.FromSeconds(1), 100));

    [Fact]
    public void Chart_is_what_it_was() => Golden.Check("bench.svg", BenchChart.Of(Result()));

    [Fact]
    public void Chart_says_in_words_what_it_shows_and_counts_every_message()
    {
        XElement svg = XDocument.Parse(BenchChart.Of(Result())).Root!;
        string[] labels = [.. ((string)svg.Attribute("aria-labelledby")!).Split(' ')];
        Assert.Equal("img", (string?)svg.Attribute("role"));
        Assert.All(labels, id => Assert.Single(svg.Elements(), element => (string?)element.Attribute("id") == id && element.Value.Length > 0));
        Assert.Contains("prefers-color-scheme: dark", svg.Element(Svg + "style")!.Value, StringComparison.Ordinal);
        long[] told = [.. svg.Descendants(Svg + "rect").Select(bar => long.Parse(bar.Element(Svg + "title")!.Value.Split(": ")[1], NumberStyles.AllowThousands, CultureInfo.InvariantCulture))];
        Assert.Equal(Result().Latency.Count, told.Sum());
        // In the picture, whatever the numbers are.
        Assert.All(svg.Descendants(Svg + "rect"), bar => Assert.True((double)bar.Attribute("y")! >= 100 && (double)bar.Attribute("height")! > 0 && (double)bar.Attribute("x")! >= 0));
    }

    [Fact]
    public void Chart_of_nothing_is_a_chart_still() => Assert.Empty(XDocument.Parse(BenchChart.Of(Result() with { Counted = new Meter(), Messages = 0 })).Descendants(Svg + "rect"));

    [Fact]
    public void Chart_escapes_what_a_url_may_hold()
    {
        string chart = BenchChart.Of(Result() with { Url = new Uri("ws://h/?a=1&b='<x>'") });
        Assert.Contains("&amp;b=", chart, StringComparison.Ordinal);
        Assert.DoesNotContain("<x>", chart, StringComparison.Ordinal);
        XDocument.Parse(chart);
    }

    [Theory]
    [InlineData(0, "0.00 us")]
    [InlineData(1, "0.10 us")]
    [InlineData(99, "9.90 us")]
    [InlineData(123, "12.3 us")]
    [InlineData(9_994, "999 us")]
    [InlineData(9_996, "1.00 ms")]
    [InlineData(99_960, "10.0 ms")]
    [InlineData(9_996_000, "1.00 s")]
    [InlineData(12_340_000, "1.23 s")]
    public void Time_has_three_digits(long ticks, string text) => Assert.Equal(text, Figures.Time(TimeSpan.FromTicks(ticks)));

    [Theory]
    [InlineData(0, "0.00 B")]
    [InlineData(999.6, "1.00 kB")]
    [InlineData(17_400, "17.4 kB")]
    [InlineData(3.2e6, "3.20 MB")]
    [InlineData(2.5e9, "2.50 GB")]
    public void Bytes_have_three_digits(double bytes, string text) => Assert.Equal(text, Figures.Bytes(bytes));

    [Fact]
    public void Bins_are_of_equal_width_on_the_logarithmic_axis_and_lose_nothing()
    {
        Histogram latency = Result().Latency;
        IReadOnlyList<Bucket> bins = LatencyBins.Of(latency, 10);
        Assert.Equal(latency.Count, bins.Sum(bin => bin.Count));
        Assert.All(bins.Zip(bins.Skip(1)), pair => Assert.Equal(pair.First.To, pair.Second.From));
        Assert.All(bins, bin => Assert.InRange((double)bin.To.Ticks / bin.From.Ticks, 1.25, 1.27));
        Assert.Empty(LatencyBins.Of(new Histogram(), 10));
    }

    [Fact]
    public void Run_is_well_only_if_everything_was()
    {
        BenchResult good = Result();
        Assert.True(good.Ok);
        Assert.False((good with { Messages = 0 }).Ok);
        Assert.False((good with { Ends = [.. good.Ends, Group(EndPhase.Opening, 1, CloseCodes.AbnormalClosure, clean: false)] }).Ok);
        Assert.False((good with { Ends = [Group(EndPhase.Load, 1, CloseCodes.NormalClosure, clean: true)] }).Ok);
        good.Counted.WrongEcho();
        Assert.False(good.Ok);
    }

    [Fact]
    public void Ends_are_grouped_by_when_and_how()
    {
        var ends = new Cierre.Tool.Bench.Ends();
        ends.Add(EndPhase.Finish, Closed(1000, clean: true));
        ends.Add(EndPhase.Load, Closed(1001, clean: true));
        ends.Add(EndPhase.Load, Closed(1006, clean: false));
        ends.Add(EndPhase.Load, Closed(1006, clean: false));
        ends.Add(EndPhase.Opening, Closed(1006, clean: false));
        Assert.Equal(
            [(EndPhase.Opening, 1, 1006), (EndPhase.Load, 2, 1006), (EndPhase.Load, 1, 1001), (EndPhase.Finish, 1, 1000)],
            ends.Groups.Select(group => (group.Phase, group.Count, (int)group.Example.Code)));
    }

    private static BenchResult Result()
    {
        var meter = new Meter();
        // A hump about 1 ms, and a rare tail.
        for (int i = 0; i < 10_000; i++) meter.Latency.Add(TimeSpan.FromMicroseconds(600 + (i * 7 % 900) + (i % 100 == 0 ? i : 0)));
        var settings = new BenchSettings(new Uri("ws://127.0.0.1:5080/"), 100, 32, 1, null, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(1), WebSocketMessageKind.Binary, 4711, new WebSocketClientOptions());
        return new BenchResult(
            settings, settings.Url, "", 100, TimeSpan.FromMilliseconds(81.2), TimeSpan.FromSeconds(10), 10_000, meter, 100, TimeSpan.FromMilliseconds(1), new ServerCost(TimeSpan.FromMilliseconds(123), 17_400),
            [Group(EndPhase.Finish, 100, CloseCodes.NormalClosure, clean: true)]);
    }

    private static BenchResult WentWrong()
    {
        BenchResult result = Result();
        for (int i = 0; i < 10_000; i++) result.Counted.SendDelay.Add(TimeSpan.FromMicroseconds(50 + (i % 10)));
        result.Counted.WrongEcho();
        return result with
        {
            Settings = result.Settings with { Rate = 5000, Depth = 1000 },
            Extensions = "permessage-deflate",
            Unanswered = 1234,
            OldestUnanswered = TimeSpan.FromSeconds(2.5),
            Server = null,
            Ends = [Group(EndPhase.Opening, 3, CloseCodes.AbnormalClosure, clean: false), Group(EndPhase.Load, 1, CloseCodes.ServiceRestart, clean: true), Group(EndPhase.Finish, 96, CloseCodes.NormalClosure, clean: true)],
        };
    }

    private static EndGroup Group(EndPhase phase, int count, ushort code, bool clean) => new(phase, count, Closed(code, clean));

    /// <summary>The record of a client whose clock stands still: 1000 by its own wish, 1006 by giving up, any other by the server's.</summary>
    private static CloseRecord Closed(ushort code, bool clean)
    {
        (WebSocketConnection client, WebSocketConnection server) = WebSocketConnection.CreatePair(new WebSocketConnectionOptions { TimeProvider = new FakeTimeProvider() });
        if (!clean) client.Abort();
        else _ = code == CloseCodes.NormalClosure ? client.CloseAsync() : server.CloseAsync(code, "by the book");
        return client.Closed.WaitAsync(TimeSpan.FromSeconds(30)).GetAwaiter().GetResult();
    }
}
