using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;
using Cierre.Resuming;
using Cierre.Tests.Connections;
using Cierre.Tests.Sessions;
using Cierre.Topics;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Cierre.Tests.Topics;

/// <summary>What tests of topics share: a session that may join, over connections whose peer is played.</summary>
public abstract class TopicSessionTests : ServerSessionTests
{
    private string _epoch = "";

    private protected TopicSessionTests()
        : base(new ResumeControl.Hello(ImmutableDictionary<string, TopicCursor>.Empty.Add("before", new TopicCursor("0ther", 7, 0xa1b3)))) =>
        Node = new TopicNode(Logs, StateOf);

    private protected MemoryTopicLogs Logs { get; } =
        new(new TopicRetention(new TopicLogLimits(8, 1 << 20), 1 << 24, TimeSpan.FromMinutes(10)), new FakeTimeProvider());

    private protected States StateOf { get; } = new();

    private protected TopicNode Node { get; }

    private protected Task JoinAsync(string topic = "room") => Played.Within(Session.JoinedOn(Node).JoinAsync(topic));

    private protected async Task PublishAsync(string text) => await Logs.AppendAsync("room", WebSocketOpcode.Text, Encoding.UTF8.GetBytes(text));

    /// <summary>Without the tags.</summary>
    private protected static string[] Topics(IEnumerable<string> said) =>
        [.. said.Where(text => text[0] == '#').Select(text => Regex.Replace(text, @"^#(\d+)\.(\d+)\.[0-9a-f]{4} ", "$1.$2 "))];

    /// <summary>As the client names it: of a message, or of what says where the topic goes on.</summary>
    private protected string PlaceOf(string said) => said[0] == '#'
        ? $"{_epoch}.{said[1..].Split(' ')[0].Split('.', 2)[1]}"
        : Regex.Match(said, "\"at\":\"([^\"]+)\"").Groups[1].Value is var at && (_epoch = at.Split('.')[0]) is not null ? at : "";

    private protected string[] Said(bool keep)
    {
        Assert.True(keep);
        return [.. Line.Sent.Select(frame => Encoding.UTF8.GetString(frame.Payload))];
    }

    private protected string[] Said()
    {
        string[] said = base.Said();
        foreach (string text in said.Where(text => text.StartsWith("!{\"topic\"", StringComparison.Ordinal))) PlaceOf(text);
        return said;
    }

    private protected sealed class States : ITopicStates
    {
        public string? Next { get; set; }

        /// <summary>What the application waits for before it answers.</summary>
        public Task Answers { get; set; } = Task.CompletedTask;

        public int Asked { get; private set; }

        public async ValueTask<(WebSocketOpcode Kind, ReadOnlyMemory<byte> Payload)?> OfAsync(string topic)
        {
            Asked++;
            await Answers;
            return Next is { } text ? (WebSocketOpcode.Text, Encoding.UTF8.GetBytes(text)) : null;
        }
    }
}
