using System.Collections.Concurrent;
using System.Diagnostics;

namespace Cierre.TestKit;

/// <summary>Listens to activity sources and keeps what has ended, whatever a sampler would say.</summary>
public sealed class SpanProbe : IDisposable
{
    private readonly ActivityListener _listener;
    private readonly ConcurrentQueue<Activity> _ended = new();

    public SpanProbe(params string[] sources)
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => sources.Contains(source.Name),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _ended.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    /// <summary>Those that carry a tag.</summary>
    public IReadOnlyList<Activity> With(string tag, object value) => [.. _ended.Where(span => Equals(span.GetTagItem(tag), value))];

    public void Dispose() => _listener.Dispose();
}
