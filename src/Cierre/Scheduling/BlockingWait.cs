using System.Threading.Tasks.Sources;

namespace Cierre.Scheduling;

/// <summary>Lets a result be asked for before it is there: <c>SendAsync(...).GetAwaiter().GetResult()</c> waits, as it does for a task.</summary>
internal static class BlockingWait
{
    /// <exception cref="InvalidOperationException">The token is of another wait, or somebody awaits the same.</exception>
    public static void For<T>(ref ManualResetValueTaskSourceCore<T> source, short token)
    {
        if (source.GetStatus(token) != ValueTaskSourceStatus.Pending) return;
        // Never disposed: whoever sets it may still be at it when the wait is over, and without a wait handle it holds nothing.
        var done = new ManualResetEventSlim();
        source.OnCompleted(static done => ((ManualResetEventSlim)done!).Set(), done, token, ValueTaskSourceOnCompletedFlags.None);
        done.Wait();
    }
}
