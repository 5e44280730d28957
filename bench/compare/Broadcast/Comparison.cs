using System.Diagnostics;
using System.Globalization;

namespace Cierre.Bench.Broadcast;

/// <summary>All sides in one process, a round of the one after a round of the other: whatever else the machine does, it does to all.</summary>
internal static class Comparison
{
    private const int Warmup = 10;

    // Until what a call left to other threads is done, and the clients have read.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(400);

    public static async Task RunAsync(int connections, int rounds, int size)
    {
        ISide[] sides = [new CierreSide(), new SystemSide(), new BareSide()];
        foreach (ISide side in sides) Console.WriteLine(await side.StartAsync());
        using var bound = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        while (sides.Any(side => side.Count < connections)) await Task.Delay(50, bound.Token);

        byte[] message = new byte[size];
        Random.Shared.NextBytes(message);
        for (int i = 0; i < Warmup; i++)
        {
            foreach (ISide side in sides)
            {
                await side.SendToAllAsync(message);
                await Task.Delay(Pause);
            }
        }

        // What the process costs while it sends nothing, its timers, is nobody's.
        var meter = new CpuMeter();
        await Task.Delay(TimeSpan.FromSeconds(5));
        double idle = meter.Cores;
        var costs = sides.Select(_ => new List<double>()).ToArray();
        for (int i = 0; i < rounds; i++)
        {
            for (int side = 0; side < sides.Length; side++)
            {
                meter = new CpuMeter();
                await sides[side].SendToAllAsync(message);
                await Task.Delay(Pause);
                costs[side].Add(meter.Microseconds(idle) / connections);
            }
        }

        double[] medians = [.. costs.Select(Median)];
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{size} bytes to {connections} connections, {rounds} rounds: CPU per message, medians: cierre {medians[0]:0.00} us, System.Net.WebSockets {medians[1]:0.00} us, bare sockets {medians[2]:0.00} us; cierre / System.Net.WebSockets {medians[0] / medians[1]:0.00}, of the pairs of rounds {Median(costs[0].Zip(costs[1], (a, b) => a / b)):0.00}"));
        Console.WriteLine($"sent {(long)sides.Length * (rounds + Warmup) * connections}");
        foreach (ISide side in sides) await side.CloseAllAsync();
        await Task.Delay(Pause);
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
