using Cierre.Resuming;

namespace Cierre.Topics;

/// <summary>Where the logs of topics are kept: in memory for one node, and behind the same three operations for many.</summary>
internal interface ITopicLogs
{
    /// <summary>Adds a message, which is copied before this returns.</summary>
    /// <returns>Its place, once it is there; later where this node has more to hand out than it can.</returns>
    ValueTask<TopicCursor> AppendAsync(string topic, WebSocketOpcode kind, ReadOnlyMemory<byte> payload);

    /// <summary>What follows a place. It is checked: its message must be there, with that epoch and tag.</summary>
    /// <param name="after">Null: the end, so that nothing follows.</param>
    ValueTask<TopicPage> ReadAsync(string topic, TopicCursor? after);

    /// <summary>Follows a topic: from now on each message is told once it is in the log.</summary>
    /// <returns>Ends that.</returns>
    IDisposable Tail(string topic, ITopicTail tail);
}

/// <summary>Whoever follows a topic on this node.</summary>
internal interface ITopicTail
{
    /// <summary>A message has come, behind all before it. May be called under a lock.</summary>
    void Add(TopicEntry entry);

    /// <summary>Follows each <see cref="Add"/>, under no lock: hands out what has come.</summary>
    /// <returns>Completes at once, or when so little waits that more may come.</returns>
    ValueTask HandOutAsync();
}
