using Cierre.Resuming;

namespace Cierre.Topics;

/// <summary>Where the logs of topics are kept: in memory for one node, and behind the same three operations for many.</summary>
internal interface ITopicLogs
{
    /// <summary>Adds a message, which is copied before this returns.</summary>
    /// <returns>Its place.</returns>
    ValueTask<TopicCursor> AppendAsync(string topic, WebSocketOpcode kind, ReadOnlyMemory<byte> payload);

    /// <summary>What follows a place. It is checked: its message must be there, with that epoch and tag.</summary>
    /// <param name="after">Null: the end, so that nothing follows.</param>
    ValueTask<TopicPage> ReadAsync(string topic, TopicCursor? after);

    /// <summary>Follows a topic: from now on each message is told once it is in the log, one after the other in their order and under no lock.</summary>
    /// <returns>Ends that.</returns>
    IDisposable Tail(string topic, Action<TopicEntry> told);
}
