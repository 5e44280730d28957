// An echo, with an inspector where the second argument says so: what does it cost while nobody looks?
using System.Globalization;
using System.Net;
using Cierre.AspNetCore;

WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
builder.Logging.ClearProviders();
builder.Services.AddCierre();
builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, int.Parse(args[0], CultureInfo.InvariantCulture)));
WebApplication app = builder.Build();
app.MapWebSocket("/", async connection =>
{
    await foreach (Cierre.WebSocketMessage message in connection.ReadAllAsync()) await connection.SendAsync(message);
});
if (args is [_, "inspector"]) app.MapWebSocketInspector("/_ws", options => options.AuthorizationCheck = _ => ValueTask.FromResult(true));
await app.StartAsync();
Console.WriteLine(string.Join(' ', app.Urls));
await app.WaitForShutdownAsync();
