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
        string at = await MissAsync();
        Assert.NotNull(ComeBackTo(at));
        string[] said = Said();
        Assert.Matches("""^!\{"gap":\{"name":"room","from":2,"to":4,"at":"[0-9a-f]{8}\.4\.[0-9a-f]{4}","reason":"trimmed"\}\}$""", said[1]);
        Assert.Matches("""^!\{"topic":\{"id":1,"name":"room","at":"[0-9a-f]{8}\.4\.""", said[2]);
        Assert.Equal(Enumerable.Range(5, 8).Select(i => $"1.{i} {i}"), Topics(said[3..]));
    }

    [Fact]
    public async Task State_of_the_application_stands_in_the_place_of_a_gap()
    {
        string at = await MissAsync();
        StateOf.Next = "all so far";
        Assert.NotNull(ComeBackTo(at));
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
    public async Task Clients_that_come_back_together_share_one_answer_of_the_application()
    {
        var answers = new TaskCompletionSource();
        (StateOf.Next, StateOf.Answers) = ("all so far", answers.Task);
        string at = await MissAsync();
        Assert.NotNull(ComeBackTo(at));
        Played before = Line;
        Assert.NotNull(ComeBackTo(at));
        await PublishAsync("13");
        answers.SetResult();
        await Played.Until(() => Topics(Said(keep: true)).Length == 2);
        Assert.Equal(["1.12 all so far", "1.13 13"], Topics(Said()));
        Assert.Equal(1, StateOf.Asked);
        // The connection that carries it no more is told nothing of it.
        Assert.DoesNotContain(Said(before), text => text.StartsWith("!{\"topic\"", StringComparison.Ordinal) || text[0] == '#');
        await LoseAsync();
        Assert.NotNull(ComeBackTo(at));
        await Played.Until(() => Topics(Said(keep: true)).Length == 1);
        Assert.Equal(2, StateOf.Asked);
    }

    [Fact]
    public async Task Answer_that_others_have_waited_for_too_long_is_asked_for_again()
    {
        var answers = new TaskCompletionSource();
        (StateOf.Next, StateOf.Answers) = ("all so far", answers.Task);
        string at = await MissAsync();
        Assert.NotNull(ComeBackTo(at));
        // What follows the answer is kept no more.
        for (int i = 13; i <= 32; i++) await PublishAsync($"{i}");
        Assert.NotNull(ComeBackTo(at));
        answers.SetResult();
        await Played.Until(() => Topics(Said(keep: true)).Length > 0);
        Assert.Equal(["1.32 all so far"], Topics(Said()));
        Assert.Equal(2, StateOf.Asked);
    }

    [Fact]
    public async Task State_that_cannot_be_had_ends_the_connection_and_the_next_client_asks_again()
    {
        string at = await MissAsync();
        StateOf.Answers = Task.FromException(new InvalidOperationException("a fault of ours"));
        Assert.NotNull(ComeBackTo(at));
        Assert.Equal(1006, (await Line.Ended).Code);
        await AwayAsync();
        StateOf.Answers = Task.CompletedTask;
        Assert.NotNull(ComeBackTo(at));
        await Played.Until(() => Said(keep: true).Any(text => text.Contains(".12.", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Reader_that_was_not_handed_one_reads_it_before_the_next()
    {
        var line = new Played();
        TopicReader reader = await BegunAsync(line);
        await PublishAsync("1");
        await PublishAsync("2");
        using (var post = new TopicPost(new TopicEntry(2, 0, WebSocketOpcode.Text, "2"u8.ToArray()), 1, 1)) reader.Offer(post);
        await Played.Until(() => line.Sent.Count == 2);
        Assert.Equal(["1", "2"], line.Sent.Select(frame => Encoding.ASCII.GetString(frame.Payload)));
    }

    [Fact]
    public async Task Reader_looks_what_there_is_when_what_hands_out_has_failed()
    {
        List<Exception> told = [];
        var line = new Played();
        line.Connection.Driver.CallbackFailed = told.Add;
        TopicReader reader = await BegunAsync(line);
        await PublishAsync("1");
        reader.Doubt(new InvalidOperationException("no memory"));
        await Played.Until(() => line.Sent.Count == 1);
        Assert.Equal("no memory", Assert.Single(told).Message);
        // It keeps up again, once it has all.
        await Played.Until(() =>
        {
            reader.Doubt(new InvalidOperationException("again"));
            return told.Count == 2;
        });
    }

    [Fact]
    public async Task Older_connection_that_ends_late_does_not_stop_the_topic()
    {
        await JoinAsync();
        string at = PlaceOf(Said()[0]);
        Played older = Line;
        Assert.NotNull(ComeBackTo(at));
        older.Wire.End();
        await older.Ended;
        Session.Topics!.Lost(older.Connection.Driver);
        await PublishAsync("1");
        Assert.Equal(["1.1 1"], Topics(Said()[2..]));
    }

    [Fact]
    public async Task Client_that_misses_more_than_a_page_is_told_once_where_the_topic_goes_on()
    {
        await JoinAsync();
        string at = PlaceOf(Said()[0]);
        await LoseAsync();
        for (int i = 1; i <= 8; i++) await PublishAsync($"{i} {new string('x', 30_000)}");
        Assert.NotNull(ComeBackTo(at));
        await Played.Until(() => Topics(Said(keep: true)).Length == 8);
        Assert.Single(Said(), text => text.StartsWith("!{\"topic\"", StringComparison.Ordinal));
    }

    /// <summary>Between its last look at the log and the moment from which it counts on what it is handed.</summary>
    [Fact]
    public async Task Message_that_comes_while_a_reader_finds_nothing_more_is_not_missed()
    {
        var logs = new BusyLogs(Logs) { Meanwhile = () => PublishAsync("meanwhile") };
        var line = new Played();
        await line.Connection.Core.JoinedOn(new TopicNode(logs, states: null)).JoinAsync("room");
        Assert.Equal("meanwhile", Encoding.ASCII.GetString(Assert.Single(line.Sent).Payload));
    }

    /// <summary>What a slow connection drops in favour of newer messages is none of what a topic counts on.</summary>
    [Fact]
    public async Task Connection_that_drops_the_oldest_drops_nothing_of_a_topic()
    {
        var plain = new Played(setup: options => (options.SlowReaderPolicy, options.SendBufferLimit) = (SlowReaderPolicy.DropOldest, 4096));
        await plain.Connection.Core.JoinedOn(Node).JoinAsync("room");
        plain.Wire.HoldsFlushes = true;
        await plain.Connection.SendAsync(new byte[1000]);
        for (int i = 1; i <= 3; i++) await PublishAsync($"topic {i} {new string('x', 800)}");
        for (int i = 1; i <= 20; i++) await plain.Connection.SendAsync($"other {i} {new string('x', 800)}");
        plain.Wire.HoldsFlushes = false;
        plain.Wire.CompleteFlush();
        Task<CloseRecord> closed = plain.Connection.CloseAsync(4000);
        await Played.Until(() => plain.Sent[^1].Opcode == Played.Close);
        plain.PeerClose(4000);
        plain.Wire.End();
        await Played.Within(closed);
        string[] got = [.. plain.Sent.Where(frame => frame.Opcode == Played.Text).Select(frame => Encoding.ASCII.GetString(frame.Payload).TrimEnd('x').TrimEnd())];
        Assert.Equal(["topic 1", "topic 2", "topic 3"], got.Where(text => text.StartsWith("topic", StringComparison.Ordinal)));
        Assert.InRange(got.Length, 4, 10);
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

    /// <summary>Somebody publishes behind the first look at what follows a place.</summary>
    private sealed class BusyLogs(ITopicLogs logs) : ITopicLogs
    {
        public Func<Task>? Meanwhile { get; set; }

        public ValueTask<TopicCursor> AppendAsync(string topic, WebSocketOpcode kind, ReadOnlyMemory<byte> payload) => logs.AppendAsync(topic, kind, payload);

        public async ValueTask<TopicPage> ReadAsync(string topic, TopicCursor? after)
        {
            TopicPage page = await logs.ReadAsync(topic, after);
            if (after is not null && Meanwhile is { } meanwhile)
            {
                Meanwhile = null;
                await meanwhile();
            }

            return page;
        }

        public IDisposable Tail(string topic, ITopicTail tail) => logs.Tail(topic, tail);
    }

    /// <summary>The client joins, has the first message, and is away while more come than are kept.</summary>
    /// <returns>The place that it names.</returns>
    private async Task<string> MissAsync()
    {
        await JoinAsync();
        await PublishAsync("1");
        string at = PlaceOf(Said()[1]);
        await LoseAsync();
        for (int i = 2; i <= 12; i++) await PublishAsync($"{i}");
        return at;
    }

    private Task? ComeBackTo(string at) => ComeBack($$"""{"resume":"one","got":0,"acked":0,"topics":{"room":"{{at}}"} }""");

    /// <summary>A plain connection's, which the topic hands nothing.</summary>
    private async Task<TopicReader> BegunAsync(Played line)
    {
        var reader = new TopicReader(new TopicFeed("room", 1, Logs, states: null), isSession: false);
        reader.Carry(line.Connection.Driver, at: null);
        reader.Begin((await Logs.ReadAsync("room", after: null)).At);
        return reader;
    }

    [GeneratedRegex("\"from\":(\\d+),\"to\":(\\d+)")]
    private static partial Regex GapOf();
}
