using System.Globalization;
using System.IO.Compression;

namespace Cierre.Bench.Compression;

/// <summary>What the resident memory of a server grows by for connections that have each echoed one message and are idle.</summary>
internal static class MemoryComparison
{
    private const int Warmup = 100;

    public static async Task RunAsync(int connections)
    {
        byte[][] messages = Messages.Make(64, 1024, seed: 1);
        foreach (Mode mode in Enum.GetValues<Mode>())
        {
            double ours = await OfAsync(cierre: true, mode, connections, messages);
            double theirs = await OfAsync(cierre: false, mode, connections, messages);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{connections} connections, {mode}: cierre {ours:0.0} KiB each, System.Net.WebSockets {theirs:0.0} KiB each, {ours / theirs:0.00}"));
        }
    }

    private static async Task<double> OfAsync(bool cierre, Mode mode, int connections, byte[][] messages)
    {
        using ServerProcess server = await ServerProcess.StartAsync(cierre, mode, CompressionLevel.Fastest);
        await CloseAllAsync(await OpenAllAsync(server.Port, mode, Warmup, messages));
        long before = await server.ResidentAsync();
        List<Client> clients = await OpenAllAsync(server.Port, mode, connections, messages);
        long after = await server.ResidentAsync();
        await CloseAllAsync(clients);
        return (after - before) / 1024.0 / connections;
    }

    private static async Task<List<Client>> OpenAllAsync(int port, Mode mode, int count, byte[][] messages)
    {
        var clients = new List<Client>();
        for (int i = 0; i < count; i++)
        {
            Client client = await Client.OpenAsync(port, mode);
            await client.EchoAsync(messages[i % messages.Length]);
            clients.Add(client);
        }

        return clients;
    }

    private static async Task CloseAllAsync(List<Client> clients)
    {
        foreach (Client client in clients)
        {
            await client.CloseAsync();
            client.Dispose();
        }
    }
}
