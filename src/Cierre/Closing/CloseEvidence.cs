using System.Globalization;

namespace Cierre.Closing;

/// <summary>Reads the evidence of a connection that was lost: what is known, and what it suggests. It never claims more than that.</summary>
internal static class CloseEvidence
{
    // Idle timeouts that proxies, load balancers and NATs come with, in seconds.
    private static readonly int[] IdleTimeouts = [30, 60, 100, 120, 240, 300, 350];

    // Ages at which servers and gateways end a connection, in minutes.
    private static readonly int[] MaximumAges = [1, 2, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 360, 480, 720, 1440];

    // A timer of the other side is late rather than early, and then the end travels; ours starts when the opening answer has come.
    private static readonly TimeSpan Early = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(1.5);

    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(1);

    private const long LargeSend = 64 * 1024;

    /// <summary>What is known: silence and pings before the end. Null where they are not evidence, or nobody counted.</summary>
    public static string? Known(CloseRecord record, CultureInfo culture)
    {
        ConnectionTraffic traffic = record.Traffic;
        bool waited = record is { WasOpen: true, Code: CloseCodes.AbnormalClosure, Cause: CloseCause.EndOfStream or CloseCause.ConnectionReset
            or CloseCause.PingTimeout or CloseCause.CloseTimeout };
        if (!waited || !IsCounted(traffic)) return null;
        return (traffic.LastReceived, traffic.PingsSent) switch
        {
            (null, 0) => Texts.Get(culture, "EvidenceNothingCame"),
            (null, _) => Texts.Format(culture, "EvidenceNothingCamePings", traffic.PongsReceived, traffic.PingsSent),
            ({ } last, 0) => Texts.Format(culture, "EvidenceSilent", SpanOfTime.In(culture, record.Elapsed - last)),
            ({ } last, _) => Texts.Format(culture, "EvidenceSilentPings", SpanOfTime.In(culture, record.Elapsed - last), traffic.PongsReceived,
                traffic.PingsSent),
        };
    }

    /// <summary>What it suggests: one sentence, or null where the evidence has no pattern.</summary>
    public static string? Suggestion(CloseRecord record, CultureInfo culture)
    {
        if (!IsLost(record)) return null;
        if (LargeSendWasReset(record)) return Texts.Format(culture, "SuggestsLimit", record.Traffic.LastSentBytes);
        if (IsEarlyLoss(record))
            return record.EarlyLossesBefore == 0
                ? Texts.Get(culture, "SuggestsProxy")
                : Texts.Format(culture, "SuggestsProxyAgain", record.EarlyLossesBefore + 1);
        if (IdleTimeout(record) is { } idle) return Texts.Format(culture, "SuggestsIdleTimeout", idle);
        if (Near(record.Elapsed.TotalMinutes, MaximumAges, TimeSpan.FromMinutes(1)) is { } age) return Texts.Format(culture, "SuggestsMaximumAge", age);
        return null;
    }

    /// <summary>Lost within a second of opening: once it says little, again and again it suggests something.</summary>
    public static bool IsEarlyLoss(CloseRecord record) => IsLost(record) && record.Elapsed <= AtOnce;

    public static bool IsCounted(ConnectionTraffic traffic) => !ReferenceEquals(traffic, ConnectionTraffic.None);

    private static bool IsLost(CloseRecord record) =>
        record is { WasOpen: true, Code: CloseCodes.AbnormalClosure, Cause: CloseCause.EndOfStream or CloseCause.ConnectionReset };

    private static bool LargeSendWasReset(CloseRecord record) =>
        record is { Cause: CloseCause.ConnectionReset, Traffic: { LastDataSent: { } sent, LastSentBytes: >= LargeSend } } && record.Elapsed - sent <= AtOnce;

    /// <summary>Silence both ways; with no ping in between, because a ping would have been the last thing sent.</summary>
    private static int? IdleTimeout(CloseRecord record)
    {
        ConnectionTraffic traffic = record.Traffic;
        if (!IsCounted(traffic) || (traffic.LastSent is null && traffic.PingsSent > 0)) return null;
        TimeSpan received = traffic.LastReceived ?? TimeSpan.Zero;
        TimeSpan sent = traffic.LastSent ?? TimeSpan.Zero;
        return Near((record.Elapsed - (received > sent ? received : sent)).TotalSeconds, IdleTimeouts, TimeSpan.FromSeconds(1));
    }

    private static int? Near(double value, int[] roundNumbers, TimeSpan unit)
    {
        foreach (int number in roundNumbers)
        {
            TimeSpan difference = unit * (value - number);
            if (difference >= -Early && difference <= Late) return number;
        }

        return null;
    }
}
