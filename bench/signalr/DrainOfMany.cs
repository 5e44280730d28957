using System.Collections.Concurrent;
using Cierre.AspNetCore;
using Cierre.Frameworks.Tests;
using Cierre.Samples.SignalR;
using Microsoft.AspNetCore.SignalR.Client;

namespace Cierre.SignalRLoad;

/// <summary>Drains many connections of SignalR at once and then stops the host; or stops the host, which drains them.</summary>
internal static class DrainOfMany
{
    public static async Task<int> RunAsync(int count, bool stopsOnly)
    {
        await using RunningSample sample = await RunningSample.StartAsync(ChatServer.Build, Stack.Cierre, "--Cierre:Drain:Code", "1012");
        var ends = new ConcurrentQueue<string>();
        var hubs = new List<HubConnection>();
        foreach (int[] some in Enumerable.Range(0, count).Chunk(50)) hubs.AddRange(await Task.WhenAll(some.Select(_ => ConnectAsync(sample.Url, ends))));
        Console.WriteLine($"{sample.Server.Connections.Count} connections are open");

        long begun = TimeProvider.System.GetTimestamp();
        if (!stopsOnly) await sample.Server.DrainAsync();
        TimeSpan drained = TimeProvider.System.GetElapsedTime(begun);
        await sample.StopAsync();
        TimeSpan stopped = TimeProvider.System.GetElapsedTime(begun);
        for (int i = 0; ends.Count < count && i < 1000; i++) await Task.Delay(10);

        if (!stopsOnly) Console.WriteLine($"drained after {drained.TotalSeconds:0.00} s");
        Console.WriteLine($"the host had stopped after {stopped.TotalSeconds:0.00} s");
        foreach (var told in ends.CountBy(end => end)) Console.WriteLine($"{told.Value} of {count} clients were told: {told.Key}");
        await Task.WhenAll(hubs.Select(hub => hub.DisposeAsync().AsTask()));
        return ends.Count(end => end.Contains("1012", StringComparison.Ordinal)) == count && stopped < TimeSpan.FromSeconds(3) ? 0 : 1;
    }

    private static async Task<HubConnection> ConnectAsync(Uri server, ConcurrentQueue<string> ends)
    {
        HubConnection hub = new HubConnectionBuilder().WithUrl(new Uri(server, "/chat"), options =>
        {
            options.SkipNegotiation = true;
            options.Transports = Microsoft.AspNetCore.Http.Connections.HttpTransportType.WebSockets;
        }).Build();
        hub.Closed += error =>
        {
            ends.Enqueue(error?.Message ?? "no error");
            return Task.CompletedTask;
        };
        await hub.StartAsync();
        return hub;
    }
}
