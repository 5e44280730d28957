namespace Cierre.Testing.Clock;

/// <summary>The clock of a simulation: it stands still while anything can be done, and then jumps to the next timer.</summary>
internal sealed class SimulatedTime(SimulatedLoop loop) : TimeProvider
{
    private static readonly DateTimeOffset Beginning = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override long GetTimestamp() => loop.Now;

    public override DateTimeOffset GetUtcNow() => Beginning.AddTicks(loop.Now);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new SimulatedTimer(loop, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }
}
