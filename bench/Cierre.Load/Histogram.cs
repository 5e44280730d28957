namespace Cierre.Load;

/// <summary>Round trips in buckets of a microsecond, up to a second.</summary>
internal sealed class Histogram
{
    private readonly int[] _buckets = new int[1_000_000];
    private long _count;

    public long Count => Interlocked.Read(ref _count);

    public void Add(TimeSpan time)
    {
        Interlocked.Increment(ref _buckets[Math.Min((int)time.TotalMicroseconds, _buckets.Length - 1)]);
        Interlocked.Increment(ref _count);
    }

    public void Clear()
    {
        Array.Clear(_buckets);
        Interlocked.Exchange(ref _count, 0);
    }

    /// <summary>The microseconds within which a share of the messages came back.</summary>
    public int Percentile(double share)
    {
        long wanted = (long)(Count * share);
        for (int i = 0; i < _buckets.Length; i++)
        {
            wanted -= _buckets[i];
            if (wanted <= 0) return i;
        }

        return _buckets.Length;
    }
}
