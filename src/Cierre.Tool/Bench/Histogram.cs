using System.Numerics;

namespace Cierre.Tool.Bench;

/// <summary>
/// Counts times from 100 ns to over an hour, each to within 1 %, in the log-linear buckets of HdrHistogram: 128 for each doubling. Adding is one atomic
/// increment, from any thread, and never allocates.
/// </summary>
internal sealed class Histogram
{
    // 128 buckets a doubling: none is wider than 1/128 of its values.
    private const int BitsOfBucket = 7;
    private const int PerDoubling = 1 << BitsOfBucket;

    // 2^36 ticks of 100 ns are almost two hours.
    private const int LargestBits = 36;

    private readonly long[] _counts = new long[(LargestBits - BitsOfBucket + 1) * PerDoubling];

    public long Count => _counts.Sum();

    /// <summary>The shortest time, rounded down to its bucket; zero where there is none.</summary>
    public TimeSpan Min => Array.FindIndex(_counts, count => count > 0) is >= 0 and var first ? TimeSpan.FromTicks(LowestOf(first)) : TimeSpan.Zero;

    /// <summary>The longest time, rounded up to its bucket; zero where there is none.</summary>
    public TimeSpan Max => Percentile(1);

    public TimeSpan Mean => Count is > 0 and var count
        ? TimeSpan.FromTicks((long)(_counts.Select((n, i) => n * (LowestOf(i) + ((WidthOf(i) - 1) / 2.0))).Sum() / count))
        : TimeSpan.Zero;

    /// <summary>The buckets that hold something, from short to long.</summary>
    public IEnumerable<Bucket> Buckets => _counts.Select((count, i) =>
        new Bucket(TimeSpan.FromTicks(LowestOf(i)), TimeSpan.FromTicks(LowestOf(i) + WidthOf(i)), count)).Where(bucket => bucket.Count > 0);

    /// <param name="time">A negative one counts as zero, one that is too long as the longest.</param>
    public void Add(TimeSpan time) => Interlocked.Increment(ref _counts[IndexOf(Math.Clamp(time.Ticks, 0, (1L << LargestBits) - 1))]);

    /// <summary>The time within which a share of all came: the end of its bucket, so never less than the truth. Zero where there is none.</summary>
    public TimeSpan Percentile(double share)
    {
        long count = Count, left = Math.Max((long)Math.Ceiling(count * share), 1);
        if (count == 0) return TimeSpan.Zero;
        int i = 0;
        while ((left -= _counts[i]) > 0) i++;
        return TimeSpan.FromTicks(LowestOf(i) + WidthOf(i) - 1);
    }

    public Histogram Copy() => Since(new Histogram());

    /// <summary>What was added after an earlier copy of this one.</summary>
    public Histogram Since(Histogram earlier)
    {
        var since = new Histogram();
        for (int i = 0; i < _counts.Length; i++) since._counts[i] = Interlocked.Read(ref _counts[i]) - earlier._counts[i];
        return since;
    }

    private static int IndexOf(long ticks)
    {
        int shift = Math.Max(BitOperations.Log2((ulong)ticks | 1) - BitsOfBucket, 0);
        return (shift << BitsOfBucket) + (int)(ticks >> shift);
    }

    private static int ShiftOf(int index) => Math.Max((index >> BitsOfBucket) - 1, 0);

    private static long LowestOf(int index) => (long)(index - (ShiftOf(index) << BitsOfBucket)) << ShiftOf(index);

    private static long WidthOf(int index) => 1L << ShiftOf(index);
}

/// <summary>How many times there were from one (inclusive) to another (exclusive).</summary>
internal readonly record struct Bucket(TimeSpan From, TimeSpan To, long Count);
