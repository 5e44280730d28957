namespace Cierre.OpenTelemetry.Tests;

/// <summary>Every wait has a bound.</summary>
internal static class Waits
{
    public static readonly TimeSpan Bound = TimeSpan.FromSeconds(15);

    /// <summary>Until something that nobody announces is so.</summary>
    public static async Task Until(Func<bool> condition, string what)
    {
        long begun = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            if (TimeProvider.System.GetElapsedTime(begun) > Bound) throw new TimeoutException($"waited {Bound.TotalSeconds} s for {what}");
            await Task.Delay(5);
        }
    }
}
