using System.Net;
using Cierre.AspNetCore;

namespace Cierre.Dribble;

internal static class EchoServer
{
    public static async Task RunAsync(TimeSpan handshakeTimeout)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddCierre();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.RequestHeadersTimeout = handshakeTimeout;
            kestrel.Listen(IPAddress.Loopback, 0);
        });
        WebApplication app = builder.Build();
        app.MapWebSocket("/", async connection =>
        {
            await foreach (WebSocketMessage message in connection.ReadAllAsync()) await connection.SendAsync(message);
        }, options => options.Compression = new DeflateOptions());
        await app.StartAsync();
        Console.WriteLine(new Uri(app.Urls.First()).Port);
        await Console.In.ReadToEndAsync();
    }
}
