using System.Diagnostics;
using System.Globalization;
using Cierre.Callbacks;

namespace Cierre.Telemetry;

/// <summary>The spans of the source <c>Cierre</c>: one for each connection, from the beginning of its opening to the end of its transport.</summary>
internal static class CierreActivities
{
    public const string OpenEvent = "cierre.open";
    public const string CloseEvent = "cierre.close";

    private static readonly ActivitySource Source = new(CierreTelemetry.ActivitySourceName, typeof(CierreActivities).Assembly.GetName().Version?.ToString(3));

    /// <summary>Below what the caller does. The request of the opening is below it in turn: the HTTP handler names its own span to the server.</summary>
    public static Activity? StartClient(ConnectionGroup group, Uri url, TimeProvider time, Action<Exception>? failed) =>
        Start("WebSocket", ActivityKind.Client, parent: default, Attributes(group, url.Scheme, url.AbsolutePath), time, failed);

    /// <summary>Below the request, where somebody watches requests; else this span is the entry, below the peer's.</summary>
    public static Activity? StartServer(
        ConnectionGroup group, string route, string scheme, string path, TimeProvider time, ActivityContext caller, Action<Exception>? failed = null)
    {
        if (!Source.HasListeners()) return null;
        Activity? request = Activity.Current;
        // ASP.NET Core may make an activity for its log alone. It never reaches a backend, and a sampler would take its word that nothing is to be kept.
        bool watched = request is not null && request.Source.HasListeners();
        if (!watched) Activity.Current = null;

        Activity? span = Start(
            $"WebSocket {route}", watched ? ActivityKind.Internal : ActivityKind.Server, watched ? default : caller, Attributes(group, scheme, path), time,
            failed);
        if (span is null) Activity.Current = request;
        return span;
    }

    public static void Opened(Activity span, TimeSpan elapsed) => span.AddEvent(new ActivityEvent(OpenEvent, At(span, elapsed)));

    /// <summary>A handshake that came to nothing.</summary>
    public static void Ended(Activity span, TimeSpan elapsed, string outcome, int? status, string? error, string? description)
    {
        span.SetTag(TelemetryAttributes.Outcome, outcome);
        if (status is { } code) span.SetTag(TelemetryAttributes.HttpStatus, code);
        Fail(span, error, description);
        Stop(span, elapsed);
    }

    /// <summary>The close is the end of the span: its facts are attributes, so that they can be searched for, and its words an event.</summary>
    public static void Ended(Activity span, TimeSpan elapsed, CloseRecord record, bool isClient)
    {
        string cause = record.Cause.ToKebabCase();
        if (span.IsAllDataRequested)
        {
            span.SetTag(TelemetryAttributes.CloseCode, Text(record.Code));
            span.SetTag(TelemetryAttributes.CloseCause, cause);
            span.SetTag(TelemetryAttributes.CloseEndedBy, record.EndedBy.ToKebabCase());
            span.SetTag(TelemetryAttributes.CloseClean, record.WasClean);
            if (record.Sent is { } sent) span.SetTag(TelemetryAttributes.CloseSent, Text(sent.Code));
            if (record.Received is { } received) span.SetTag(TelemetryAttributes.CloseReceived, Text(received.Code));
            span.SetTag(TelemetryAttributes.MessagesReceived, record.Traffic.MessagesReceived);
            span.SetTag(TelemetryAttributes.MessagesSent, record.Traffic.MessagesSent);
            var words = new ActivityTagsCollection { { TelemetryAttributes.CloseReason, record.Reason }, { TelemetryAttributes.CloseDetail, record.Detail } };
            span.AddEvent(new ActivityEvent(CloseEvent, At(span, elapsed), words));
        }

        if (CloseFault.IsError(record, isClient))
        {
            if (record.Exception is { } exception) span.AddException(exception, timestamp: At(span, elapsed));
            Fail(span, cause, record.Detail);
        }

        Stop(span, elapsed);
    }

    /// <summary>A listener that throws while it is told leaves the span begun and current: it is the connection's all the same, for the other
    /// listeners.</summary>
    private static Activity? Start(
        string name, ActivityKind kind, ActivityContext parent, List<KeyValuePair<string, object?>> attributes, TimeProvider time, Action<Exception>? failed)
    {
        Activity? before = Activity.Current;
        return Guarded.Call(
            (name, kind, parent, attributes, time), static of =>
                Source.StartActivity(of.name, of.kind, of.parent, of.attributes, links: null, of.time.GetUtcNow()), fallback: null, failed)
            ?? (Activity.Current is { } begun && begun != before ? begun : null);
    }

    private static void Fail(Activity span, string? error, string? description)
    {
        if (error is null) return;
        span.SetTag(TelemetryAttributes.ErrorType, error);
        span.SetStatus(ActivityStatusCode.Error, description);
    }

    private static void Stop(Activity span, TimeSpan elapsed)
    {
        // Stopping makes the parent current, here as well, where something else may be.
        Activity? current = Activity.Current;
        try
        {
            span.SetEndTime(At(span, elapsed).UtcDateTime);
            span.Stop();
        }
        finally
        {
            // Also where a listener throws before the parent is current.
            Activity.Current = current == span ? span.Parent : current;
        }
    }

    /// <summary>By the connection's clock, as all its durations are.</summary>
    private static DateTimeOffset At(Activity span, TimeSpan elapsed) => new(span.StartTimeUtc + elapsed);

    private static List<KeyValuePair<string, object?>> Attributes(ConnectionGroup group, string scheme, string path) =>
        [.. group.Attributes, new(TelemetryAttributes.UrlScheme, scheme), new(TelemetryAttributes.UrlPath, path)];

    private static string Text(ushort code) => code.ToString(CultureInfo.InvariantCulture);
}
