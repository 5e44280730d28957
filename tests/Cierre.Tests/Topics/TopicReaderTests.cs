using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Cierre.Connections;
using Cierre.Resuming;
using Cierre.Tests.Connections;
using Cierre.Topics;
using Xunit;

namespace Cierre.Tests.Topics;

/// <summary>A session and plain connections in a topic, over connections whose peer is played.</summary>
public sealed partial class TopicReaderTests : TopicSessionTests
{
    [Fact]
    public async Task Session_is_told_of_its_place_and_gets_what_is_published_from_then_on()
    {
        await PublishAsync("early");
        await JoinAsync();
        await PublishAsync("hello");
        await PublishAsync("all");
        string[] said = Said();
        Assert.Matches("""^!\{"topic":\{"id":1,"name":"room","at":"[0-9a-f]{8}\.1\.[0-9a-f]{4}"\}\}$""", said[0]);
        Assert.Equal(["1.2 hello", "1.3 all"], Topics(said[1..]));
        await JoinAsync();
        Assert.Empty(Said());
    }

    [Fact]
    public async Task Client_that_was_away_gets_what_it_missed_from_the_place_that_it_names()
    {
        await JoinAsync();
        await PublishAsync("1");
        await PublishAsync("2");
        string at = PlaceOf(Said()[1]);
        await LoseAsync();
        await PublishAsync("3");
        Assert.NotNull(ComeBack($$"""{"resume":"one","got":0,"acked":0,"topics":{"room":"{{at}}","other":"{{at}}"} }"""));
        await PublishAsync("4");
        string[] said = Said();
        Assert.StartsWith("!{\"resumed\"", said[0], StringComparison.Ordinal);
        Assert.Equal($"!{{\"topic\":{{\"id\":1,\"name\":\"room\",\"at\":\"{at}\"}}}}", said[1]);
        Assert.Equal(["1.2 2", "1.3 3", "1.4 4"], Topics(said[2..]));
    }

    [Fact]
    public async Task Client_that_never_heard_that_it_joined_begins_there()
    {
        await PublishAsync("0");
        await LoseAsync();
        await JoinAsync();
        await PublishAsync("1");
        Assert.NotNull(ComeBack("""{"resume":"one","got":0,"acked":0}"""));
        Assert.Equal(["1.2 1"], Topics(Said()[2..]));
        await LoseAsync();
        Assert.NotNull(ComeBack("""{"resume":"one","got":0,"acked":0}"""));
        Assert.Equal(["1.2 1"], Topics(Said()[2..]));
    }

    [Fact]
    public async Task Client_that_misses_what_is_kept_no_more_is_told_before_the_place_where_it_goes_on()
    {
        await JoinAsync();
        await PublishAsync("1");
        string at = PlaceOf(Said()[1]);
        await LoseAsync();
        for (int i = 2; i <= 12; i++) await PublishAsync($"{i}");
        Assert.NotNull(ComeBack($$"""{"resume":"one","got":0,"acked":0,"topics":{"room":"{{at}}"} }"""));
        string[] said = Said();
        Assert.Matches("""^!\{"gap":\{"name":"room","from":2,"to":4,"at":"[0-9a-f]{8}\.4\.[0-9a-f]{4}","reason":"trimmed"\}\}$""", said[1]);
        Assert.Matches("""^!\{"topic":\{"id":1,"name":"room","at":"[0-9a-f]{8}\.4\.""", said[2]);
        Assert.Equal(Enumerable.Range(5, 8).Select(i => $"1.{i} {i}"), Topics(said[3..]));
    }

    [Fact]
    public async Task State_of_the_application_stands_in_the_place_of_a_gap()
    {
        await JoinAsync();
        await PublishAsync("1");
        string at = PlaceOf(Said()[1]);
        await LoseAsync();
        for (int i = 2; i <= 12; i++) await PublishAsync($"{i}");
        StateOf.Next = "all so far";
        Assert.NotNull(ComeBack($$"""{"resume":"one","got":0,"acked":0,"topics":{"room":"{{at}}"} }"""));
        await PublishAsync("13");
        string[] said = Said();
        // A client that is lost before it has the state is nowhere, and gets it again.
        Assert.Matches("""^!\{"topic":\{"id":1,"name":"room","at":"[0-9a-f]{8}\.0\.0000""", said[1]);
        Assert.Equal(["1.12 all so far", "1.13 13"], Topics(said[2..]));
        await LoseAsync();
        Assert.NotNull(ComeBack($$"""{"resume":"one","got":0,"acked":0,"topics":{"room":"{{at.Split('.')[0]}}.0.0000"} }"""));
        Assert.Equal(["1.13 all so far"], Topics(Said()[2..]));
    }

    [Fact]
    public async Task Slow_reader_delays_nobody_and_reads_on_when_there_is_room()
    {
        await JoinAsync();
        var fast = new Played();
        await fast.Connection.Core.JoinedOn(Node).JoinAsync("room");
        Line.Wire.HoldsFlushes = true;
        for (int i = 1; i <= 6; i++) await PublishAsync($"{i} {new string('x', 30_000)}");
        Assert.Equal(6, fast.Sent.Count);
        Assert.InRange(Line.Connection.Core.QueuedBytes, 1, 160 * 1024);
        Line.Wire.HoldsFlushes = false;
        Line.Wire.CompleteFlush();
        await Played.Until(() => Line.Sent.Count == 1 + 6);
        await PublishAsync("7");
        Assert.Equal(Enumerable.Range(1, 7).Select(i => $"1.{i} {i}"), Topics(Said()[1..]).Select(text => text.TrimEnd('x').TrimEnd()));
    }

    [Fact]
    public async Task Slow_session_is_told_of_what_is_kept_no_more()
    {
        await JoinAsync();
        Line.Wire.HoldsFlushes = true;
        for (int i = 1; i <= 30; i++) await PublishAsync($"{i} {new string('x', 30_000)}");
        Line.Wire.HoldsFlushes = false;
        Line.Wire.CompleteFlush();
        await Played.Until(() => Line.Sent.Count > 8 && Said(keep: true)[^1].Contains(" 30 ", StringComparison.Ordinal));
        string[] said = Said();
        HashSet<int> missing =
        [
            .. said.Where(text => text.StartsWith("!{\"gap\"", StringComparison.Ordinal)).Select(text => GapOf().Match(text)).SelectMany(gap =>
            {
                int from = int.Parse(gap.Groups[1].Value, CultureInfo.InvariantCulture);
                return Enumerable.Range(from, int.Parse(gap.Groups[2].Value, CultureInfo.InvariantCulture) - from + 1);
            }),
        ];
        Assert.NotEmpty(missing);
        int[] got = [.. Topics(said).Select(text => int.Parse(text.Split(' ')[1], CultureInfo.InvariantCulture))];
        Assert.Equal(Enumerable.Range(1, 30).Where(i => !missing.Contains(i)), got);
    }

    [Fact]
    public async Task Plain_connection_gets_the_payload_alone_and_is_closed_where_it_would_miss_some_in_silence()
    {
        var plain = new Played();
        await plain.Connection.Core.JoinedOn(Node).JoinAsync("room");
        await PublishAsync("hello");
        Assert.Equal("hello", Encoding.UTF8.GetString(Assert.Single(plain.Sent).Payload));
        plain.Wire.HoldsFlushes = true;
        for (int i = 1; i <= 30; i++) await PublishAsync(new string('x', 30_000));
        plain.Wire.HoldsFlushes = false;
        plain.Wire.CompleteFlush();
        await Played.Until(() => plain.Connection.CloseSoFar is not null);
        await Played.Until(() => plain.Sent[^1].Opcode == Played.Close);
        byte[] close = plain.Sent[^1].Payload;
        Assert.Equal(1008, (close[0] << 8) | close[1]);
        Assert.Equal("the peer reads too slowly: messages of a topic are not kept any more", Encoding.UTF8.GetString(close[2..]));
    }

    [GeneratedRegex("\"from\":(\\d+),\"to\":(\\d+)")]
    private static partial Regex GapOf();
}
