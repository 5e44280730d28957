namespace Cierre.AspNetCore.Tests;

/// <summary>Every wait has a bound.</summary>
internal static class Waits
{
    // Met only where something never comes: a machine that is busy with much else takes its time.
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    public static Task<T> Soon<T>(this Task<T> task) => task.WaitAsync(Bound);

    public static Task<T> Soon<T>(this ValueTask<T> task) => task.AsTask().WaitAsync(Bound);

    public static Task Soon(this Task task) => task.WaitAsync(Bound);

    public static Task Soon(this ValueTask task) => task.AsTask().WaitAsync(Bound);

    /// <summary>Until something that nobody announces is so.</summary>
    /// <param name="seen">What there is to see where it never is.</param>
    public static async Task Until(Func<bool> condition, string what, Func<string>? seen = null)
    {
        long begun = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            if (TimeProvider.System.GetElapsedTime(begun) > Bound) throw new TimeoutException($"waited {Bound.TotalSeconds} s for {what}; {seen?.Invoke()}");
            await Task.Delay(5);
        }
    }
}
