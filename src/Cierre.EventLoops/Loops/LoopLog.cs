using Cierre.EventLoops.Linux;
using Microsoft.Extensions.Logging;

namespace Cierre.EventLoops.Loops;

/// <summary>Every log event of the loops. What may come with each connection is told once a minute.</summary>
internal sealed partial class LoopLog(ILogger logger, TimeProvider time)
{
    public const string Category = "Cierre.EventLoops";

    private static readonly TimeSpan s_silence = TimeSpan.FromMinutes(1);

    private readonly LogLines _lines = new();
    private long _notWatchedTold;
    private long _noThreadTold;
    private long _allTakenTold;
    private long _watchFailedTold;

    public void HandlerBlocks(string endpoint, TimeSpan threshold, TimeSpan pause) =>
        Tell(() => HandlerBlocks(logger, endpoint, threshold.TotalMilliseconds, pause.TotalSeconds));

    public void Unexpected(Exception exception) => Tell(() => Unexpected(logger, exception));

    public void LoopFailed(Exception exception) => Tell(() => LoopFailed(logger, exception));

    public void NotWatched(Errno error)
    {
        if (IsDue(ref _notWatchedTold)) Tell(() => NotWatched(logger, (int)error));
    }

    public void NoThread(Exception exception)
    {
        if (IsDue(ref _noThreadTold)) Tell(() => NoThread(logger, exception));
    }

    public void AllThreadsTaken(int most)
    {
        if (IsDue(ref _allTakenTold)) Tell(() => AllThreadsTaken(logger, most));
    }

    public void WatchFailed(Exception exception)
    {
        if (IsDue(ref _watchFailedTold)) Tell(() => WatchFailed(logger, exception));
    }

    [LoggerMessage(3, LogLevel.Information, "This system has no epoll, so connections run on sockets and not on event loops.")]
    public static partial void NoEpoll(ILogger logger);

    private void Tell(Action tell) => _lines.Add(tell);

    private bool IsDue(ref long told)
    {
        // 0 is never: the first moment of a clock that begins at 0 is told as the next.
        long before = Volatile.Read(ref told), now = Math.Max(1, time.GetTimestamp());
        return (before == 0 || time.GetElapsedTime(before, now) >= s_silence) && Interlocked.CompareExchange(ref told, now, before) == before;
    }

    [LoggerMessage(1, LogLevel.Warning,
        "A handler of {Endpoint} has kept an event loop for more than {Threshold} ms, so another thread runs the loop. For {Pause} s handlers of this endpoint "
        + "run on threads of their own. Await what takes long, and do not block.")]
    private static partial void HandlerBlocks(ILogger logger, string endpoint, double threshold, double pause);

    [LoggerMessage(2, LogLevel.Error, "A connection was ended because its event loop met an exception that nothing expects.")]
    private static partial void Unexpected(ILogger logger, Exception exception);

    [LoggerMessage(4, LogLevel.Critical, "The thread of an event loop met an exception that nothing expects. The loop goes on, on another thread.")]
    private static partial void LoopFailed(ILogger logger, Exception exception);

    [LoggerMessage(5, LogLevel.Warning,
        "The kernel does not watch a connection's socket (errno {Errno}), so the connection ends. Errno 28 says that the limit of watched sockets is reached: "
        + "/proc/sys/fs/epoll/max_user_watches. Further ones are told once a minute.")]
    private static partial void NotWatched(ILogger logger, int errno);

    [LoggerMessage(6, LogLevel.Warning,
        "The system gives no further thread, so a handler that blocks keeps its event loop until a thread is free. Further ones are told once a minute.")]
    private static partial void NoThread(ILogger logger, Exception exception);

    [LoggerMessage(7, LogLevel.Warning,
        "None of the {Most} threads of the event loops (MaxThreads) is left for a handler that blocks, so further ones wait until a thread is free. It is told "
        + "once a minute.")]
    private static partial void AllThreadsTaken(ILogger logger, int most);

    [LoggerMessage(8, LogLevel.Error, "The watch over the event loops met an exception that nothing expects. It goes on. It is told once a minute.")]
    private static partial void WatchFailed(ILogger logger, Exception exception);
}
