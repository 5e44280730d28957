// The peer to compare with: an echo with System.Net.WebSockets on the same Kestrel settings as `cierre serve`. With `cierre` as its third argument the same
// program runs on Cierre: SystemNetEcho PORT SIZE [cierre]
using System.Net;
using System.Net.WebSockets;

int port = int.Parse(args[0], System.Globalization.CultureInfo.InvariantCulture);
// Large enough for a whole message: otherwise it would echo fragments.
int size = args.Length > 1 ? int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : 4096;
WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
builder.Logging.ClearProviders();
builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
bool onCierre = args is [_, _, "cierre"];
if (onCierre) builder.Services.AddCierre();
WebApplication app = builder.Build();
if (onCierre) app.UseCierreWebSockets();
else app.UseWebSockets();
app.Map("/", async context =>
{
    using WebSocket socket = await context.WebSockets.AcceptWebSocketAsync();
    byte[] buffer = new byte[size];
    while (socket.State == WebSocketState.Open)
    {
        ValueWebSocketReceiveResult result = await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
        if (result.MessageType == WebSocketMessageType.Close)
        {
            await socket.CloseAsync(socket.CloseStatus ?? WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
            break;
        }

        await socket.SendAsync(buffer.AsMemory(0, result.Count), result.MessageType, result.EndOfMessage, CancellationToken.None);
    }
});
await app.StartAsync();
Console.WriteLine(string.Join(' ', app.Urls));
await app.WaitForShutdownAsync();
