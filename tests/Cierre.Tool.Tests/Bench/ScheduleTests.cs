using Cierre.Tool.Bench;
using CsCheck;
using Xunit;

namespace Cierre.Tool.Tests.Bench;

public sealed class ScheduleTests
{
    private const long Frequency = 1_000_000_000;

    [Fact]
    public void Messages_are_due_evenly_and_go_round_the_connections()
    {
        var schedule = new Schedule(perSecond: 1000, connections: 3, start: 5, Frequency);
        Assert.Equal([5, 1_000_005, 2_000_005, 1_000_000_005], new long[] { 0, 1, 2, 1000 }.Select(schedule.DueAt));
        Assert.Equal([1, 4, 7], new long[] { 0, 1, 2 }.Select(n => schedule.Of(1, n)));
    }

    [Fact]
    public void Rate_does_not_drift_over_a_day() =>
        Assert.Equal(86_400L * Frequency, new Schedule(perSecond: 30_000, connections: 7, start: 0, Frequency).DueAt(86_400L * 30_000));

    [Fact]
    public void What_is_due_before_a_moment_is_counted() => Gen.Select(Gen.Int[1, 5000], Gen.Int[1, 20], Gen.Long[0, 20_000_000]).Sample((rate, connections, after) =>
    {
        // Between the ticks of the rate, where rounding decides nothing.
        var schedule = new Schedule(rate, connections, start: 100, Frequency);
        for (int connection = 0; connection < connections; connection++)
        {
            long counted = schedule.DueBefore(100 + after, connection), n = 0;
            while (schedule.DueAt(schedule.Of(connection, n)) < 100 + after) n++;
            Assert.InRange(counted, n - 1, n + 1);
        }
    });

    [Fact]
    public void Nothing_is_due_before_the_start() => Assert.Equal(0, new Schedule(1000, 1, start: 100, Frequency).DueBefore(50, 0));
}
