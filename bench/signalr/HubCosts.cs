using System.Diagnostics;
using System.Globalization;
using Cierre.Frameworks.Tests;

namespace Cierre.SignalRLoad;

/// <summary>What a hub costs its server on each stack, a process of one after a process of the other, round by round.</summary>
internal static class HubCosts
{
    private static readonly Stack[] s_stacks = Enum.GetValues<Stack>();

    /// <summary>CPU of an invocation that returns its argument.</summary>
    public static async Task<int> EchoAsync(int connections, int seconds, int rounds)
    {
        if (OperatingSystem.IsLinux() && Environment.ProcessorCount > 1)
        {
            using Process self = Process.GetCurrentProcess();
            self.ProcessorAffinity = 2;
        }

        using HubServer framework = await HubServer.StartAsync(Stack.Framework), cierre = await HubServer.StartAsync(Stack.Cierre);
        var ratios = new List<double>();
        // The first round compiles.
        for (int round = 0; round <= rounds; round++)
        {
            double[] costs = [await MicrosecondsAsync(framework, connections, seconds), await MicrosecondsAsync(cierre, connections, seconds)];
            if (round == 0) continue;
            ratios.Add(costs[1] / costs[0]);
            Say($"round {round}: {costs[0]:0.0} us of CPU an invocation on the framework's, {costs[1]:0.0} us on Cierre");
        }

        Tell("CPU an invocation", ratios);
        return 0;
    }

    /// <summary>Memory of a connection that only waits.</summary>
    public static async Task<int> IdleAsync(int connections, int rounds)
    {
        var ratios = new List<double>();
        for (int round = 1; round <= rounds; round++)
        {
            double[] costs = new double[s_stacks.Length];
            for (int i = 0; i < costs.Length; i++) costs[i] = await KibibytesAsync(s_stacks[i], connections);
            ratios.Add(costs[1] / costs[0]);
            Say($"round {round}: {costs[0]:0.0} KiB an idle connection on the framework's, {costs[1]:0.0} KiB on Cierre");
        }

        Tell("memory of an idle connection", ratios);
        return 0;
    }

    private static async Task<double> MicrosecondsAsync(HubServer server, int connections, int seconds)
    {
        List<HubClient> clients = await OpenAsync(server, connections);
        long calls = 0;
        bool isOver = false;
        Task[] loops = [.. clients.Select(CallOnAsync)];
        await Task.Delay(TimeSpan.FromSeconds(1));
        (long before, TimeSpan cpu) = (Volatile.Read(ref calls), server.Cpu);
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        double cost = (server.Cpu - cpu).TotalMicroseconds / (Volatile.Read(ref calls) - before);
        Volatile.Write(ref isOver, true);
        await Task.WhenAll(loops);
        await CloseAsync(clients);
        return cost;

        async Task CallOnAsync(HubClient client)
        {
            while (!Volatile.Read(ref isOver))
            {
                await client.CallAsync();
                Interlocked.Increment(ref calls);
            }
        }
    }

    private static async Task<double> KibibytesAsync(Stack stack, int connections)
    {
        using HubServer server = await HubServer.StartAsync(stack);
        // What the first connections make is no part of the others.
        for (int i = 0; i < 3; i++) await CloseAsync(await OpenAsync(server, 200));
        long before = server.Memory;
        List<HubClient> clients = await OpenAsync(server, connections);
        await Task.Delay(TimeSpan.FromSeconds(3));
        double cost = (server.Memory - before) / 1024.0 / connections;
        foreach (HubClient client in clients) client.Dispose();
        return cost;
    }

    private static async Task<List<HubClient>> OpenAsync(HubServer server, int count)
    {
        var clients = new List<HubClient>();
        foreach (int[] some in Enumerable.Range(0, count).Chunk(50)) clients.AddRange(await Task.WhenAll(some.Select(_ => HubClient.OpenAsync(server.Url))));
        return clients;
    }

    private static async Task CloseAsync(List<HubClient> clients)
    {
        await Task.WhenAll(clients.Select(client => client.CloseAsync()));
        foreach (HubClient client in clients) client.Dispose();
    }

    private static void Tell(string what, List<double> ratios)
    {
        ratios.Sort();
        Say($"{what}, Cierre / the framework's: median {ratios[ratios.Count / 2]:0.00} ({ratios[0]:0.00} to {ratios[^1]:0.00})");
    }

    private static void Say(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
