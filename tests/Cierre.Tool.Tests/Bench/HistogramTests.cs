using Cierre.TestKit;
using Cierre.Tool.Bench;
using CsCheck;
using Xunit;

namespace Cierre.Tool.Tests.Bench;

public sealed class HistogramTests
{
    private static readonly double[] Shares = [0, 0.01, 0.5, 0.9, 0.99, 0.999, 1];

    [Fact]
    public void Nothing_has_no_percentiles()
    {
        var histogram = new Histogram();
        Assert.Equal((0, TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero), (histogram.Count, histogram.Min, histogram.Mean, histogram.Percentile(0.5), histogram.Max));
        Assert.Empty(histogram.Buckets);
    }

    [Fact]
    public void Percentiles_are_never_less_than_the_truth_and_at_most_one_percent_more() => Gen.Long[0, (1L << 36) - 1].Array[1, 200].Sample(values =>
    {
        Histogram histogram = Of(values);
        long[] sorted = [.. values.Order()];
        foreach (double share in Shares)
        {
            long truth = sorted[Math.Max((int)Math.Ceiling(values.Length * share) - 1, 0)];
            Assert.InRange(histogram.Percentile(share).Ticks, truth, truth + (truth / 100));
        }

        Assert.InRange(histogram.Min.Ticks, sorted[0] - (sorted[0] / 100), sorted[0]);
        Assert.InRange(histogram.Mean.Ticks, (long)(values.Average() * 0.99) - 1, (long)(values.Average() * 1.01) + 1);
        Assert.Equal(values.Length, histogram.Count);
    });

    [Fact]
    public void Buckets_hold_each_value_once_and_do_not_overlap() => Gen.Long[0, (1L << 36) - 1].Array[1, 100].Sample(values =>
    {
        Bucket[] buckets = [.. Of(values).Buckets];
        Assert.Equal(values.Length, buckets.Sum(bucket => bucket.Count));
        Assert.All(buckets, bucket => Assert.Equal(bucket.Count, values.Count(value => value >= bucket.From.Ticks && value < bucket.To.Ticks)));
        Assert.All(buckets.Zip(buckets.Skip(1)), pair => Assert.True(pair.First.To <= pair.Second.From));
    });

    [Theory]
    [InlineData(-5, 0)]
    [InlineData(long.MaxValue, (1L << 36) - 1)]
    public void Times_that_cannot_be_are_the_nearest_that_can(long ticks, long counted) => Assert.Equal(counted, Of(ticks).Max.Ticks);

    [Fact]
    public void Difference_to_a_copy_is_what_came_since()
    {
        Histogram histogram = Of(10, 20);
        Histogram before = histogram.Copy();
        histogram.Add(TimeSpan.FromTicks(30));
        Assert.Equal((2, 1), (before.Count, histogram.Since(before).Count));
        Assert.Equal(30, histogram.Since(before).Min.Ticks);
    }

    [Fact]
    public void Adding_from_many_threads_loses_nothing()
    {
        var histogram = new Histogram();
        Parallel.For(0, 100_000, i => histogram.Add(TimeSpan.FromTicks(i % 3)));
        Assert.Equal(100_000, histogram.Count);
    }

    [Fact]
    public Task Adding_allocates_nothing() => OwnProcess.RunAsync(typeof(HistogramTests), () =>
    {
        var histogram = new Histogram();
        histogram.Add(TimeSpan.FromTicks(1));
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++) histogram.Add(TimeSpan.FromTicks(i));
        OwnProcess.Figure("bytes allocated for 1,000 values", GC.GetAllocatedBytesForCurrentThread() - before, 0);
    });

    private static Histogram Of(params long[] ticks)
    {
        var histogram = new Histogram();
        foreach (long value in ticks) histogram.Add(TimeSpan.FromTicks(value));
        return histogram;
    }
}
