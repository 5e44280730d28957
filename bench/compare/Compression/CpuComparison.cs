using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;

namespace Cierre.Bench.Compression;

/// <summary>CPU of the server per echoed message, of both in turn.</summary>
internal static class CpuComparison
{
    private const int Connections = 8;

    public static async Task RunAsync(int rounds, TimeSpan slice)
    {
        foreach (int size in (int[])[1024, 64 * 1024])
        {
            byte[][] messages = Messages.Make(64, size, seed: 1);
            await CompareAsync(messages, Mode.Off, CompressionLevel.Fastest, rounds, slice);
            foreach (Mode mode in (Mode[])[Mode.Takeover, Mode.NoTakeover])
            {
                // Its default, and the level that System.Net.WebSockets has.
                foreach (CompressionLevel level in (CompressionLevel[])[CompressionLevel.Fastest, CompressionLevel.Optimal]) await CompareAsync(messages, mode, level, rounds, slice);
            }
        }
    }

    private static async Task CompareAsync(byte[][] messages, Mode mode, CompressionLevel level, int rounds, TimeSpan slice)
    {
        using var ours = await Side.StartAsync(cierre: true, mode, level);
        using var theirs = await Side.StartAsync(cierre: false, mode, level);
        await ours.RunAsync(messages, slice);
        await theirs.RunAsync(messages, slice);
        var a = new List<Slice>();
        var b = new List<Slice>();
        for (int i = 0; i < rounds; i++)
        {
            a.Add(await ours.RunAsync(messages, slice));
            b.Add(await theirs.RunAsync(messages, slice));
        }

        double[] ratios = [.. a.Zip(b, (x, y) => x.Cpu / y.Cpu).Order()];
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{messages.Average(m => m.Length):0} bytes, {mode}, {level}: cierre {Median(a, s => s.Cpu):0.0} us, {Median(a, s => s.Bytes):0} bytes; System.Net.WebSockets {Median(b, s => s.Cpu):0.0} us, {Median(b, s => s.Bytes):0} bytes; CPU {ratios[ratios.Length / 2]:0.00} (min {ratios[0]:0.00}, max {ratios[^1]:0.00})"));
    }

    private static double Median(List<Slice> slices, Func<Slice, double> value) => slices.Select(value).Order().ElementAt(slices.Count / 2);

    /// <summary>Per message: microseconds of the server's CPU, bytes of the echo on the wire.</summary>
    private readonly record struct Slice(double Cpu, double Bytes);

    private sealed class Side(ServerProcess server, Client[] clients) : IDisposable
    {
        public static async Task<Side> StartAsync(bool cierre, Mode mode, CompressionLevel level)
        {
            ServerProcess server = await ServerProcess.StartAsync(cierre, mode, level);
            var clients = new Client[Connections];
            for (int i = 0; i < Connections; i++) clients[i] = await Client.OpenAsync(server.Port, mode);
            return new Side(server, clients);
        }

        public async Task<Slice> RunAsync(byte[][] messages, TimeSpan time)
        {
            TimeSpan cpu = server.Cpu;
            long bytes = clients.Sum(client => client.Received);
            long begun = Stopwatch.GetTimestamp();
            int[] counts = await Task.WhenAll(clients.Select((client, i) => Task.Run(async () =>
            {
                int count = 0;
                for (; Stopwatch.GetElapsedTime(begun) < time; count++) await client.EchoAsync(messages[(count + (i * 7)) % messages.Length]);
                return count;
            })));
            double all = counts.Sum();
            return new Slice((server.Cpu - cpu).TotalMicroseconds / all, (clients.Sum(client => client.Received) - bytes) / all);
        }

        public void Dispose()
        {
            foreach (Client client in clients) client.Dispose();
            server.Dispose();
        }
    }
}
