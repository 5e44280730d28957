namespace Cierre.Topics;

/// <summary>The topics that somebody on this node follows.</summary>
internal sealed class TopicNode(ITopicLogs logs, ITopicStates? states)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, TopicFeed> _feeds = new(StringComparer.Ordinal);
    private int _number;

    public ITopicLogs Logs => logs;

    public TopicReader Enter(string topic, bool isSession)
    {
        lock (_gate)
        {
            if (!_feeds.TryGetValue(topic, out TopicFeed? feed)) _feeds.Add(topic, feed = new TopicFeed(topic, ++_number, logs, states));
            var reader = new TopicReader(feed, isSession);
            feed.Add(reader);
            return reader;
        }
    }

    public void Leave(TopicReader reader)
    {
        reader.Stop();
        lock (_gate)
        {
            if (reader.Feed.Remove(reader)) _feeds.Remove(reader.Feed.Name);
        }
    }
}
