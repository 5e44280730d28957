namespace Cierre.Scheduling;

/// <summary>Starts what outlives its caller in an empty <see cref="ExecutionContext"/>.</summary>
/// <remarks>
/// The pump of a connection would otherwise keep the caller's AsyncLocals from the garbage collector for as long as the connection lives, and show them to
/// every callback that it runs.
/// </remarks>
internal static class NoContext
{
    private static readonly ExecutionContext Empty = CaptureEmpty();

    /// <summary>Runs the work here and now. What it begins to await goes on without the caller's AsyncLocals.</summary>
    public static void Run(ContextCallback work, object state) => ExecutionContext.Run(Empty, work, state);

    /// <summary>Only a thread that inherits nothing has an empty context to capture; a suppressed flow captures none at all.</summary>
    private static ExecutionContext CaptureEmpty()
    {
        ExecutionContext? empty = null;
        var thread = new Thread(() => empty = ExecutionContext.Capture()) { IsBackground = true };
        thread.UnsafeStart();
        thread.Join();
        return empty!;
    }
}
