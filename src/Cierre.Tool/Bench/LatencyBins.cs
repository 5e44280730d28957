namespace Cierre.Tool.Bench;

/// <summary>A histogram in few bins of equal width on a logarithmic axis, as a person wants to see it.</summary>
internal static class LatencyBins
{
    /// <param name="perDecade">How many bins there are from one power of ten to the next.</param>
    /// <returns>The bins from the first that holds something to the last, those between that hold nothing included.</returns>
    public static IReadOnlyList<Bucket> Of(Histogram histogram, int perDecade)
    {
        var counts = new SortedDictionary<int, long>();
        foreach (Bucket bucket in histogram.Buckets)
        {
            int bin = BinOf(bucket.From, perDecade);
            counts[bin] = counts.GetValueOrDefault(bin) + bucket.Count;
        }

        if (counts.Count == 0) return [];
        int first = counts.Keys.First();
        return [.. Enumerable.Range(first, counts.Keys.Last() - first + 1)
            .Select(bin => new Bucket(EdgeOf(bin, perDecade), EdgeOf(bin + 1, perDecade), counts.GetValueOrDefault(bin)))];
    }

    // A tick of 100 ns is the first edge; nothing is shorter.
    private static int BinOf(TimeSpan time, int perDecade) => (int)Math.Floor((Math.Log10(Math.Max(time.Ticks, 1)) * perDecade) + 1e-9);

    private static TimeSpan EdgeOf(int bin, int perDecade) => TimeSpan.FromTicks((long)Math.Round(Math.Pow(10, (double)bin / perDecade)));
}
