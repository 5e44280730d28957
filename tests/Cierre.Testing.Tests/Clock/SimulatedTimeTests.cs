namespace Cierre.Testing.Tests.Clock;

public sealed class SimulatedTimeTests
{
    private readonly SimulatedNetwork _network = new();
    private readonly List<TimeSpan> _wentOff = [];

    [Fact]
    public void Timer_goes_off_at_its_time_and_then_each_period()
    {
        Run(TimeSpan.FromSeconds(5), () => Timer(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1.5)));
        Assert.Equal([1, 2.5, 4], _wentOff.Select(at => at.TotalSeconds));
    }

    [Fact]
    public void Timer_that_is_set_anew_forgets_what_it_was_set_to()
    {
        Run(TimeSpan.FromSeconds(5), () => Timer(TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan).Change(TimeSpan.FromSeconds(2), Timeout.InfiniteTimeSpan));
        Assert.Equal([2], _wentOff.Select(at => at.TotalSeconds));
    }

    [Fact]
    public void Timer_that_is_stopped_or_disposed_does_not_go_off_not_even_at_the_same_moment()
    {
        Run(TimeSpan.FromSeconds(5), () =>
        {
            ITimer one = Timer(TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan), other = Timer(TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
            other.Dispose();
            one.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        });
        Assert.Empty(_wentOff);
        Assert.Equal(0, _network.TimersSet);
    }

    [Fact]
    public void Both_faces_of_the_clock_agree()
    {
        DateTimeOffset begun = _network.Time.GetUtcNow();
        long at = _network.Time.GetTimestamp();
        Run(TimeSpan.FromDays(0.01), () => { });
        Assert.Equal(TimeSpan.FromDays(0.01), _network.Time.GetUtcNow() - begun);
        Assert.Equal(TimeSpan.FromDays(0.01), _network.Time.GetElapsedTime(at));
    }

    [Fact]
    public void Order_of_what_is_ready_at_once_is_the_seeds() =>
        Assert.True(Enumerable.Range(0, 20).Select(Order).Distinct().Count() > 5);

    private static string Order(int seed)
    {
        var network = new SimulatedNetwork(seed);
        string order = "";
        network.Run(async () =>
        {
            Task[] tasks = [.. "abcd".Select(Say)];
            foreach (Task task in tasks) await task;
        });
        return order;

        async Task Say(char name)
        {
            await Task.Yield();
            order += name;
        }
    }

    private void Run(TimeSpan time, Action begin) => _network.Run(async () =>
    {
        begin();
        await _network.Delay(time);
    });

    private ITimer Timer(TimeSpan due, TimeSpan period) => _network.Time.CreateTimer(_ => _wentOff.Add(_network.Elapsed), null, due, period);
}
