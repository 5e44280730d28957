using System.Runtime.InteropServices;

namespace Cierre.Tool.Bench;

/// <summary>Makes the connections of an open loop send what is due when it is due, on a thread of its own.</summary>
internal sealed class Pacer(Schedule schedule, IReadOnlyList<LoadConnection> connections, TimeProvider time)
{
    // What the wait may last without a look at whether to stop.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(100);

    private long _next;
    private volatile bool _stopped;

    public void Start() => new Thread(Run) { IsBackground = true, Name = "pacer" }.Start();

    public void Stop() => _stopped = true;

    /// <summary>Sends what is due by now.</summary>
    /// <returns>How long until the next message is due.</returns>
    public TimeSpan Send()
    {
        long now = time.GetTimestamp();
        while (schedule.DueAt(_next) is var due)
        {
            if (due > now) return time.GetElapsedTime(now, due);
            // A connection that has its depth in flight sends by itself what it owes, once an echo comes.
            connections[(int)(_next++ % connections.Count)].Pump();
        }

        return TimeSpan.Zero;
    }

    private void Run()
    {
        while (!_stopped)
        {
            TimeSpan wait = Send();
            Wait(wait < LongestWait ? wait : LongestWait);
        }
    }

    private static void Wait(TimeSpan time)
    {
        // Thread.Sleep counts whole milliseconds, which would add up to one to every latency; the kernel's own sleep is some 50 us late.
        if (OperatingSystem.IsWindows()) Thread.Sleep(time);
        else _ = NanoSleep(new Timespec { Seconds = 0, Nanoseconds = (nint)time.TotalNanoseconds }, 0);
    }

    [DllImport("libc", EntryPoint = "nanosleep"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int NanoSleep(in Timespec time, nint remaining);

    private struct Timespec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
