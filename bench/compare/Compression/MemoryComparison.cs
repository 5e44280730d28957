using System.Globalization;
using System.IO.Compression;

namespace Cierre.Bench.Compression;

/// <summary>What the memory of a server grows by for connections that have each echoed one message and are idle.</summary>
/// <remarks>The first of them pay for what grows in steps (the heap's regions, the native allocator's arenas), so only those after them count.</remarks>
internal static class MemoryComparison
{
    public static async Task RunAsync(int connections)
    {
        byte[][] messages = Messages.Make(64, 1024, seed: 1);
        foreach (Mode mode in Enum.GetValues<Mode>())
        {
            (double resident, double heap) = await OfAsync(cierre: true, mode, connections, messages);
            (double theirResident, double theirHeap) = await OfAsync(cierre: false, mode, connections, messages);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{connections} connections after {connections / 4}, {mode}, KiB each: cierre {resident:0.0} (heap {heap:0.0}), System.Net.WebSockets {theirResident:0.0} (heap {theirHeap:0.0}), {resident / theirResident:0.00}"));
        }
    }

    private static async Task<(double Resident, double Heap)> OfAsync(bool cierre, Mode mode, int connections, byte[][] messages)
    {
        using ServerProcess server = await ServerProcess.StartAsync(cierre, mode, CompressionLevel.Fastest);
        List<Client> first = await OpenAllAsync(server.Port, mode, connections / 4, messages);
        (long Resident, long Heap) before = await server.MemoryAsync();
        List<Client> clients = await OpenAllAsync(server.Port, mode, connections, messages);
        (long Resident, long Heap) after = await server.MemoryAsync();
        await CloseAllAsync([.. first, .. clients]);
        return ((after.Resident - before.Resident) / 1024.0 / connections, (after.Heap - before.Heap) / 1024.0 / connections);
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
