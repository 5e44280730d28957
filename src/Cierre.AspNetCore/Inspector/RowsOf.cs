using System.Globalization;
using Cierre.AspNetCore.Resuming;
using Cierre.Connections;

namespace Cierre.AspNetCore.Inspector;

/// <summary>What the library knows, as rows. All that a peer wrote is made harmless here, and the page takes none of it for markup.</summary>
internal static class RowsOf
{
    private const int LastFramesInList = 4;

    public static ConnectionRow Connection(OpenConnection entry, CultureInfo culture, int frames = LastFramesInList)
    {
        WebSocketConnection connection = entry.Carrier;
        ConnectionTraffic traffic = connection.Traffic;
        IReadOnlyList<WebSocketTraceFrame> kept = connection.GetRecentFrames();
        return new ConnectionRow(
            entry.Id,
            entry.Endpoint,
            entry.UserId is { } user ? UntrustedText.Escape(user) : null,
            entry.RemoteEndPoint?.ToString(),
            connection.Subprotocol,
            connection.Extensions.Length == 0 ? null : connection.Extensions,
            connection.HttpVersion.ToString(2),
            entry.OpenedAt,
            Seconds(connection.Age),
            Seconds(connection.IdleTime),
            connection.LastRoundTrip is { } roundTrip ? Math.Round(roundTrip.TotalMilliseconds, 3) : null,
            connection.IsOpen,
            traffic.MessagesReceived,
            traffic.MessagesSent,
            traffic.FramesReceived,
            traffic.FramesSent,
            traffic.BytesReceived,
            traffic.BytesSent,
            traffic.MessagesDropped,
            connection.QueuedBytes,
            kept.Count == 0 ? null : [.. kept.TakeLast(frames).Select(frame => Seen(frame, culture))]);
    }

    public static SessionRow Session(HostedSession hosted)
    {
        ConnectionControl.Session session = hosted.Session;
        TimeSpan? away = session.AwayFor;
        long carrier = session.Carrier;
        return new SessionRow(
            session.Id,
            hosted.Endpoint,
            hosted.UserId is { } user ? UntrustedText.Escape(user) : null,
            carrier == 0 ? null : carrier,
            Seconds(session.Connection.Age),
            away is { } time ? Seconds(time) : null,
            away is { } so ? Seconds(session.Window - so) : null,
            session.Connections,
            session.Connection.QueuedBytes,
            session.Connection.IsOpen);
    }

    public static CloseRow Closed(ClosedConnection closed, CultureInfo culture)
    {
        CloseRecord record = closed.Record;
        return new CloseRow(
            closed.Id,
            closed.Endpoint,
            closed.UserId is { } user ? UntrustedText.Escape(user) : null,
            closed.RemoteEndPoint?.ToString(),
            closed.ClosedAt,
            Seconds(record.Elapsed),
            record.Code,
            record.CodeInfo.GetName(culture),
            UntrustedText.Escape(record.Reason),
            record.WasClean,
            record.EndedBy.ToKebabCase(),
            record.Cause.ToKebabCase(),
            record.Describe(culture),
            record.Explain(culture));
    }

    public static FrameRow Seen(WebSocketTraceEvent seen, CultureInfo culture)
    {
        double time = Math.Round(seen.Elapsed.TotalMilliseconds, 3);
        string words = seen.Describe(culture);
        return seen switch
        {
            WebSocketTraceFrame frame => new FrameRow(
                time, "frame", frame.IsReceived, frame.OpcodeName, frame.IsFinal, frame.ReservedBits, frame.IsMasked, frame.Length,
                frame.IsCompressed, frame.IsRefused,
                frame.CloseFrame?.Code, frame.CloseFrame is { } close ? UntrustedText.Escape(close.Reason) : null, frame.PayloadPreview, words),
            WebSocketTraceViolation violation => Other(time, "violation", violation.CloseFrame.Code, words),
            _ => Other(time, "transport", null, words),
        };
    }

    private static FrameRow Other(double time, string kind, int? code, string words) =>
        new(time, kind, null, null, null, null, null, null, null, null, code, null, null, words);

    private static double Seconds(TimeSpan time) => Math.Round(time.TotalSeconds, 3);
}
