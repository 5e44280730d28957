using Cierre.Timing;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Cierre.Tests.Timing;

public sealed class DeadlineWheelTests
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(20);

    private readonly FakeTimeProvider _clock = new();
    private readonly DeadlineWheel _wheel;

    private readonly DateTimeOffset _begun;

    public DeadlineWheelTests()
    {
        _wheel = DeadlineWheel.For(_clock);
        _begun = _clock.GetUtcNow();
    }

    private TimeSpan Now => _clock.GetUtcNow() - _begun;

    [Fact]
    public void One_clock_has_one_wheel() => Assert.Same(_wheel, DeadlineWheel.For(_clock));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(19.9)]
    [InlineData(20)]
    [InlineData(20.1)]
    [InlineData(5_000)]
    [InlineData(20_479)]
    [InlineData(20_480)]
    [InlineData(100_003)]
    public void Deadline_is_never_met_early_and_at_most_one_tick_late(double milliseconds)
    {
        // Wherever between two ticks it is asked for.
        for (int offset = 0; offset < 20; offset += 3)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(offset));
            var entry = new Entry(this);
            TimeSpan due = Now + TimeSpan.FromMilliseconds(milliseconds);
            _wheel.Schedule(entry, TimeSpan.FromMilliseconds(milliseconds));
            for (int step = 0; entry.Calls.Count == 0 && Now <= due + Tick; step++) _clock.Advance(TimeSpan.FromMilliseconds(1));
            TimeSpan called = Assert.Single(entry.Calls);
            Assert.InRange(called, due, due + Tick);
        }
    }

    [Fact]
    public void Deadline_is_met_once()
    {
        var entry = new Entry(this);
        _wheel.Schedule(entry, Tick);
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Single(entry.Calls);
    }

    [Fact]
    public void Earlier_deadline_replaces_a_later_one()
    {
        var entry = new Entry(this);
        _wheel.Schedule(entry, TimeSpan.FromSeconds(10));
        _wheel.Schedule(entry, TimeSpan.FromSeconds(1));
        _clock.Advance(TimeSpan.FromSeconds(1) + Tick);
        Assert.Single(entry.Calls);
        _clock.Advance(TimeSpan.FromSeconds(20));
        Assert.Single(entry.Calls);
    }

    [Fact]
    public void Later_deadline_does_not_replace_an_earlier_one()
    {
        var entry = new Entry(this);
        _wheel.Schedule(entry, TimeSpan.FromSeconds(1));
        _wheel.Schedule(entry, TimeSpan.FromSeconds(10));
        _clock.Advance(TimeSpan.FromSeconds(1) + Tick);
        Assert.Single(entry.Calls);
    }

    [Fact]
    public void Removed_entry_is_not_called()
    {
        var entry = new Entry(this);
        _wheel.Schedule(entry, TimeSpan.FromSeconds(1));
        _wheel.Remove(entry);
        _wheel.Remove(entry);
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Empty(entry.Calls);
    }

    [Fact]
    public void Entry_can_be_scheduled_again_from_its_own_call()
    {
        var entry = new Entry(this);
        entry.OnDue = () => _wheel.Schedule(entry, TimeSpan.FromSeconds(1));
        _wheel.Schedule(entry, TimeSpan.FromSeconds(1));
        for (int i = 0; i < 10_000; i++) _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(10, entry.Calls.Count);
    }

    [Fact]
    public void Thousands_of_entries_are_met_each_in_its_time()
    {
        var random = new Random(7);
        var entries = Enumerable.Range(0, 5_000).Select(_ => (Entry: new Entry(this), Due: TimeSpan.FromMilliseconds(random.Next(0, 60_000)))).ToArray();
        foreach (var (entry, due) in entries) _wheel.Schedule(entry, due);
        var removed = entries.Where((_, i) => i % 5 == 0).ToArray();
        foreach (var (entry, _) in removed) _wheel.Remove(entry);
        TimeSpan begun = Now;
        for (int i = 0; i < 61_000; i += 10) _clock.Advance(TimeSpan.FromMilliseconds(10));
        Assert.All(removed, e => Assert.Empty(e.Entry.Calls));
        Assert.All(entries.Except(removed), e => Assert.InRange(Assert.Single(e.Entry.Calls) - begun, e.Due, e.Due + Tick));
    }

    [Fact]
    public void After_a_long_pause_everything_that_is_due_is_called_and_nothing_else()
    {
        var entries = Enumerable.Range(0, 3_000).Select(i => (Entry: new Entry(this), Due: TimeSpan.FromSeconds(i))).ToArray();
        foreach (var (entry, due) in entries) _wheel.Schedule(entry, due);
        _clock.Advance(TimeSpan.FromSeconds(1_500.5));
        Assert.All(entries, e => Assert.Equal(e.Due < TimeSpan.FromSeconds(1_500.5) ? 1 : 0, e.Entry.Calls.Count));
    }

    [Fact]
    public void Entries_that_are_due_together_may_schedule_and_remove_each_other()
    {
        var entries = Enumerable.Range(0, 100).Select(_ => new Entry(this)).ToArray();
        var others = Enumerable.Range(0, 100).Select(_ => new Entry(this)).ToArray();
        foreach (Entry entry in entries)
        {
            // Each call moves all entries that were to be called with it, and lies beside entries that are due much later.
            entry.OnDue = () =>
            {
                foreach (Entry e in entries) _wheel.Schedule(e, TimeSpan.FromSeconds(5));
            };
            _wheel.Schedule(entry, TimeSpan.FromSeconds(1));
        }

        foreach (Entry other in others) _wheel.Schedule(other, TimeSpan.FromSeconds(6) + Tick);
        _clock.Advance(TimeSpan.FromSeconds(1) + Tick);
        Assert.All(entries, e => Assert.Single(e.Calls));
        Assert.All(others, e => Assert.Empty(e.Calls));
        foreach (Entry entry in entries) entry.OnDue = null;
        _clock.Advance(TimeSpan.FromSeconds(5) + Tick);
        Assert.All(entries, e => Assert.Equal(2, e.Calls.Count));
        Assert.All(others, e => Assert.Single(e.Calls));
    }

    [Fact]
    public void Entry_that_another_one_removes_is_not_called_any_more()
    {
        Entry first = new(this), second = new(this);
        first.OnDue = () => _wheel.Remove(second);
        second.OnDue = () => _wheel.Remove(first);
        _wheel.Schedule(first, Tick);
        _wheel.Schedule(second, Tick);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, first.Calls.Count + second.Calls.Count);
    }

    [Fact]
    public void Entry_that_throws_is_told_so_and_called_again_later_and_keeps_no_other_from_its_call()
    {
        Entry[] entries = [.. Enumerable.Range(0, 5).Select(_ => new Entry(this))];
        foreach (Entry entry in entries) _wheel.Schedule(entry, Tick);
        entries[2].OnDue = () => throw new InvalidOperationException("a deadline's own trouble");
        _clock.Advance(TimeSpan.FromSeconds(0.5));
        Assert.All(entries, e => Assert.Single(e.Calls));
        Assert.Equal("a deadline's own trouble", Assert.Single(entries[2].Failures).Message);
        entries[2].OnDue = null;
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal([1, 1, 2, 1, 1], entries.Select(e => e.Calls.Count));
    }

    [Fact]
    public void Clock_that_throws_for_a_while_costs_no_deadline()
    {
        var clock = new Faulty();
        DeadlineWheel wheel = DeadlineWheel.For(clock);
        Entry first = new(this), second = new(this);
        first.OnDue = () =>
        {
            if (first.Calls.Count > 1) return;
            clock.Throws = true;
            _ = clock.GetTimestamp();
        };
        wheel.Schedule(first, Tick);
        wheel.Schedule(second, 10 * Tick);
        clock.Advance(5 * Tick);
        clock.Advance(20 * Tick);
        Assert.Equal((1, 0), (first.Calls.Count, second.Calls.Count));
        clock.Throws = false;
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal((2, 1), (first.Calls.Count, second.Calls.Count));
    }

    [Fact]
    public async Task Many_threads_may_schedule_and_remove_while_it_turns()
    {
        using var stop = new CancellationTokenSource();
        Entry[] entries = [.. Enumerable.Range(0, 64).Select(_ => new Entry(this))];
        Task[] threads = [.. Enumerable.Range(0, 4).Select(seed => Task.Run(() =>
        {
            var random = new Random(seed);
            while (!stop.IsCancellationRequested)
            {
                Entry entry = entries[random.Next(entries.Length)];
                if (random.Next(4) == 0) _wheel.Remove(entry);
                else _wheel.Schedule(entry, TimeSpan.FromMilliseconds(random.Next(200)));
            }
        }))];
        for (int i = 0; i < 2_000; i++) _clock.Advance(TimeSpan.FromMilliseconds(20));
        await stop.CancelAsync();
        await Task.WhenAll(threads).WaitAsync(TimeSpan.FromSeconds(30));

        foreach (Entry entry in entries)
        {
            _wheel.Remove(entry);
            entry.Calls.Clear();
            _wheel.Schedule(entry, TimeSpan.FromSeconds(1));
        }

        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.All(entries, e => Assert.Single(e.Calls));
    }

    private sealed class Faulty : FakeTimeProvider
    {
        public bool Throws { get; set; }

        public override long GetTimestamp() => Throws ? throw new InvalidOperationException("no time") : base.GetTimestamp();
    }

    private sealed class Entry(DeadlineWheelTests test) : DeadlineWheel.Entry
    {
        public List<TimeSpan> Calls { get; } = [];

        public Action? OnDue { get; set; }

        public List<Exception> Failures { get; } = [];

        protected internal override void Failed(Exception exception) => Failures.Add(exception);

        public override void Due()
        {
            Calls.Add(test.Now);
            OnDue?.Invoke();
        }
    }
}
