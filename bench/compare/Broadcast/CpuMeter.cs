using System.Diagnostics;

namespace Cierre.Bench.Broadcast;

/// <summary>The CPU time of this process since it was made.</summary>
internal sealed class CpuMeter
{
    private readonly TimeSpan _cpu = Now;
    private readonly long _begun = Stopwatch.GetTimestamp();

    public double Cores => (Now - _cpu) / Stopwatch.GetElapsedTime(_begun);

    private static TimeSpan Now
    {
        get
        {
            using Process self = Process.GetCurrentProcess();
            return self.TotalProcessorTime;
        }
    }

    /// <param name="idle">Cores that are busy anyway.</param>
    public double Microseconds(double idle) => (Now - _cpu - (Stopwatch.GetElapsedTime(_begun) * idle)).TotalMicroseconds;
}
