using Cierre.AspNetCore;

namespace Cierre.Bench.Broadcast;

internal sealed class CierreSide : WebSide
{
    private WebSocketServer? _server;

    public override int Count => _server!.Connections.Count;

    protected override void Build(WebApplicationBuilder builder) => builder.Services.AddCierre();

    protected override void Map(WebApplication app)
    {
        _server = app.Services.GetRequiredService<WebSocketServer>();
        app.MapWebSocket(
            "/",
            async connection =>
            {
                await foreach (WebSocketMessage _ in connection.ReadAllAsync())
                {
                    // They only listen.
                }
            },
            // As ASP.NET Core's; the listeners answer none.
            options => options.PingInterval = TimeSpan.FromMinutes(2));
    }

    public override async Task SendToAllAsync(ReadOnlyMemory<byte> message)
    {
        BroadcastResult result = await _server!.Connections.BroadcastAsync(message);
        if (result.TakenCount != Count) throw new InvalidOperationException($"{result}");
    }

    public override Task CloseAllAsync() => _server!.Connections.CloseAsync();
}
