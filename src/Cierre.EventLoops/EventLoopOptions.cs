using Microsoft.Extensions.Options;

namespace Cierre.EventLoops;

/// <summary>Sets how event loops run. Those of a server have the configuration section <c>Cierre:EventLoops</c>.</summary>
public sealed class EventLoopOptions
{
    /// <summary>Gets or sets how many loops there are, each with a thread; null: one for each processor, and at most half of
    /// <see cref="MaxThreads"/>. Default: null.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1, or more than 1024.</exception>
    public int? LoopCount
    {
        get;
        set
        {
            if (value is { } count) Check(count, 1, 1024, nameof(LoopCount));
            field = value;
        }
    }

    /// <summary>Gets or sets how many threads there may be, those of the loops and those of handlers that block. More than there are loops. Default:
    /// 256.</summary>
    /// <remarks>Handlers that block leave one for each loop, as far as there are as many. Further ones wait for a thread to return.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">Less than 2, or more than 4096.</exception>
    public int MaxThreads
    {
        get;
        set
        {
            Check(value, 2, 4096, nameof(MaxThreads));
            field = value;
        }
    }
    = 256;

    /// <summary>Gets or sets for how long a handler may keep a loop before another thread runs the loop. Default: 20 ms.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 5 ms, or more than 10 s.</exception>
    public TimeSpan BlockingThreshold
    {
        get;
        set
        {
            Check(value, TimeSpan.FromMilliseconds(5), TimeSpan.FromSeconds(10), nameof(BlockingThreshold));
            field = value;
        }
    }
    = TimeSpan.FromMilliseconds(20);

    /// <summary>Gets or sets for how long the handlers of an endpoint whose handler kept a loop run on threads of their own. Default: 10 s.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than zero, or more than an hour.</exception>
    public TimeSpan BlockingPause
    {
        get;
        set
        {
            Check(value, TimeSpan.Zero, TimeSpan.FromHours(1), nameof(BlockingPause));
            field = value;
        }
    }
    = TimeSpan.FromSeconds(10);

    /// <summary>How many loops that is on this machine.</summary>
    internal int Loops => LoopCount ?? Math.Min(Environment.ProcessorCount, MaxThreads / 2);

    /// <summary>What no single option can tell; null: nothing is wrong.</summary>
    internal string? Fault => MaxThreads > Loops
        ? null
        : $"MaxThreads ({MaxThreads}) is not more than there are loops ({Loops}), so nobody could take over from a handler that blocks.";

    private static void Check<T>(T value, T least, T most, string name)
        where T : IComparable<T>
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, least, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, most, name);
    }
}

/// <summary>Checks the options that come from the configuration.</summary>
internal sealed class EventLoopOptionsValidation : IValidateOptions<EventLoopOptions>
{
    public ValidateOptionsResult Validate(string? name, EventLoopOptions options) =>
        options.Fault is { } fault ? ValidateOptionsResult.Fail($"Cierre:EventLoops: {fault}") : ValidateOptionsResult.Success;
}
