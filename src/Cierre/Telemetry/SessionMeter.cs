using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Cierre.Telemetry;

/// <summary>The instruments of sessions that survive their connections, and of topics: a server's, in the meter <c>Cierre</c>.</summary>
internal static class SessionMeter
{
    private static readonly ConcurrentDictionary<Func<IEnumerable<(string Route, bool IsAway)>>, bool> Sources = new();

    private static readonly Counter<long> Resumptions = CierreMeter.Meter.CreateCounter<long>(
        "cierre.session.resumptions", "{resumption}", "Clients that came back to a session, by what became of that.");

    // A reload of the network, a tunnel, a laptop that sleeps, to the longest window.
    private static readonly Histogram<double> Pauses = CierreMeter.Meter.CreateHistogram(
        "cierre.session.pause", "s", "How long sessions had no connection before they went on.", tags: null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 3600] });

    private static readonly Counter<long> Repeated = CierreMeter.Meter.CreateCounter<long>(
        "cierre.session.repeated", "{message}", "Messages that were sent again over a further connection, by direction.");

    private static readonly Counter<long> Ends = CierreMeter.Meter.CreateCounter<long>(
        "cierre.session.ends", "{session}", "Sessions that ended, by why they were lost.");

    private static readonly Counter<long> Gaps = CierreMeter.Meter.CreateCounter<long>(
        "cierre.topic.gaps", "{gap}", "Gaps in a topic that clients were told of, by reason.");

    static SessionMeter() => CierreMeter.Meter.CreateObservableUpDownCounter(
        "cierre.session.active", ActiveSessions, "{session}", "Sessions that have not ended, by whether a connection carries them.");

    /// <summary>Whoever keeps sessions is asked for them when somebody collects.</summary>
    public static void Observe(Func<IEnumerable<(string Route, bool IsAway)>> sessions) => Sources[sessions] = true;

    public static void Forget(Func<IEnumerable<(string Route, bool IsAway)>> sessions) => Sources.TryRemove(sessions, out _);

    /// <param name="toPeer">How many messages this side repeated.</param>
    /// <param name="byPeer">How many the peer does; null: it did not say.</param>
    public static void Resumed(string route, TimeSpan pause, long toPeer, long? byPeer)
    {
        KeyValuePair<string, object?>[] attributes = ConnectionGroup.OfServer(route).Attributes;
        if (Pauses.Enabled) Pauses.Record(pause.TotalSeconds, attributes);
        if (Repeated.Enabled)
        {
            Repeated.Add(toPeer, [.. attributes, new(TelemetryAttributes.Direction, "transmit")]);
            if (byPeer is { } came) Repeated.Add(came, [.. attributes, new(TelemetryAttributes.Direction, "receive")]);
        }

        if (Resumptions.Enabled) Resumptions.Add(1, [.. attributes, new(TelemetryAttributes.SessionOutcome, "resumed")]);
    }

    /// <param name="loss">Why the session is lost; null: it has ended.</param>
    public static void NotResumed(string route, string? loss)
    {
        if (!Resumptions.Enabled) return;
        TagList attributes = Of(route, loss);
        attributes.Add(TelemetryAttributes.SessionOutcome, loss is null ? "ended" : "lost");
        Resumptions.Add(1, attributes);
    }

    /// <param name="loss">Why it was lost; null: it was not.</param>
    public static void Ended(string route, string? loss)
    {
        if (Ends.Enabled) Ends.Add(1, Of(route, loss));
    }

    public static void Gap(string reason) => Gaps.Add(1, new KeyValuePair<string, object?>(TelemetryAttributes.TopicGap, reason));

    private static TagList Of(string route, string? loss)
    {
        var attributes = new TagList(ConnectionGroup.OfServer(route).Attributes);
        if (loss is not null) attributes.Add(TelemetryAttributes.SessionLoss, loss);
        return attributes;
    }

    private static IEnumerable<Measurement<long>> ActiveSessions() =>
        from source in Sources.Keys
        from session in source()
        group session by session into alike
        select new Measurement<long>(
            alike.Count(),
            [.. ConnectionGroup.OfServer(alike.Key.Route).Attributes, new(TelemetryAttributes.SessionState, alike.Key.IsAway ? "away" : "carried")]);
}
