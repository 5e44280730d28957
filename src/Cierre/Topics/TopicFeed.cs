using Cierre.Resuming;

namespace Cierre.Topics;

/// <summary>A topic on this node, as long as somebody here follows it: what comes is handed to those who keep up.</summary>
/// <param name="number">Its number on every connection of this node.</param>
internal sealed class TopicFeed(string name, int number, ITopicLogs logs, ITopicStates? states)
{
    private readonly Lock _gate = new();
    private readonly List<TopicReader> _readers = [];
    private TopicReader[]? _snapshot;
    private IDisposable? _tail;
    private long _offered;

    public string Name => name;

    public int Number => number;

    public ITopicLogs Logs => logs;

    /// <summary>What tells of the application's state where messages are missing; null: nothing does.</summary>
    public ITopicStates? States => states;

    public int ReaderCount
    {
        get
        {
            lock (_gate) return _readers.Count;
        }
    }

    /// <summary>What was offered last: who has read less, reads on before it relies on the offers.</summary>
    public long Offered => Interlocked.Read(ref _offered);

    public void Add(TopicReader reader)
    {
        lock (_gate)
        {
            _readers.Add(reader);
            _snapshot = null;
            _tail ??= logs.Tail(name, Offer);
        }
    }

    /// <returns>Whether nobody is left.</returns>
    public bool Remove(TopicReader reader)
    {
        lock (_gate)
        {
            if (!_readers.Remove(reader)) return false;
            _snapshot = null;
            if (_readers.Count > 0) return false;
            _tail?.Dispose();
            _tail = null;
            return true;
        }
    }

    /// <summary>The messages come one after the other.</summary>
    private void Offer(TopicEntry entry)
    {
        // Before the first is asked: who begins to rely on the offers meanwhile has seen this one, or reads it.
        Interlocked.Exchange(ref _offered, entry.Offset);
        TopicReader[] readers;
        lock (_gate) readers = _snapshot ??= [.. _readers];
        if (readers.Length == 0) return;
        using var post = new TopicPost(entry, number, readers.Length);
        foreach (TopicReader reader in readers) reader.Offer(post);
    }
}

/// <summary>The application's own state of topics, for whoever misses more than a log has.</summary>
internal interface ITopicStates
{
    /// <returns>A message that stands for all that was published so far; null: there is none. It throws nothing.</returns>
    ValueTask<(WebSocketOpcode Kind, ReadOnlyMemory<byte> Payload)?> OfAsync(string topic);
}
