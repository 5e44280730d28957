namespace Cierre.Tool.Bench;

/// <summary>Waits for as long as was asked, and no shorter: what is measured is divided by it.</summary>
internal static class Elapsing
{
    /// <summary>Until so long after a moment; or nothing is left to wait for.</summary>
    /// <param name="over">Ends the wait early.</param>
    /// <param name="interruption">Ends the wait early too, without an exception.</param>
    public static async Task WaitAsync(this TimeProvider time, long from, TimeSpan passed, Task over, CancellationToken interruption)
    {
        // The system's timers count by a coarser clock than timestamps do, and may come some milliseconds before their time.
        while (passed - time.GetElapsedTime(from) is { Ticks: > 0 } left && !over.IsCompleted && !interruption.IsCancellationRequested)
        {
            // They drop what is less than a millisecond.
            await Task.WhenAny(Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)), time, interruption), over);
        }
    }
}
