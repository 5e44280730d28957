using Cierre.Protocol;

namespace Cierre.Tracing;

/// <summary>The headers of the last frames of a connection, both ways: 24 bytes each, and nothing is allocated for a frame.</summary>
internal sealed class RecentFrames(int capacity)
{
    private readonly (TimeSpan Time, ObservedFrame Frame)[] _ring = new (TimeSpan, ObservedFrame)[capacity];
    private long _count;

    public void Add(TimeSpan time, in ObservedFrame frame) => _ring[_count++ % _ring.Length] = (time, frame);

    /// <summary>With room for so many; the last ones of those that are kept are in it.</summary>
    public RecentFrames Resize(int count)
    {
        if (count == _ring.Length) return this;
        var resized = new RecentFrames(count);
        for (long i = Math.Max(0, _count - Math.Min(count, _ring.Length)); i < _count; i++) resized.Add(_ring[i % _ring.Length].Time,
            _ring[i % _ring.Length].Frame);
        return resized;
    }

    /// <summary>The oldest first.</summary>
    public WebSocketTraceFrame[] ToArray()
    {
        var frames = new WebSocketTraceFrame[Math.Min(_count, _ring.Length)];
        for (int i = 0; i < frames.Length; i++)
        {
            (TimeSpan time, ObservedFrame frame) = _ring[(_count - frames.Length + i) % _ring.Length];
            frames[i] = new WebSocketTraceFrame(time, frame);
        }

        return frames;
    }
}
