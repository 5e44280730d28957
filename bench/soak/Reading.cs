using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Cierre.Soak;

/// <summary>What the process holds when nothing is going on.</summary>
internal sealed partial record Reading(long Heap, long Resident, int Handles, int Threads, long Timers)
{
    // Of few things one more is no leak.
    private const int Few = 3;

    // The framework's array pool gives back, at full collections under memory pressure, what nobody has rented for 10 s, a few at a time; the thread pool ends threads after 20 s.
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(40);

    private const int Collections = 20;

    /// <summary>Waits until every connection has ended and the pools have let go of what nobody needs.</summary>
    public static async Task<Reading> TakeAsync(SoakServer server)
    {
        for (int i = 0; i < 300 && server.Count != 0; i++) await Task.Delay(100);
        if (server.Count != 0) throw new InvalidOperationException($"{server.Count} connections are still open after 30 s.");
        Collect();
        await Task.Delay(Rest);
        for (int i = 0; i < Collections; i++) Collect();
        // As the collection for the heap: of what zlib's contexts leave free in the native allocator's arenas, one for each few threads, nothing is given back otherwise.
        if (OperatingSystem.IsLinux()) _ = TrimNative(0);
        using var process = Process.GetCurrentProcess();
        return new Reading(GC.GetTotalMemory(forceFullCollection: true), process.WorkingSet64, process.HandleCount, process.Threads.Count, Timer.ActiveCount);
    }

    /// <summary>What is more than it was: by 5 %, the resident memory by 15 %.</summary>
    public IEnumerable<string> GrownSince(Reading start) => new[]
    {
        Grown("heap", start.Heap, Heap, 0.05),
        Grown("resident memory", start.Resident, Resident, 0.15),
        Grown("handles", start.Handles, Handles, 0.05, Few),
        Grown("threads", start.Threads, Threads, 0.05, Few),
        Grown("timers", start.Timers, Timers, 0.05, Few),
    }.OfType<string>();

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"heap {Heap / 1024.0 / 1024:0.00} MiB, resident {Resident / 1024.0 / 1024:0.0} MiB, {Handles} handles, {Threads} threads, {Timers} timers");

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int TrimNative(nuint pad);

    private static void Collect()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
    }

    private static string? Grown(string what, long before, long now, double share, long few = 0) =>
        now <= Math.Max(before * (1 + share), before + few) ? null : $"{what} grew from {before:N0} to {now:N0}, by {(double)now / before - 1:P1}; at most {share:P0}";
}
