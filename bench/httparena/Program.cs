// Cierre's entry for HttpArena: /ws echoes, in the three profiles of WebSockets (echo-ws, echo-ws-pipeline, echo-ws-limited).
using Cierre;
using Cierre.AspNetCore;

WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.ClearProviders();
builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenAnyIP(int.Parse(Environment.GetEnvironmentVariable("PORT") ?? "8080", System.Globalization.CultureInfo.InvariantCulture)));
builder.WebHost.UseCierreEventLoops();
builder.Services.AddCierre();
WebApplication app = builder.Build();
app.MapWebSocket("/ws", _ => Echo.Shared).Detach();
app.Run();

internal sealed class Echo : IWebSocketHandler
{
    public static Echo Shared { get; } = new();

    public void OnMessage(WebSocketConnection connection, WebSocketMessageKind kind, ReadOnlySpan<byte> data) => connection.TrySend(kind, data);
}
