namespace Cierre;

/// <summary>Messages of a topic that a client misses, because the server keeps them no more: <see cref="ResumableConnection.Gap"/>.</summary>
public sealed class TopicGap
{
    internal TopicGap(string topic, long? from, long? to) => (Topic, From, To) = (topic, from, to);

    /// <summary>The name of the topic.</summary>
    public string Topic { get; }

    /// <summary>The number of the first message that is missing; null: the topic begins anew, such as after a restart of the server, and what is missing nobody
    /// knows.</summary>
    public long? From { get; }

    /// <summary>The number of the last message that is missing; null where <see cref="From"/> is.</summary>
    public long? To { get; }

    /// <summary>Tells what is missing.</summary>
    public override string ToString() => From is null ? $"{Topic}: begins anew" : $"{Topic}: {From}-{To} missing";
}
