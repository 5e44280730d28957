using Microsoft.Extensions.Logging;

namespace Cierre.EventLoops.Loops;

/// <summary>Every log event of the loops.</summary>
internal static partial class LoopLog
{
    public const string Category = "Cierre.EventLoops";

    [LoggerMessage(1, LogLevel.Warning,
        "A handler of {Endpoint} has kept an event loop for more than {Threshold} ms, so another thread runs the loop. For {Pause} s handlers of this endpoint "
        + "run on threads of their own. Await what takes long, and do not block.")]
    public static partial void HandlerBlocks(ILogger logger, string endpoint, double threshold, double pause);

    [LoggerMessage(2, LogLevel.Error, "A connection was ended because its event loop met an exception that nothing expects.")]
    public static partial void Unexpected(ILogger logger, Exception exception);

    [LoggerMessage(3, LogLevel.Information, "This system has no epoll, so connections run on sockets and not on event loops.")]
    public static partial void NoEpoll(ILogger logger);
}
