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
        topics.Leave("0");
        await topics.JoinAsync("one more");
        var other = new Played();
        TopicMemberships longNames = other.Connection.Core.JoinedOn(Node);
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
}
