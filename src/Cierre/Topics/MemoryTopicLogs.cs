using System.Collections.Concurrent;
using Cierre.Resuming;

namespace Cierre.Topics;

/// <summary>The logs of one node, in its memory: a restart forgets them. One that nobody follows and nobody has used for a while is forgotten too.</summary>
internal sealed class MemoryTopicLogs(TopicRetention retention, TimeProvider time) : ITopicLogs, IDisposable
{
    private readonly ConcurrentDictionary<string, TopicLog> _logs = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private ITimer? _sweep;
    private bool _isDisposed;
    private long _bytes;

    /// <summary>Of all payloads that are kept.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    public int Count => _logs.Count;

    public async ValueTask<TopicCursor> AppendAsync(string topic, WebSocketOpcode kind, ReadOnlyMemory<byte> payload)
    {
        while (true)
        {
            TopicLog log = LogOf(topic);
            TopicCursor? at = log.Append(kind, payload, time.GetUtcNow(), mayGrow: Bytes < retention.BytesOfAll, out long kept);
            Interlocked.Add(ref _bytes, kept);
            if (at is not { } place) continue;
            await log.HandOutAsync().ConfigureAwait(SimulationContext.IsCurrent);
            return place;
        }
    }

    public ValueTask<TopicPage> ReadAsync(string topic, TopicCursor? after)
    {
        while (true)
        {
            if (LogOf(topic).Read(after, time.GetUtcNow()) is { } page) return new ValueTask<TopicPage>(page);
        }
    }

    public IDisposable Tail(string topic, ITopicTail tail)
    {
        while (true)
        {
            TopicLog log = LogOf(topic);
            if (log.Follow(tail, time.GetUtcNow())) return new Following(log, time);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _sweep?.Dispose();
        }
    }

    private TopicLog LogOf(string topic)
    {
        if (_logs.TryGetValue(topic, out TopicLog? log)) return log;
        lock (_gate)
        {
            // A server without topics has no timer.
            if (!_isDisposed) _sweep ??= time.CreateTimer(static logs => ((MemoryTopicLogs)logs!).Sweep(), this, retention.Unused / 2, retention.Unused / 2);
        }

        return _logs.GetOrAdd(topic, static (_, limits) => new TopicLog(limits), retention.Each);
    }

    private void Sweep()
    {
        DateTimeOffset since = time.GetUtcNow() - retention.Unused;
        foreach ((string topic, TopicLog log) in _logs)
        {
            Interlocked.Add(ref _bytes, -log.ForgetUnusedSince(since));
            if (log.IsForgotten) _logs.TryRemove(topic, out _);
        }
    }

    private sealed class Following(TopicLog log, TimeProvider time) : IDisposable
    {
        public void Dispose() => log.Unfollow(time.GetUtcNow());
    }
}

/// <summary>How much is kept of topics, and for how long.</summary>
/// <param name="Each">Of one topic.</param>
/// <param name="BytesOfAll">Of the payloads of all together: beyond, a topic keeps no more bytes with each further message.</param>
/// <param name="Unused">For how long one is kept that nobody follows, reads or writes.</param>
internal sealed record TopicRetention(TopicLogLimits Each, long BytesOfAll, TimeSpan Unused);
