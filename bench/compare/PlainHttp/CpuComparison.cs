using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace Cierre.Bench.PlainHttp;

/// <summary>What is spoken, in the order of the server's ports.</summary>
internal enum Protocol
{
    Http1,
    Tls,
    Http2,
}

/// <summary>CPU of the server per answer. Two processes of the same program differ by more than what is looked for, so there are many of each, and a
/// third kind is the second once more.</summary>
internal static class CpuComparison
{
    private const int Connections = 8;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private static readonly string[] Sides = ["none", "cierre", "none"];

    public static async Task RunAsync(int processes, int rounds, TimeSpan slice)
    {
        int[] sizes = [200, 64 * 1024, 1024 * 1024];
        var costs = new Dictionary<(Protocol, int), List<double[]>>();
        for (int process = 0; process < processes; process++)
        {
            ServerProcess[] servers = await Task.WhenAll(Sides.Select(ServerProcess.StartAsync));
            foreach (Protocol protocol in Enum.GetValues<Protocol>())
            {
                using HttpMessageInvoker client = Client();
                foreach (int size in sizes)
                {
                    double[] cost = await CompareAsync(servers, client, protocol, size, rounds, slice, process);
                    if (!costs.TryGetValue((protocol, size), out List<double[]>? all)) costs[(protocol, size)] = all = [];
                    all.Add(cost);
                    Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{protocol} {size} bytes, processes {process + 1}: without {cost[0]:0.00}, with {cost[1]:0.00}, without {cost[2]:0.00} us CPU/answer"));
                }
            }

            foreach (ServerProcess server in servers) server.Dispose();
        }

        foreach (((Protocol protocol, int size), List<double[]> all) in costs)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{protocol} {size} bytes: {Median(all.Select(c => c[1])):0.0} us CPU/answer; with / without: {Ratios(all.Select(c => 2 * c[1] / (c[0] + c[2])))}; without / without: {Ratios(all.Select(c => c[2] / c[0]))}"));
        }
    }

    /// <summary>For each server, over all rounds; who is first changes.</summary>
    private static async Task<double[]> CompareAsync(ServerProcess[] servers, HttpMessageInvoker client, Protocol protocol, int size, int rounds, TimeSpan slice, int shift)
    {
        double[] cpu = new double[servers.Length];
        long[] answers = new long[servers.Length];
        // The first round is for the code to be compiled and the buffers to be there.
        for (int round = 0; round <= rounds; round++)
        {
            for (int i = 0; i < servers.Length; i++)
            {
                int which = (i + round + shift) % servers.Length;
                Usage before = await servers[which].UsageAsync();
                long count = await LoadAsync(client, Sides[which], servers[which].Port(protocol), protocol, size, slice);
                Usage after = await servers[which].UsageAsync();
                if (round == 0) continue;
                cpu[which] += after.Cpu - before.Cpu;
                answers[which] += count;
            }
        }

        return [.. cpu.Zip(answers, (time, count) => time / count)];
    }

    private static async Task<long> LoadAsync(HttpMessageInvoker client, string side, int port, Protocol protocol, int size, TimeSpan slice)
    {
        var url = new Uri($"{(protocol == Protocol.Tls ? "https" : "http")}://127.0.0.1:{port}/{size}");
        long begun = Stopwatch.GetTimestamp();
        long[] counts = await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => Task.Run(async () =>
        {
            byte[] buffer = new byte[256 * 1024];
            long count = 0;
            // Over HTTP/2 the framework's client was once seen to wait for ever for an answer of the server without Cierre.
            using var patience = new CancellationTokenSource(slice + s_patience);
            for (; Stopwatch.GetElapsedTime(begun) < slice; count++)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, url)
                {
                    Version = protocol == Protocol.Http2 ? HttpVersion.Version20 : HttpVersion.Version11,
                    VersionPolicy = HttpVersionPolicy.RequestVersionExact,
                };
                int all = 0;
                try
                {
                    using HttpResponseMessage answer = await client.SendAsync(request, patience.Token);
                    Stream body = await answer.Content.ReadAsStreamAsync(patience.Token);
                    for (int read; (read = await body.ReadAsync(buffer, patience.Token)) != 0; all += read)
                    {
                    }
                }
                catch (OperationCanceledException)
                {
                    Console.Error.WriteLine($"{side}, {url}: no answer within {s_patience.TotalSeconds} s; the slice goes on without it");
                    return count;
                }

                if (all != size) throw new InvalidDataException($"{all} bytes and not {size}.");
            }

            return count;
        })));
        return counts.Sum();
    }

    private static HttpMessageInvoker Client()
    {
        var handler = new SocketsHttpHandler { MaxConnectionsPerServer = Connections };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        return new HttpMessageInvoker(handler);
    }

    private static string Ratios(IEnumerable<double> ratios)
    {
        double[] ordered = [.. ratios.Order()];
        return string.Create(CultureInfo.InvariantCulture, $"median {Median(ordered):0.000} (min {ordered[0]:0.000}, max {ordered[^1]:0.000})");
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] ordered = [.. values.Order()];
        return (ordered[(ordered.Length - 1) / 2] + ordered[ordered.Length / 2]) / 2;
    }
}
