using System.IO.Compression;
using System.Net;
using System.Net.WebSockets;
using Cierre.AspNetCore;

namespace Cierre.Bench.Compression;

/// <summary>An echo on a Kestrel of its own. For each line it reads it collects garbage and says what is left of the heap.</summary>
internal static class EchoServer
{
    public static async Task RunAsync(bool cierre, Mode mode, CompressionLevel level)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        if (cierre) builder.Services.AddCierre();
        WebApplication app = builder.Build();
        if (cierre) MapCierre(app, mode, level);
        else MapSystem(app, mode);
        await app.StartAsync();
        Console.WriteLine(new Uri(app.Urls.First()).Port);
        while (await Console.In.ReadLineAsync() is not null)
        {
            for (int i = 0; i < 3; i++)
            {
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
                GC.WaitForPendingFinalizers();
            }

            Console.WriteLine(GC.GetTotalMemory(forceFullCollection: true));
        }
    }

    private static void MapCierre(WebApplication app, Mode mode, CompressionLevel level) => app.MapWebSocket(
        "/",
        async connection =>
        {
            await foreach (WebSocketMessage message in connection.ReadAllAsync()) await connection.SendAsync(message);
        },
        options =>
        {
            // As ASP.NET Core's.
            options.PingInterval = TimeSpan.FromMinutes(2);
            bool takeover = mode == Mode.Takeover;
            if (mode != Mode.Off) options.Compression = new DeflateOptions { Level = level, ServerContextTakeover = takeover, ClientContextTakeover = takeover };
        });

    private static void MapSystem(WebApplication app, Mode mode)
    {
        app.UseWebSockets();
        app.Map("/", async context =>
        {
            using WebSocket socket = await context.WebSockets.AcceptWebSocketAsync(
                new WebSocketAcceptContext { DangerousEnableCompression = mode != Mode.Off, DisableServerContextTakeover = mode != Mode.Takeover });
            byte[] buffer = new byte[512];
            int length = 0;
            while (true)
            {
                ValueWebSocketReceiveResult result = await socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
                if (result.MessageType == WebSocketMessageType.Close) break;
                length += result.Count;
                if (!result.EndOfMessage)
                {
                    // Whole messages are echoed; a connection with small ones keeps a small buffer.
                    if (length == buffer.Length) Array.Resize(ref buffer, length * 2);
                    continue;
                }

                await socket.SendAsync(buffer.AsMemory(0, length), result.MessageType, endOfMessage: true, CancellationToken.None);
                length = 0;
            }

            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        });
    }
}
