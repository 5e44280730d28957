using Cierre.AspNetCore.Admission;
using Cierre.Closing;
using Cierre.Connections;

namespace Cierre.AspNetCore;

/// <summary>Sets how the server's connections are closed when the host stops, or <see cref="WebSocketServer.DrainAsync"/> is called.</summary>
/// <remarks>Bound from the configuration section <c>Cierre:Drain</c> and validated at start.</remarks>
public sealed class WebSocketDrainOptions
{
    /// <summary>The code of the close frames: 1001, the server goes away (default), or 1012, it restarts: clients then come back after a random 5-30 s.
    /// IANA.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Neither 1001 nor 1012.</exception>
    public ushort Code
    {
        get;
        set
        {
            if (value is not (CloseCodes.GoingAway or CloseCodes.ServiceRestart)) throw new ArgumentOutOfRangeException(nameof(Code), value, "1001 or 1012.");
            field = value;
        }
    } = CloseCodes.GoingAway;

    /// <summary>The reason of the close frames, at most 123 bytes of UTF-8; default null: one that says what the code says.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Longer than 123 bytes.</exception>
    public string? Reason
    {
        get;
        set
        {
            int length = value is null ? 0 : System.Text.Encoding.UTF8.GetByteCount(value);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(length, CloseFrame.MaxReasonBytes, nameof(Reason));
            field = value;
        }
    }

    /// <summary>The window over which the closes are spread, each at a random moment of its own part of it, so that clients do not all come back in the same
    /// second; default zero: all at once. A connection whose turn has not come works as before.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative, or more than 24 days.</exception>
    public TimeSpan Spread
    {
        get;
        set => field = OptionChecks.Check(value, nameof(Spread), mayBeZero: true);
    }

    /// <summary>The longest that a drain takes, the spread included; what is open then is cut. Default null: as long as the host gives itself,
    /// <c>HostOptions.ShutdownTimeout</c> (30 s). <see cref="System.Threading.Timeout.InfiniteTimeSpan"/>: until the last connection has ended.</summary>
    /// <remarks>A handler that does not come back for what was received is waited for until half of what follows the spread is over, at most 10 s; then its
    /// connection is closed all the same.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">Not positive and not infinite, or more than 24 days.</exception>
    public TimeSpan? Timeout
    {
        get;
        set => field = value is { } time ? OptionChecks.CheckOrOff(time, nameof(Timeout)) : null;
    }

    /// <summary>What <c>Retry-After</c> says to handshakes that are answered 503 meanwhile, in whole seconds; default 5 s. RFC 9110 10.2.3.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than a second, or more than 24 days.</exception>
    public TimeSpan RetryAfter
    {
        get;
        set => field = WebSocketLimitOptions.AtLeastASecond(value, nameof(RetryAfter));
    } = TimeSpan.FromSeconds(5);

    /// <summary>What connections are told.</summary>
    internal DrainNotice Notice(EndReason why)
    {
        if (Code == CloseCodes.ServiceRestart) why = EndReason.ServiceRestarting;
        return new DrainNotice(new CloseFrame(Code, Reason ?? why.Text), why, RetryAfter);
    }

    /// <summary>How long a drain may take where the host gives itself so long to stop; <see cref="TimeSpan.MaxValue"/>: no limit.</summary>
    internal TimeSpan Limit(TimeSpan host) => Finite(Timeout ?? host);

    /// <summary>What is wrong with these together; null: nothing.</summary>
    internal string? Fault(TimeSpan host)
    {
        TimeSpan limit = Limit(host);
        return Spread < limit
            ? null
            : $"Spread ({Spread.TotalSeconds} s) must be shorter than the whole drain may take ({limit.TotalSeconds} s, "
                + $"{(Timeout is null ? "HostOptions.ShutdownTimeout" : nameof(Timeout))}): the last connections need time to answer.";
    }

    /// <summary>Infinite is written as -1 ms, which is less than any time.</summary>
    internal static TimeSpan Finite(TimeSpan time) => time == System.Threading.Timeout.InfiniteTimeSpan ? TimeSpan.MaxValue : time;
}
