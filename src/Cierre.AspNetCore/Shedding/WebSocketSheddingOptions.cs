using Cierre.Connections;

namespace Cierre.AspNetCore;

/// <summary>Sets when the server sheds load by itself: while a signal of pressure is above its threshold for longer than <see cref="Patience"/>, a share of the
/// connections is closed with 1013, again and again until it is not, and new ones are treated as at capacity.</summary>
/// <remarks>Bound from the configuration section <c>Cierre:Shedding</c> and validated at start. Without a threshold, as by default, nothing is
/// watched.</remarks>
public sealed class WebSocketSheddingOptions
{
    /// <summary>The threshold of the memory load: the part of the memory available to the process (a container's limit, say) that is in use at the last garbage
    /// collection, above 0 and at most 1. Default null: not watched.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not above 0, or more than 1.</exception>
    public double? MaxMemoryLoad
    {
        get;
        set
        {
            if (value is not (null or (> 0 and <= 1))) throw new ArgumentOutOfRangeException(nameof(MaxMemoryLoad), value, "Above 0 and at most 1.");
            field = value;
        }
    }

    /// <summary>The threshold of the time that work waits for a thread of the pool. Default <see cref="Timeout.InfiniteTimeSpan"/>: not watched.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not positive and not infinite, or more than 24 days.</exception>
    public TimeSpan MaxThreadPoolDelay
    {
        get;
        set => field = OptionChecks.CheckOrOff(value, nameof(MaxThreadPoolDelay));
    } = Timeout.InfiniteTimeSpan;

    /// <summary>The application's own signal: 1 is its threshold, more is pressure. Default null.</summary>
    /// <remarks>Asked once an interval and should not block. One that throws is logged and counts as none.</remarks>
    public Func<double>? PressureSignal { get; set; }

    /// <summary>How often the signals are read; default 1 s.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not positive, or more than 24 days.</exception>
    public TimeSpan Interval
    {
        get;
        set => field = OptionChecks.Check(value, nameof(Interval));
    } = TimeSpan.FromSeconds(1);

    /// <summary>How long a signal stays above its threshold before load is shed, and before it is shed again; default 5 s.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not positive, or more than 24 days.</exception>
    public TimeSpan Patience
    {
        get;
        set => field = OptionChecks.Check(value, nameof(Patience));
    } = TimeSpan.FromSeconds(5);

    /// <summary>The share of the open connections that is closed each time, rounded up; default 0.1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not above 0, or more than 1.</exception>
    public double Share
    {
        get;
        set
        {
            if (value is not (> 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(Share), value, "Above 0 and at most 1.");
            field = value;
        }
    } = 0.1;

    /// <summary>Which connections are closed first; default <see cref="ShedOrder.Newest"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not one of the orders.</exception>
    public ShedOrder Order
    {
        get;
        set => field = OptionChecks.Defined(value, nameof(Order));
    }

    internal bool Watches => MaxMemoryLoad is not null || WatchesThreadPool || PressureSignal is not null;

    internal bool WatchesThreadPool => MaxThreadPoolDelay != Timeout.InfiniteTimeSpan;
}
