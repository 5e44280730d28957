using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Cierre.Telemetry;

/// <summary>The instruments of the meter <c>Cierre</c>. What happens once for each connection is recorded as it happens; what messages do is
/// observed.</summary>
internal static class CierreMeter
{
    public static readonly Meter Meter = new(CierreTelemetry.MeterName, typeof(CierreMeter).Assembly.GetName().Version?.ToString(3));

    private static readonly Histogram<double> Handshakes = Meter.CreateHistogram(
        "cierre.handshake.duration", "s", "Duration of opening handshakes; its count is the number of handshakes.", tags: null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10] });

    private static readonly Counter<long> Closes = Meter.CreateCounter<long>(
        "cierre.connection.closes", "{connection}", "Connections that were open and ended, by how.");

    // Past the half minute and the minute after which proxies cut, to the day.
    private static readonly Histogram<double> Lifetimes = Meter.CreateHistogram(
        "cierre.connection.duration", "s", "Duration of connections, from the end of the opening handshake to that of the transport.", tags: null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1, 5, 15, 30, 45, 60, 75, 120, 300, 600, 1800, 3600, 14400, 86400] });

    private static readonly Histogram<double> RoundTrips = Meter.CreateHistogram(
        "cierre.ping.duration", "s", "Time from a ping to its pong, keep-alive included.", tags: null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20] });

    // Never collected: a meter holds its instruments.
    static CierreMeter()
    {
        Meter.CreateObservableUpDownCounter("cierre.connection.active", OpenConnections, "{connection}", "Connections that are open, closing ones included.");
        Meter.CreateObservableCounter(
            "cierre.messages", () => BothWays(counts => (counts.MessagesReceived, counts.MessagesSent)), "{message}", "Whole messages, by direction.");
        Meter.CreateObservableCounter(
            "cierre.message.io", () =>
                BothWays(counts => (counts.BytesReceived, counts.BytesSent)), "By", "Payload of messages without framing, not compressed, by direction.");
        Meter.CreateObservableUpDownCounter(
            "cierre.queue.size", () => BothWays(counts => (counts.ReceiveQueue, counts.SendQueue)), "By",
            "Bytes received and not read yet, and bytes to send that the kernel has not taken.");
    }

    /// <param name="error">The value of <c>error.type</c>; null where it is no error.</param>
    public static void Handshake(ConnectionGroup group, TimeSpan duration, string outcome, int? status, string? error)
    {
        if (!Handshakes.Enabled) return;
        var attributes = new TagList(group.Attributes) { { TelemetryAttributes.Outcome, outcome } };
        if (status is { } code) attributes.Add(TelemetryAttributes.HttpStatus, code);
        if (error is not null) attributes.Add(TelemetryAttributes.ErrorType, error);
        Handshakes.Record(duration.TotalSeconds, attributes);
    }

    public static void Closed(ConnectionGroup group, CloseRecord record)
    {
        if (!Closes.Enabled) return;
        string cause = record.Cause.ToKebabCase();
        var attributes = new TagList(group.Attributes)
        {
            { TelemetryAttributes.CloseCode, CodeOf(record) },
            { TelemetryAttributes.CloseCause, cause },
            { TelemetryAttributes.CloseEndedBy, record.EndedBy.ToKebabCase() },
            { TelemetryAttributes.CloseClean, record.WasClean },
        };
        if (CloseFault.IsError(record, group.IsClient)) attributes.Add(TelemetryAttributes.ErrorType, cause);
        Closes.Add(1, attributes);
    }

    public static void Lived(ConnectionGroup group, CloseRecord record)
    {
        if (Lifetimes.Enabled) Lifetimes.Record(record.Elapsed.TotalSeconds,
            new TagList(group.Attributes) { { TelemetryAttributes.CloseCause, record.Cause.ToKebabCase() } });
    }

    public static void RoundTrip(ConnectionGroup group, TimeSpan duration) => RoundTrips.Record(duration.TotalSeconds, group.Attributes);

    /// <summary>The code, where the registry or the application names it. The others are the peer's to choose: 2,000 of them are as many series.</summary>
    internal static string CodeOf(CloseRecord record) =>
        record.CodeInfo.Name.Length > 0 ? record.Code.ToString(System.Globalization.CultureInfo.InvariantCulture) : TelemetryAttributes.Other;

    private static IEnumerable<Measurement<long>> OpenConnections() =>
        ConnectionGroup.All.Select(group => new Measurement<long>(group.Open, group.Attributes));

    private static IEnumerable<Measurement<long>> BothWays(Func<ConnectionCounts, (long Received, long Sent)> select)
    {
        foreach (ConnectionGroup group in ConnectionGroup.All)
        {
            (long received, long sent) = select(group.Read().Total);
            yield return new Measurement<long>(received, [.. group.Attributes, new(TelemetryAttributes.Direction, "receive")]);
            yield return new Measurement<long>(sent, [.. group.Attributes, new(TelemetryAttributes.Direction, "transmit")]);
        }
    }
}
