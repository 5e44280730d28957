using Microsoft.Extensions.Logging;

namespace Cierre.AspNetCore.Kestrel;

/// <summary>What Kestrel's own socket transport logs: the same category, ids, levels and words, so that nobody's filters and alerts notice the
/// difference.</summary>
internal static partial class SocketLog
{
    public const string Category = "Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets";

    [LoggerMessage(4, LogLevel.Debug, "Connection id \"{ConnectionId}\" paused.", EventName = "ConnectionPause")]
    public static partial void Paused(ILogger logger, string connectionId);

    [LoggerMessage(5, LogLevel.Debug, "Connection id \"{ConnectionId}\" resumed.", EventName = "ConnectionResume")]
    public static partial void Resumed(ILogger logger, string connectionId);

    [LoggerMessage(6, LogLevel.Debug, "Connection id \"{ConnectionId}\" received FIN.", EventName = "ConnectionReadFin")]
    public static partial void ReadFin(ILogger logger, string connectionId);

    [LoggerMessage(7, LogLevel.Debug, "Connection id \"{ConnectionId}\" sending FIN because: \"{Reason}\"", EventName = "ConnectionWriteFin")]
    public static partial void WriteFin(ILogger logger, string connectionId, string reason);

    [LoggerMessage(8, LogLevel.Debug, "Connection id \"{ConnectionId}\" sending RST because: \"{Reason}\"", EventName = "ConnectionWriteRst")]
    public static partial void WriteRst(ILogger logger, string connectionId, string reason);

    [LoggerMessage(14, LogLevel.Debug, "Connection id \"{ConnectionId}\" communication error.", EventName = "ConnectionError")]
    public static partial void Error(ILogger logger, string connectionId, Exception exception);

    [LoggerMessage(19, LogLevel.Debug, "Connection id \"{ConnectionId}\" reset.", EventName = "ConnectionReset")]
    public static partial void Reset(ILogger logger, string connectionId);

    [LoggerMessage(0, LogLevel.Error, "Unexpected exception in SocketConnection.CancelConnectionClosedToken.")]
    public static partial void ClosedCallbackFailed(ILogger logger, Exception exception);
}
