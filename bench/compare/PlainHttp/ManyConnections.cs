using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Cierre.Bench.PlainHttp;

/// <summary>Connections of HTTP/1.1 that have had one answer each and wait; a tenth of them begins a download that nobody reads. Those are reset at once, then all
/// others. Each step is measured alone, when the server has come to rest.</summary>
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
            int downloads = count / 10;
            for (int i = 0; i < downloads; i++) await AskAsync(sockets[i], 4 * 1024 * 1024);
            Usage stalled = await SettledAsync(server);
            foreach (Socket socket in sockets.AsSpan(0, downloads)) socket.Close(timeout: 0);
            Usage cut = await SettledAsync(server);
            foreach (Socket socket in sockets.AsSpan(downloads)) socket.Close(timeout: 0);
            Usage after = await SettledAsync(server);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{side}: {count} connections, {(open.Resident - before.Resident) / 1024.0 / count:0.0} KiB and {(open.Cpu - before.Cpu) / count:0.0} us CPU each; CPU of a download's begin {(stalled.Cpu - open.Cpu) / downloads:0.0} us, of its reset {(cut.Cpu - stalled.Cpu) / downloads:0.0} us, of the reset of a connection that waits {(after.Cpu - cut.Cpu) / (count - downloads):0.0} us; {after.Lines} lines of log {after.Last}"));
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
