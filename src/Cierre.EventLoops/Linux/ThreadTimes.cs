using System.Globalization;

namespace Cierre.EventLoops.Linux;

/// <summary>What the kernel says of a thread of this process: proc(5).</summary>
/// <param name="IsOff">Whether it waits for something, and not for a processor.</param>
/// <param name="Ran">How long it has been on a processor since it began.</param>
internal readonly record struct ThreadTimes(bool IsOff, TimeSpan Ran)
{
    /// <summary>Null where the kernel does not say, or the thread is gone.</summary>
    public static ThreadTimes? Of(int id)
    {
        try
        {
            string stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/self/task/{id}/stat"));
            // The name, in brackets, may hold anything.
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            string times = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/self/task/{id}/schedstat"));
            long nanoseconds = long.Parse(times.AsSpan(0, times.IndexOf(' ', StringComparison.Ordinal)), CultureInfo.InvariantCulture);
            return new ThreadTimes(fields[0] is not "R", TimeSpan.FromTicks(nanoseconds / TimeSpan.NanosecondsPerTick));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or ArgumentOutOfRangeException)
        {
            return null;
        }
    }
}
