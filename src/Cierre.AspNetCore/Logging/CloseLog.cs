using System.Globalization;
using System.Net;
using Cierre.Telemetry;
using Microsoft.Extensions.Logging;

namespace Cierre.AspNetCore.Logging;

/// <summary>The log events of the server; ids are given in this file only.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Performance", "CA1873", Justification = "The level is checked before.")]
internal static partial class CloseLog
{
    /// <summary>Under the one category of all events of the server. Writing to it never throws.</summary>
    public static ILogger Of(ILoggerFactory loggers) => new GuardedLogger(loggers.CreateLogger("Cierre.WebSocket"));

    public static void Closed(ILogger logger, long id, string endpoint, CloseRecord record)
    {
        LogLevel level = LevelOf(record.Cause);
        if (!logger.IsEnabled(level)) return;
        string name = record.CodeInfo.Name is { Length: > 0 } named ? named : "without a name";
        ConnectionClosed(
            logger, level, id, endpoint, record.Code, name, record.WasClean, record.EndedBy.ToKebabCase(), record.Cause.ToKebabCase(), record.Detail,
            record.Elapsed.TotalSeconds, record.Exception);
    }

    /// <summary>A peer that leaves or is lost is no trouble of ours; a handler that throws is, and an upstream that fails is somebody's.</summary>
    internal static LogLevel LevelOf(CloseCause cause) => cause switch
    {
        CloseCause.HandlerFailed => LogLevel.Error,
        CloseCause.UpstreamFailed => LogLevel.Warning,
        CloseCause.PeerClosed or CloseCause.Requested or CloseCause.HandlerReturned or CloseCause.HostStopping or CloseCause.Disposed => LogLevel.Debug,
        _ => LogLevel.Information,
    };

    [LoggerMessage(EventId = 1, EventName = "ConnectionClosed",
        Message = "WebSocket {Id} {Endpoint} closed: {Code} {CodeName}, clean {WasClean}, ended by {EndedBy}, {Cause}: {Detail} ({Seconds:0.000} s)")]
    private static partial void ConnectionClosed(
        ILogger logger, LogLevel level, long id, string endpoint, ushort code, string codeName, bool wasClean, string endedBy, string cause, string detail,
        double seconds, Exception? exception);

    /// <summary>A connection that was passed on: the record's received frame is the client's.</summary>
    /// <param name="notPassed">A close frame of the client's that came too late to be passed on.</param>
    public static void Relayed(
        ILogger logger, string requestId, string endpoint, CloseRecord record, CloseFrame? notPassed, CloseFrame? fromServer,
        in ConnectionTelemetry.Passed passed)
    {
        bool isLost = record.EndedBy == EndedBy.Network;
        if (!logger.IsEnabled(isLost ? LogLevel.Information : LogLevel.Debug)) return;
        string client = notPassed is null ? Word(record.Received) : $"{Word(notPassed)} (not passed on)";
        string frames = $"client {client}, server {Word(fromServer)}, to the client {Word(record.Sent)}";
        if (isLost)
        {
            RelayedLost(
                logger, requestId, endpoint, record.Code, record.Cause.ToKebabCase(), record.Detail, frames,
                passed.MessagesReceived, passed.BytesReceived, passed.MessagesSent, passed.BytesSent, record.Elapsed.TotalSeconds, record.Exception);
        }
        else
        {
            RelayedClosed(
                logger, requestId, endpoint, record.Code, record.WasClean, record.EndedBy.ToKebabCase(), record.Cause.ToKebabCase(),
                record.Detail, frames, passed.MessagesReceived, passed.BytesReceived, passed.MessagesSent, passed.BytesSent, record.Elapsed.TotalSeconds);
        }
    }

    private static string Word(CloseFrame? frame) => frame switch
    {
        null => "none",
        { Reason: "" } => frame.Code.ToString(CultureInfo.InvariantCulture),
        _ => $"{frame.Code.ToString(CultureInfo.InvariantCulture)} {UntrustedText.Quote(frame.Reason)}",
    };

    [LoggerMessage(EventId = 17, EventName = "RelayedClosed", Level = LogLevel.Debug,
        Message = "WebSocket {RequestId} {Endpoint} relayed, closed: {Code}, clean {WasClean}, ended by {EndedBy}, {Cause}: {Detail}; " +
        "close frames: {Frames}; from the client {MessagesFromClient} messages of {BytesFromClient} bytes, " +
        "to it {MessagesToClient} of {BytesToClient} ({Seconds:0.000} s)")]
    private static partial void RelayedClosed(
        ILogger logger, string requestId, string endpoint, ushort code, bool wasClean, string endedBy, string cause, string detail, string frames,
        long messagesFromClient, long bytesFromClient, long messagesToClient, long bytesToClient, double seconds);

    [LoggerMessage(EventId = 18, EventName = "RelayedLost", Level = LogLevel.Information,
        Message = "WebSocket {RequestId} {Endpoint} relayed, lost: {Code}, {Cause}: {Detail}; close frames: {Frames}; " +
        "from the client {MessagesFromClient} messages of {BytesFromClient} bytes, to it {MessagesToClient} of {BytesToClient} ({Seconds:0.000} s)")]
    private static partial void RelayedLost(
        ILogger logger, string requestId, string endpoint, ushort code, string cause, string detail, string frames,
        long messagesFromClient, long bytesFromClient, long messagesToClient, long bytesToClient, double seconds, Exception? exception);

    [LoggerMessage(EventId = 10, EventName = "HandshakeRefused", Level = LogLevel.Debug,
        Message = "WebSocket {Endpoint} refused a handshake with {Status}: {Text}")]
    public static partial void HandshakeRefused(ILogger logger, string endpoint, int status, string text);

    [LoggerMessage(EventId = 13, EventName = "OriginRefused", Level = LogLevel.Information, Message = "WebSocket {Endpoint} refused a handshake: {Text}")]
    public static partial void OriginRefused(ILogger logger, string endpoint, string text);

    [LoggerMessage(
        EventId = 14, EventName = "ClientLeft", Level = LogLevel.Debug, Message = "WebSocket {Endpoint}: the client left before its handshake was answered")]
    public static partial void ClientLeft(ILogger logger, string endpoint);

    [LoggerMessage(EventId = 16, EventName = "AnotherMiddleware", Level = LogLevel.Warning,
        Message = "UseWebSockets stands behind UseCierreWebSockets, where it does nothing, and has other options: its allowed origins are not checked. " +
        "Give UseCierreWebSockets these options, or configure WebSocketOptions once for both")]
    public static partial void AnotherMiddleware(ILogger logger);

    [LoggerMessage(EventId = 8, EventName = "CallbackFailed", Level = LogLevel.Error, Message = "The endpoint's {Callback} failed")]
    public static partial void CallbackFailed(ILogger logger, string callback, Exception exception);

    [LoggerMessage(EventId = 22, EventName = "SessionsShed", Level = LogLevel.Warning,
        Message = "More sessions wait for their clients than MaxAwaySessions ({MaxSessions}) and MaxAwaySessionBytes ({MaxBytes}) allow: those that have " +
            "been away longest are lost")]
    public static partial void SessionsShed(ILogger logger, int maxSessions, long maxBytes);

    [LoggerMessage(EventId = 15, EventName = "ListenerFailed", Level = LogLevel.Error, Message = "A listener of metrics or traces failed")]
    public static partial void ListenerFailed(ILogger logger, Exception exception);

    [LoggerMessage(EventId = 11, EventName = "InspectorCloses", Level = LogLevel.Information,
        Message = "{Caller} closes through the inspector, with {Code}, the WebSocket connections {Connections}")]
    public static partial void InspectorCloses(ILogger logger, string caller, string connections, ushort code);

    [LoggerMessage(EventId = 2, EventName = "DrainBegan", Level = LogLevel.Information,
        Message = "Draining {Connections} WebSocket connections with {Code}; new ones are refused")]
    public static partial void DrainBegan(ILogger logger, int connections, ushort code);

    [LoggerMessage(EventId = 3, EventName = "DrainEnded", Level = LogLevel.Information, Message = "Drained in {Seconds:0.000} s")]
    public static partial void DrainEnded(ILogger logger, double seconds);

    [LoggerMessage(EventId = 4, EventName = "DrainCut", Level = LogLevel.Warning,
        Message = "The time to drain is over: {Connections} WebSocket connections are cut")]
    public static partial void DrainCut(ILogger logger, int connections);

    [LoggerMessage(EventId = 12, EventName = "HandlersLate", Level = LogLevel.Warning, Message = "The stop has waited {Seconds:0.0} s for {Handlers} " +
        "handlers of WebSocket {Endpoint} that go on although their connections have ended and their token is cancelled: " +
        "a handler should return when its CancellationToken is cancelled, or its receives end")]
    public static partial void HandlersLate(ILogger logger, double seconds, int handlers, string endpoint);

    [LoggerMessage(EventId = 5, EventName = "LoadShed", Level = LogLevel.Warning,
        Message = "Under pressure ({Signal} at {Percent:0} % of its threshold): {Connections} WebSocket connections are closed with 1013")]
    public static partial void LoadShed(ILogger logger, string signal, double percent, int connections);

    [LoggerMessage(EventId = 6, EventName = "PressureOver", Level = LogLevel.Information,
        Message = "The pressure is over: WebSocket connections are taken again")]
    public static partial void PressureOver(ILogger logger);

    [LoggerMessage(EventId = 7, EventName = "PressureNotRead", Level = LogLevel.Error, Message = "The application's signal of pressure could not be read")]
    public static partial void PressureNotRead(ILogger logger, Exception exception);

    [LoggerMessage(19, LogLevel.Warning,
        "No further connection is accepted at {EndPoint} for now, because {Reason}. Accepting goes on by itself, and connections that are open go on.",
        EventName = "AcceptPaused")]
    public static partial void AcceptPaused(ILogger logger, EndPoint endPoint, string reason);

    [LoggerMessage(20, LogLevel.Information, "Connections are accepted again at {EndPoint}.", EventName = "AcceptGoesOn")]
    public static partial void AcceptGoesOn(ILogger logger, EndPoint endPoint);

    [LoggerMessage(21, LogLevel.Warning,
        "The queue of connections that wait to be accepted at {EndPoint} is full ({Most}), so the kernel drops further ones, and their clients knock again "
        + "after a second or more. SocketTransportOptions.Backlog and net.core.somaxconn say how long the queue may be. It is told once a minute.",
        EventName = "ListenQueueFull")]
    public static partial void ListenQueueFull(ILogger logger, EndPoint endPoint, int most);
}
