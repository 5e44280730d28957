using Cierre.Resuming;
using Cierre.Topics;

namespace Cierre.Connections;

internal readonly partial struct ConnectionControl
{
    /// <summary>What the host of a connection knows of it; null: nothing.</summary>
    public object? Host
    {
        get => _connection.Host;
        set => _connection.Host = value;
    }

    /// <summary>The topics of one node: who joins them, and what is published.</summary>
    internal sealed class TopicHub : IDisposable
    {
        private readonly MemoryTopicLogs _logs;
        private readonly TopicNode _node;

        /// <param name="messages">How many messages of a topic are kept.</param>
        /// <param name="bytes">How many bytes of them.</param>
        /// <param name="bytesOfAll">How many bytes of all topics together.</param>
        /// <param name="unused">How long a topic is kept that nobody uses.</param>
        /// <param name="stateOf">A message for who misses more than is kept; it throws nothing. Null: there is none.</param>
        public TopicHub(int messages, long bytes, long bytesOfAll, TimeSpan unused, TimeProvider time,
            Func<string, ValueTask<(WebSocketMessageKind Kind, ReadOnlyMemory<byte> Payload)?>>? stateOf)
        {
            _logs = new MemoryTopicLogs(new TopicRetention(new TopicLogLimits(messages, bytes), bytesOfAll, unused), time);
            _node = new TopicNode(_logs, stateOf is null ? null : new States(stateOf));
        }

        /// <inheritdoc cref="TopicMemberships.LongestName"/>
        public static int LongestName => TopicMemberships.LongestName;

        /// <returns>Completes when what is published from now on reaches it.</returns>
        public Task JoinAsync(WebSocketConnection connection, string topic) => connection.Core.JoinedOn(_node).JoinAsync(topic);

        /// <returns>Whether it was there.</returns>
        public static bool Leave(WebSocketConnection connection, string topic) => connection.Core.Topics?.Leave(topic) == true;

        /// <returns>The number of the message in its topic, when it is there; later where more waits to be handed out here than may.</returns>
        public async ValueTask<long> PublishAsync(string topic, WebSocketMessageKind kind, ReadOnlyMemory<byte> payload) =>
            (await _logs.AppendAsync(topic, (WebSocketOpcode)kind, payload).ConfigureAwait(SimulationContext.IsCurrent)).Offset;

        public void Dispose() => _logs.Dispose();

        private sealed class States(Func<string, ValueTask<(WebSocketMessageKind Kind, ReadOnlyMemory<byte> Payload)?>> stateOf) : ITopicStates
        {
            public async ValueTask<(WebSocketOpcode Kind, ReadOnlyMemory<byte> Payload)?> OfAsync(string topic) =>
                await stateOf(topic).ConfigureAwait(SimulationContext.IsCurrent) is var (kind, payload) ? ((WebSocketOpcode)kind, payload) : null;
        }
    }
}
