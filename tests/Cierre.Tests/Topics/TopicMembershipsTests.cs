using System.Collections.Immutable;
using Cierre.Connections;
using Cierre.Resuming;
using Cierre.Tests.Connections;
using Cierre.Topics;
using Xunit;

namespace Cierre.Tests.Topics;

public sealed class TopicMembershipsTests : TopicSessionTests
{
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
    public async Task Client_that_followed_the_topic_in_a_session_before_goes_on_there_or_is_told()
    {
        await Logs.AppendAsync("before", WebSocketOpcode.Text, "x"u8.ToArray());
        await JoinAsync("before");
        string[] said = Said();
        Assert.Matches("""^!\{"gap":\{"name":"before","from":null,"to":null,"at":"[0-9a-f]{8}\.0\.0000","reason":"epoch"\}\}$""", said[0]);
        Assert.Equal(["1.1 x"], Topics(said[2..]));
    }

    [Fact]
    public async Task Client_can_name_what_it_has_joined_in_one_message()
    {
        TopicMemberships topics = Session.JoinedOn(Node);
        for (int i = 0; i < ResumeControl.MaxTopics; i++) await topics.JoinAsync($"{i}");
        await Assert.ThrowsAsync<InvalidOperationException>(() => topics.JoinAsync("one more"));
        // The client knows it yet.
        topics.Leave("0");
        await Assert.ThrowsAsync<InvalidOperationException>(() => topics.JoinAsync("one more"));
        await topics.JoinAsync("0");
        var other = new SessionOf(Clock);
        TopicMemberships longNames = other.Session.JoinedOn(Node);
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

    [Fact]
    public async Task Topic_that_is_left_and_joined_again_begins_with_what_comes_then()
    {
        await Logs.AppendAsync("before", WebSocketOpcode.Text, "1"u8.ToArray());
        await JoinAsync("before");
        await JoinAsync();
        string at = PlaceOf(Said()[^1]);
        Session.Topics!.Leave("before");
        Session.Topics!.Leave("room");
        await Logs.AppendAsync("before", WebSocketOpcode.Text, "2"u8.ToArray());
        await PublishAsync("not for it");
        await JoinAsync("before");
        await JoinAsync();
        Assert.Empty(Topics(Said()));
        await LoseAsync();
        // It names a place of before it left.
        Assert.NotNull(ComeBack($$"""{"resume":"one","got":0,"acked":0,"topics":{"room":"{{at}}"} }"""));
        await PublishAsync("for it");
        Assert.Equal(["4.2 for it"], Topics(Said()));
    }

    /// <summary>The newest holder wins, and its topics with it.</summary>
    [Fact]
    public async Task Topics_go_on_over_the_newest_of_two_connections_that_come_back_at_once()
    {
        await JoinAsync();
        for (int i = 0; i < 50; i++)
        {
            await LoseAsync();
            Played[] lines = new Played[2];
            using var both = new Barrier(2);
            await Task.WhenAll(Enumerable.Range(0, 2).Select(one => Task.Run(() =>
            {
                lines[one] = new Played();
                both.SignalAndWait();
                Session.Resume(lines[one].Connection.Driver, new ResumeControl.Resume("one", 0, 0, null, NoTopics, null), "a", "two", (2 * i) + one + 1);
            })));
            Line = lines.Single(line => line.Connection.Id == Session.Carrier);
            await PublishAsync($"{i}");
            await Played.Until(() => Said(keep: true).Any(text => text.EndsWith($" {i}", StringComparison.Ordinal)));
        }
    }

    private static ImmutableDictionary<string, TopicCursor> NoTopics => ImmutableDictionary<string, TopicCursor>.Empty;

    /// <summary>One more session.</summary>
    private sealed class SessionOf
    {
        public SessionOf(TimeProvider clock)
        {
            Session = Cierre.Sessions.SessionDriver.OfServer(Limits, Window, new Cierre.Sessions.SessionTimes(Window, Window), clock);
            new WebSocketConnection(new WebSocketNegotiation()).Open(Session);
            Assert.NotNull(Session.Begin(new Played().Connection.Driver, Hello, new ResumeControl.Session("6", "a", "t", Window, "node", Limits)));
        }

        public Cierre.Sessions.SessionDriver Session { get; }
    }
}
