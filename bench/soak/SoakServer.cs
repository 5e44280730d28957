using System.Net;
using Cierre.AspNetCore;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Cierre.Soak;

/// <summary>An application with an endpoint for each way in which a server ends a connection.</summary>
internal sealed class SoakServer(WebApplication app) : IAsyncDisposable
{
    public const int SmallLimit = 1024;

    public Uri Url { get; } = new("ws" + app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()[4..]);

    public int Count => app.Services.GetRequiredService<WebSocketServer>().Connections.Count;

    public static async Task<SoakServer> StartAsync(bool loops)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddCierre();
        if (loops) builder.WebHost.UseCierreEventLoops();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        WebApplication app = builder.Build();
        app.MapWebSocket("/echo", EchoAsync, options => options.MaxMessageSize = 4 * 1024 * 1024);
        app.MapWebSocket("/compressed", EchoAsync, options => options.Compression = new DeflateOptions { ServerContextTakeover = true, ClientContextTakeover = true });
        app.MapWebSocket("/close", async connection => await connection.CloseAsync(ushort.Parse((await connection.ReceiveAsync())!.Value.GetText(), null)));
        app.MapWebSocket("/throw", async connection =>
        {
            await connection.ReceiveAsync();
            throw new InvalidOperationException("on purpose");
        });
        app.MapWebSocket("/small", EchoAsync, options => options.MaxMessageSize = SmallLimit);
        app.MapWebSocket("/rate", EchoAsync, options => options.MaxMessagesPerSecond = 10);
        await app.StartAsync();
        return new SoakServer(app);
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private static async Task EchoAsync(WebSocketConnection connection)
    {
        await foreach (WebSocketMessage message in connection.ReadAllAsync()) await connection.SendAsync(message);
    }
}
