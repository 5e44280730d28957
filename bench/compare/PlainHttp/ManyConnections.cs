using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Cierre.Bench.PlainHttp;

/// <summary>Connections of HTTP/1.1 that have had one answer each and wait; then all of them are reset at once, a tenth in the middle of a download.</summary>
internal static class ManyConnections
{
    public static async Task RunAsync(int count)
    {
        foreach (string side in (string[])["none", "cierre", "none", "cierre"])
        {
            using ServerProcess server = await ServerProcess.StartAsync(side);
            await OpenAsync(server, count / 10, 200);
            Usage before = await server.UsageAsync(collect: true);
            Socket[] sockets = await OpenAsync(server, count, 200);
            Usage open = await server.UsageAsync(collect: true);
            for (int i = 0; i < count / 10; i++) await AskAsync(sockets[i], 4 * 1024 * 1024);
            foreach (Socket socket in sockets) socket.Close(timeout: 0);
            Usage after = await SettledAsync(server);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{side}: {count} connections, {(open.Resident - before.Resident) / 1024.0 / count:0.0} KiB and {(open.Cpu - before.Cpu) / count:0.0} us CPU each; reset: {(after.Cpu - open.Cpu) / count:0.0} us CPU each, {after.Lines} lines of log {after.Last}"));
        }
    }

    private static async Task<Socket[]> OpenAsync(ServerProcess server, int count, int size)
    {
        var sockets = new Socket[count];
        byte[] buffer = new byte[1024];
        for (int i = 0; i < count; i++)
        {
            sockets[i] = new Socket(SocketType.Stream, ProtocolType.Tcp) { LingerState = new LingerOption(true, 0) };
            await sockets[i].ConnectAsync(IPAddress.Loopback, server.Port(Protocol.Http1));
            await AskAsync(sockets[i], size);
            await sockets[i].ReceiveAsync(buffer);
        }

        return sockets;
    }

    private static async Task AskAsync(Socket socket, int size) =>
        await socket.SendAsync(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"GET /{size} HTTP/1.1\r\nHost: localhost\r\n\r\n")));

    /// <summary>Until the server has nothing to do any more.</summary>
    private static async Task<Usage> SettledAsync(ServerProcess server)
    {
        Usage last = await server.UsageAsync();
        for (int i = 0; i < 60; i++)
        {
            await Task.Delay(500);
            Usage now = await server.UsageAsync();
            if (now.Cpu - last.Cpu < 5_000) return now;
            last = now;
        }

        return last;
    }
}
