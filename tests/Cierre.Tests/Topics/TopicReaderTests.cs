using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;
using Cierre.Connections;
using Cierre.Resuming;
using Cierre.Tests.Connections;
using Cierre.Tests.Sessions;
using Cierre.Topics;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Cierre.Tests.Topics;

/// <summary>A session and plain connections in a topic, over connections whose peer is played.</summary>
public sealed partial class TopicReaderTests : ServerSessionTests
{
    private readonly MemoryTopicLogs _logs = new(new TopicRetention(new TopicLogLimits(8, 1 << 20), 1 << 24, TimeSpan.FromMinutes(10)), new FakeTimeProvider());
    private readonly States _states = new();
    private readonly TopicNode _node;

    public TopicReaderTests()
        : base(new ResumeControl.Hello(ImmutableDictionary<string, TopicCursor>.Empty.Add("before", new TopicCursor("0ther", 7, 0xa1b3)))) =>
        _node = new TopicNode(_logs, _states);

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
    public async Task Binary_message_is_binary_and_has_its_head_in_varints()
    {
        await JoinAsync();
        Said();
        await _logs.AppendAsync("room", WebSocketOpcode.Binary, new byte[] { 7, 8 });
        Assert.Equal((Played.Binary, 0x23, 1, 1, 7, 8), Line.Sent is [{ Opcode: var kind, Payload: [var mark, var id, var offset, _, _, var a, var b] }]
            ? (kind, mark, id, offset, a, b) : default);
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
    public async Task Client_that_followed_the_topic_in_a_session_before_goes_on_there_or_is_told()
    {
        await _logs.AppendAsync("before", WebSocketOpcode.Text, "x"u8.ToArray());
        await JoinAsync("before");
        string[] said = Said();
        Assert.Matches("""^!\{"gap":\{"name":"before","from":null,"to":null,"at":"[0-9a-f]{8}\.0\.0000","reason":"epoch"\}\}$""", said[0]);
        Assert.Equal(["1.1 x"], Topics(said[2..]));
    }

    [Fact]
    public async Task State_of_the_application_stands_in_the_place_of_a_gap()
    {
        await JoinAsync();
        await PublishAsync("1");
        string at = PlaceOf(Said()[1]);
        await LoseAsync();
        for (int i = 2; i <= 12; i++) await PublishAsync($"{i}");
        _states.Next = "all so far";
        Assert.NotNull(ComeBack($$"""{"resume":"one","got":0,"acked":0,"topics":{"room":"{{at}}"} }"""));
        await PublishAsync("13");
        string[] said = Said();
        Assert.Matches("""^!\{"topic":\{"id":1,"name":"room","at":"[0-9a-f]{8}\.12\.""", said[1]);
        Assert.Equal(["1.12 all so far", "1.13 13"], Topics(said[2..]));
    }

    [Fact]
    public async Task Slow_reader_delays_nobody_and_reads_on_when_there_is_room()
    {
        await JoinAsync();
        var fast = new Played();
        await fast.Connection.Core.JoinedOn(_node).JoinAsync("room");
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
        Match gap = GapOf().Match(Assert.Single(said, text => text.StartsWith("!{\"gap\"", StringComparison.Ordinal)));
        int from = int.Parse(gap.Groups[1].Value), to = int.Parse(gap.Groups[2].Value);
        int[] got = [.. Topics(said).Select(text => int.Parse(text.Split(' ')[1]))];
        Assert.Equal(Enumerable.Range(1, 30).Where(i => i < from || i > to), got);
    }

    [Fact]
    public async Task Plain_connection_gets_the_payload_alone_and_is_closed_where_it_would_miss_some_in_silence()
    {
        var plain = new Played();
        await plain.Connection.Core.JoinedOn(_node).JoinAsync("room");
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

    [Fact]
    public async Task Topic_that_was_left_is_heard_no_more()
    {
        await JoinAsync();
        Said();
        Assert.True(Session.Topics!.Leave("room"));
        Assert.False(Session.Topics!.Leave("room"));
        await PublishAsync("1");
        Assert.Empty(Said());
        await LoseAsync();
        Assert.NotNull(ComeBack("""{"resume":"one","got":0,"acked":0}"""));
        Assert.Single(Said());
    }

    [Fact]
    public async Task Session_that_is_over_has_left_its_topics()
    {
        await JoinAsync();
        TopicReader first = _node.Enter("room", isSession: false);
        Assert.Equal(2, first.Feed.ReaderCount);
        Connection.Abort();
        await Played.Within(Connection.Closed);
        Assert.Equal(1, first.Feed.ReaderCount);
        await JoinAsync();
        Assert.Equal(1, first.Feed.ReaderCount);
        _node.Leave(first);
        // The next one is another feed, with another number.
        Assert.Equal(2, _node.Enter("room", isSession: false).Feed.Number);
    }

    [Fact]
    public async Task Client_can_name_what_it_has_joined_in_one_message()
    {
        TopicMemberships topics = Session.JoinedOn(_node);
        for (int i = 0; i < ResumeControl.MaxTopics; i++) await topics.JoinAsync($"{i}");
        await Assert.ThrowsAsync<InvalidOperationException>(() => topics.JoinAsync("one more"));
        topics.Leave("0");
        await topics.JoinAsync("one more");
        var other = new Played();
        TopicMemberships longNames = other.Connection.Core.JoinedOn(_node);
        int joined = 0;
        string quotes = new('"', 250);
        await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            for (; joined < 1000; joined++) await longNames.JoinAsync($"{quotes}{joined}");
        });
        var named = Enumerable.Range(0, joined).ToImmutableDictionary(i => $"{quotes}{i}", _ => new TopicCursor("01234567", 1_000_000_000_000, 0xa1b3));
        ReadOnlyMemory<byte> message = ResumeControlWriter.Write(new ResumeControl.Resume(new string('t', 1000), 0, 0, 0, named, null));
        Assert.InRange(message.Length, ResumeControl.MaxSize / 2, ResumeControl.MaxSize);
    }

    /// <summary>Several publish, and a client comes and goes and names the last that it has.</summary>
    [Fact]
    public async Task Nothing_is_lost_doubled_or_out_of_order_while_many_publish_and_the_client_comes_and_goes()
    {
        const int Each = 1500, Publishers = 3;
        using var logs = new MemoryTopicLogs(new TopicRetention(new TopicLogLimits(int.MaxValue, 1 << 24), 1 << 26, TimeSpan.FromMinutes(10)), new FakeTimeProvider());
        var node = new TopicNode(logs, null);
        await Session.JoinedOn(node).JoinAsync("room");
        var plain = new Played();
        await plain.Connection.Core.JoinedOn(node).JoinAsync("room");
        string at = PlaceOf(Said()[0]);
        Task published = Task.WhenAll(Enumerable.Range(0, Publishers).Select(p => Task.Run(async () =>
        {
            for (int i = 1; i <= Each; i++) await logs.AppendAsync("room", WebSocketOpcode.Text, Encoding.ASCII.GetBytes($"{p}:{i}"));
        })));
        List<string> got = [];
        for (int losses = 0; losses < 40 || !published.IsCompleted; losses++)
        {
            if (losses % 3 == 0) Thread.Yield();
            await LoseKeepingAsync();
            Assert.NotNull(ComeBack($$"""{"resume":"one","got":0,"acked":0,"topics":{"room":"{{at}}"} }"""));
        }

        await Played.Within(published);
        await Played.Until(() => plain.Sent.Count == Each * Publishers);
        await Played.Until(() => got.Count + Topics(Said(keep: true)).Length >= Each * Publishers);
        Take(Said());
        Assert.Equal(Enumerable.Range(1, Each * Publishers), got.Select(text => int.Parse(text.Split(' ')[0].Split('.')[1])));
        Assert.Equal(plain.Sent.Select(frame => Encoding.ASCII.GetString(frame.Payload)), got.Select(text => text.Split(' ')[1]));
        for (int p = 0; p < Publishers; p++)
            Assert.Equal(Enumerable.Range(1, Each).Select(i => $"{p}:{i}"), got.Select(text => text.Split(' ')[1]).Where(text => text.StartsWith($"{p}:", StringComparison.Ordinal)));

        async Task LoseKeepingAsync()
        {
            Line.Wire.End();
            await Line.Ended;
            await Played.Until(() => Session.IsAway);
            Take(Said());
        }

        // What the client has got by the loss; the rest of it is named and comes again.
        void Take(string[] said)
        {
            string[] came = [.. said.Where(text => text[0] == '#')];
            foreach (string text in came) at = $"{at.Split('.')[0]}.{text[1..].Split(' ')[0].Split('.', 2)[1]}";
            got.AddRange(Topics(came));
        }
    }

    [GeneratedRegex("\"from\":(\\d+),\"to\":(\\d+)")]
    private static partial Regex GapOf();

    private Task JoinAsync(string topic = "room") => Played.Within(Session.JoinedOn(_node).JoinAsync(topic));

    private async Task PublishAsync(string text) => await _logs.AppendAsync("room", WebSocketOpcode.Text, Encoding.UTF8.GetBytes(text));

    /// <summary>Without the tags.</summary>
    private static string[] Topics(IEnumerable<string> said) =>
        [.. said.Where(text => text[0] == '#').Select(text => Regex.Replace(text, @"^#(\d+)\.(\d+)\.[0-9a-f]{4} ", "$1.$2 "))];

    /// <summary>As the client names it: of a message, or of what says where the topic goes on.</summary>
    private string PlaceOf(string said) => said[0] == '#'
        ? $"{_epoch}.{said[1..].Split(' ')[0].Split('.', 2)[1]}"
        : Regex.Match(said, "\"at\":\"([^\"]+)\"").Groups[1].Value is var at && (_epoch = at.Split('.')[0]) is not null ? at : "";

    private string _epoch = "";

    private string[] Said(bool keep)
    {
        Assert.True(keep);
        return [.. Line.Sent.Select(frame => Encoding.UTF8.GetString(frame.Payload))];
    }

    private string[] Said()
    {
        string[] said = base.Said();
        foreach (string text in said.Where(text => text.StartsWith("!{\"topic\"", StringComparison.Ordinal))) PlaceOf(text);
        return said;
    }

    private sealed class States : ITopicStates
    {
        public string? Next { get; set; }

        public ValueTask<(WebSocketOpcode Kind, ReadOnlyMemory<byte> Payload)?> OfAsync(string topic) =>
            new(Next is { } text ? (WebSocketOpcode.Text, Encoding.UTF8.GetBytes(text)) : null);
    }
}
