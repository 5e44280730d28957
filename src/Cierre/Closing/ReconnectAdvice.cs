using System.Globalization;
using System.Net;
using Cierre.Closing;
using Cierre.Opening;

namespace Cierre;

/// <summary>Advises whether and when to connect again. RFC 6455 7.2.3.</summary>
/// <remarks>Delays count from the end of the connection, or of the attempt that failed.</remarks>
public sealed record ReconnectAdvice
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LongestToSameAddress = TimeSpan.FromHours(1);

    // RFC 6455 7.2.3: the first attempt after a random delay of 0-5 s.
    private static readonly TimeSpan FirstWindow = TimeSpan.FromSeconds(5);

    private ReconnectAdvice(ReconnectKind kind, TimeSpan min, TimeSpan max)
    {
        (Kind, MinDelay, MaxDelay) = (kind, min, max);
    }

    /// <summary>No advice.</summary>
    public static ReconnectAdvice NotApplicable { get; } = new(ReconnectKind.NotApplicable, TimeSpan.Zero, TimeSpan.Zero);

    /// <summary>Do not connect again.</summary>
    public static ReconnectAdvice No { get; } = new(ReconnectKind.No, TimeSpan.Zero, TimeSpan.Zero);

    /// <summary>Connect again, first after a random delay of 0-5 s: as for a lost connection.</summary>
    public static ReconnectAdvice Yes { get; } = new(ReconnectKind.Yes, TimeSpan.Zero, FirstWindow);

    /// <summary>Connect again as soon as there are new credentials.</summary>
    public static ReconnectAdvice AfterNewCredentials { get; } = new(ReconnectKind.AfterNewCredentials, TimeSpan.Zero, TimeSpan.Zero);

    /// <summary>Connect to another address at once; to the same one after 60-120 s, or when the user asks.</summary>
    public static ReconnectAdvice OtherAddress { get; } = new(ReconnectKind.OtherAddress, TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(120));

    /// <summary>Whether to connect again.</summary>
    public ReconnectKind Kind { get; }

    /// <summary>The shortest delay of the first attempt; of the first one to the same address for <see cref="ReconnectKind.OtherAddress"/>.</summary>
    public TimeSpan MinDelay { get; }

    /// <summary>The longest delay of the first attempt; a random delay up to it spreads the clients that were lost together.</summary>
    public TimeSpan MaxDelay { get; }

    /// <summary>Advises to connect again, first after a random delay between two bounds.</summary>
    /// <param name="min">The shortest delay, 0 or more.</param>
    /// <param name="max">The longest delay, <paramref name="min"/> or more.</param>
    /// <returns>The advice.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A bound is negative, or the longest is below the shortest.</exception>
    public static ReconnectAdvice YesAfter(TimeSpan min, TimeSpan max)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(min, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(max, min);
        return new ReconnectAdvice(ReconnectKind.Yes, min, max);
    }

    /// <summary>Advises by the cause of an end, and by the code where the peer closed.</summary>
    /// <param name="record">How the connection ended.</param>
    /// <param name="now">The time of the HTTP answer, for a <c>Retry-After</c> that is a date and came without a <c>Date</c>; null takes the system's
    /// clock.</param>
    /// <returns>The advice.</returns>
    internal static ReconnectAdvice For(CloseRecord record, DateTimeOffset? now = null)
    {
        ArgumentNullException.ThrowIfNull(record);
        return record.Cause switch
        {
            CloseCause.PeerClosed => record.CodeInfo.Reconnect,

            // We wanted it.
            CloseCause.Requested or CloseCause.Disposed or CloseCause.Aborted or CloseCause.Cancelled => No,

            // It would end the same way.
            CloseCause.ProtocolViolation or CloseCause.InvalidData or CloseCause.UnsupportedData or CloseCause.MessageTooBig
                or CloseCause.PolicyViolation or CloseCause.ExtensionMissing or CloseCause.BadHandshake or CloseCause.TlsFailed => No,

            CloseCause.HttpStatus => ForStatus(record.HttpRefusal, now),

            CloseCause.NameNotResolved or CloseCause.ConnectionRefused or CloseCause.ConnectTimeout or CloseCause.ProxyFailed
                or CloseCause.EndOfStream or CloseCause.ConnectionReset
                or CloseCause.PingTimeout or CloseCause.IdleTimeout or CloseCause.CloseTimeout
                // With a new session.
                or CloseCause.SessionLost => Yes,

            // A server's own decision; the client acts on the code.
            CloseCause.HandlerReturned or CloseCause.HandlerFailed or CloseCause.HostStopping or CloseCause.LoadShed
                or CloseCause.Unauthorized or CloseCause.Forbidden or CloseCause.Deadline or CloseCause.UpstreamFailed => NotApplicable,

            _ => NotApplicable,
        };
    }

    /// <summary>Computes the delay before an attempt: the first between the two bounds, later ones twice as long each, up to 5 min (1 h to the same
    /// address for <see cref="ReconnectKind.OtherAddress"/>). RFC 6455 7.2.3.</summary>
    /// <param name="attempt">The attempt since the connection ended, 1 or more.</param>
    /// <param name="random">Where the randomness comes from, which spreads the clients that were lost together; null takes <see cref="Random.Shared"/>.</param>
    /// <returns>The delay; null where the advice is not to connect.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The attempt is below 1.</exception>
    public TimeSpan? GetDelay(int attempt, Random? random = null) => GetDelay(attempt, (random ?? Random.Shared).NextDouble());

    /// <summary>By a number from 0 to 1: 0 is the shortest delay of the attempt, 1 the longest.</summary>
    internal TimeSpan? GetDelay(int attempt, double random)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(attempt, 1);
        if (random is not (>= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(random), random, null);
        if (Kind is ReconnectKind.NotApplicable or ReconnectKind.No) return null;
        if (attempt == 1) return MinDelay + (MaxDelay - MinDelay) * random;

        // Truncated binary exponential backoff with jitter over the upper half, so that each attempt waits longer than the one before.
        TimeSpan first = Larger(MaxDelay, FirstWindow);
        TimeSpan limit = Larger(first, Kind == ReconnectKind.OtherAddress ? LongestToSameAddress : Longest);
        double ceiling = Math.Min(first.TotalSeconds * Math.Pow(2, attempt - 1), limit.TotalSeconds);
        return Larger(MinDelay, TimeSpan.FromSeconds(ceiling * (1 + random) / 2));
    }

    /// <summary>Says the advice in words: <c>yes, after a random delay of 0-5 s</c>.</summary>
    /// <param name="culture">The language, English where there is no translation; null takes <see cref="CultureInfo.CurrentUICulture"/>.</param>
    /// <returns>One clause without a full stop; <c>-</c> for no advice.</returns>
    public string Describe(CultureInfo? culture = null)
    {
        culture ??= CultureInfo.CurrentUICulture;
        return Kind switch
        {
            ReconnectKind.No => Texts.Get(culture, "ReconnectNo"),
            ReconnectKind.Yes => Texts.Format(culture, "ReconnectYes", MinDelay.TotalSeconds, MaxDelay.TotalSeconds),
            ReconnectKind.AfterNewCredentials => Texts.Get(culture, "ReconnectAfterNewCredentials"),
            ReconnectKind.OtherAddress => Texts.Format(culture, "ReconnectOtherAddress", MinDelay.TotalSeconds, MaxDelay.TotalSeconds),
            _ => "-",
        };
    }

    /// <summary>Says the advice in English.</summary>
    /// <returns>One clause without a full stop.</returns>
    public override string ToString() => Describe(CultureInfo.InvariantCulture);

    private static ReconnectAdvice ForStatus(HttpRefusal? http, DateTimeOffset? now) => (int?)http?.StatusCode switch
    {
        408 or 425 or 429 or >= 500 => RetryAfter.Delay(http.Headers, now) is { } delay ? YesAfter(delay, delay + FirstWindow) : Yes,
        (int)HttpStatusCode.Unauthorized => AfterNewCredentials,
        _ => No,
    };

    private static TimeSpan Larger(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
