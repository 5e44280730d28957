using System.Collections.Immutable;

namespace Cierre.Resuming;

/// <summary>Where a client is in the topics that the server sends it.</summary>
internal sealed class FollowedTopics
{
    // By their numbers on this connection.
    private readonly Dictionary<int, string> _names = [];
    private readonly Dictionary<string, TopicCursor> _places = new(StringComparer.Ordinal);

    /// <summary>As the client names them when it comes back.</summary>
    public ImmutableDictionary<string, TopicCursor> Places => _places.ToImmutableDictionary(StringComparer.Ordinal);

    /// <summary>Numbers are of one connection.</summary>
    public void BeginConnection() => _names.Clear();

    /// <summary>The server says where a topic goes on, and under which number.</summary>
    public void Begin(ResumeControl.Topic topic)
    {
        _names[topic.Id] = topic.Name;
        _places[topic.Name] = topic.At;
    }

    /// <summary>The server says what is missing.</summary>
    public void Skip(ResumeControl.Gap gap) => _places[gap.Name] = gap.At;

    /// <summary>A message has come.</summary>
    /// <param name="message">With its mark.</param>
    /// <returns>False: it is none, or of a topic that the server has not named.</returns>
    public bool TryTake(WebSocketOpcode kind, ReadOnlySpan<byte> message, out string topic, out int payloadLength)
    {
        topic = "";
        payloadLength = 0;
        if (!TopicMessage.TryRead(kind, message, out TopicMessage head, out ReadOnlySpan<byte> payload) || !_names.TryGetValue(head.Number, out string? name))
            return false;
        _places[name] = _places[name] with { Offset = head.Offset, Tag = head.Tag };
        (topic, payloadLength) = (name, payload.Length);
        return true;
    }
}
