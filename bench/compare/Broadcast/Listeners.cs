using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Cierre.Bench.Broadcast;

/// <summary>Clients that cost as little as can be: they ask for the upgrade and count what comes.</summary>
internal static class Listeners
{
    private static readonly byte[] Request = Encoding.ASCII.GetBytes(
        "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");

    // Masked with a key of zeros: 1000.
    private static readonly byte[] Close = [0x88, 0x82, 0, 0, 0, 0, 0x03, 0xE8];

    private static long _bytes;

    public static async Task RunAsync(int connections, int[] ports)
    {
        var reading = new ConcurrentBag<Task>();
        // Several at a time: on a busy machine each waits for its turns.
        await Parallel.ForAsync(0, connections * ports.Length, new ParallelOptions { MaxDegreeOfParallelism = 100 }, async (i, _) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(IPAddress.Loopback, ports[i % ports.Length], CancellationToken.None);
            await socket.SendAsync(Request, CancellationToken.None);
            byte[] buffer = new byte[4096];
            int answered = await socket.ReceiveAsync(buffer, CancellationToken.None);
            if (!Encoding.ASCII.GetString(buffer, 0, answered).StartsWith("HTTP/1.1 101", StringComparison.Ordinal)) throw new IOException("No upgrade.");
            reading.Add(ReadAsync(socket, buffer));
        });
        await Task.WhenAll(reading);
        Console.WriteLine($"received {_bytes}");
    }

    private static async Task ReadAsync(Socket socket, byte[] buffer)
    {
        using (socket)
        {
            int count;
            while ((count = await socket.ReceiveAsync(buffer)) != 0)
            {
                Interlocked.Add(ref _bytes, count);
                // The last bytes of a connection are its close frame: 1000.
                if (buffer.AsSpan(0, count).EndsWith((ReadOnlySpan<byte>)[0x88, 0x02, 0x03, 0xE8])) await socket.SendAsync(Close);
            }
        }
    }
}
