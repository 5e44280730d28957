using System.Net;
using System.Net.Sockets;
using System.Text;
using Cierre.AspNetCore;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Cierre.ResumeBench;

/// <summary>Bytes of the heap for each connection that says nothing: plain, with a session, and of a session without a connection. The sockets of the peers are in
/// the same process, and count for the first two.</summary>
internal static class Memory
{
    private const DetachedParts All = DetachedParts.User | DetachedParts.RouteValues | DetachedParts.Query | DetachedParts.Items | DetachedParts.Services;

    public static async Task<int> MeasureAsync(int count)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddCierre();
        builder.Services.AddSingleton<IDataProtectionProvider>(new EphemeralDataProtectionProvider());
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        await using WebApplication app = builder.Build();
        app.MapWebSocket("/plain", EchoAsync).Detach(All);
        app.MapWebSocket("/session", EchoAsync).WithResume(resume => resume.Window = TimeSpan.FromMinutes(10));
        await app.StartAsync();
        int port = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;

        // What is made once is made by these.
        foreach (string path in new[] { "/plain", "/session" }) Cut(await OpenAsync(port, path, count));
        long before = await HeapAsync();
        Socket[] plain = await OpenAsync(port, "/plain", count);
        long withPlain = await HeapAsync();
        Socket[] sessions = await OpenAsync(port, "/session", count);
        long withSessions = await HeapAsync();
        Cut(sessions);
        long parked = await HeapAsync();
        Console.WriteLine($"an idle connection {(withPlain - before) / count} bytes, with a session {(withSessions - withPlain) / count}, "
            + $"so {(withSessions - withPlain - (withPlain - before)) / count} more; a session without a connection {(parked - withPlain) / count}");
        Cut(plain);
        return 0;
    }

    private static async Task EchoAsync(WebSocketConnection connection)
    {
        await foreach (WebSocketMessage message in connection.ReadAllAsync()) await connection.SendAsync(message);
    }

    private static async Task<Socket[]> OpenAsync(int port, string path, int count)
    {
        var opened = new Socket[count];
        byte[] buffer = new byte[8192];
        bool session = path == "/session";
        for (int i = 0; i < count; i++)
        {
            Socket socket = opened[i] = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(IPAddress.Loopback, port);
            await ExchangeAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                + $"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{(session ? "Sec-WebSocket-Protocol: cierre.resume.v1\r\n" : "")}\r\n"));
            if (session) await ExchangeAsync(Frame("""!{"hello":1}"""));
            await ExchangeAsync(Frame(session ? "=x" : "x"));
            if (session) await socket.SendAsync(Frame("+1"));

            async Task ExchangeAsync(byte[] bytes)
            {
                await socket.SendAsync(bytes);
                await socket.ReceiveAsync(buffer);
            }
        }

        return opened;
    }

    private static byte[] Frame(string text)
    {
        byte[] payload = Encoding.UTF8.GetBytes(text);
        return [0x81, (byte)(0x80 | payload.Length), 0, 0, 0, 0, .. payload];
    }

    private static void Cut(Socket[] sockets)
    {
        foreach (Socket socket in sockets)
        {
            socket.LingerState = new LingerOption(true, 0);
            socket.Dispose();
        }

        Array.Clear(sockets);
    }

    private static async Task<long> HeapAsync()
    {
        await Task.Delay(3000);
        for (int i = 0; i < 4; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            await Task.Delay(100);
        }

        return GC.GetTotalMemory(forceFullCollection: true);
    }
}
