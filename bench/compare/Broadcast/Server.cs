using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace Cierre.Bench.Broadcast;

internal interface ISide
{
    int Count { get; }

    void Build(WebApplicationBuilder builder);

    void Map(WebApplication app);

    Task SendToAllAsync(ReadOnlyMemory<byte> message);

    Task CloseAllAsync();
}

internal static class Server
{
    private const int Warmup = 10;

    // Between rounds: the clients read what came.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(150);

    public static async Task RunAsync(ISide side, int connections, int rounds, int size)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        side.Build(builder);
        WebApplication app = builder.Build();
        side.Map(app);
        await app.StartAsync();
        Console.WriteLine(string.Join(' ', app.Urls));
        using var bound = new CancellationTokenSource(TimeSpan.FromMinutes(10));
        while (side.Count < connections) await Task.Delay(50, bound.Token);

        byte[] message = new byte[size];
        Random.Shared.NextBytes(message);
        for (int i = 0; i < Warmup; i++)
        {
            await side.SendToAllAsync(message);
            await Task.Delay(Pause);
        }

        // What the process costs while it sends nothing, its timers, is not the broadcast's.
        var meter = new CpuMeter();
        await Task.Delay(TimeSpan.FromSeconds(3));
        double idle = meter.Cores;
        double cpu = 0;
        TimeSpan longest = default;
        for (int i = 0; i < rounds; i++)
        {
            meter = new CpuMeter();
            long begun = Stopwatch.GetTimestamp();
            await side.SendToAllAsync(message);
            TimeSpan took = Stopwatch.GetElapsedTime(begun);
            // With what the call left to other threads.
            await Task.Delay(Pause);
            cpu += meter.Microseconds(idle);
            if (took > longest) longest = took;
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{cpu / rounds / connections:0.00} us CPU/message  idle {idle:0.000} cores  longest call {longest.TotalMilliseconds:0.0} ms  sent {(long)(rounds + Warmup) * connections}"));
        await side.CloseAllAsync();
        await app.StopAsync();
    }
}

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
