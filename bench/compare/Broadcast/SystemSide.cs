using System.Collections.Concurrent;
using System.Net.WebSockets;

namespace Cierre.Bench.Broadcast;

internal sealed class SystemSide : WebSide
{
    private readonly ConcurrentDictionary<WebSocket, bool> _open = new();

    public override int Count => _open.Count;

    protected override void Map(WebApplication app)
    {
        app.UseWebSockets();
        app.Map("/", async context =>
        {
            using WebSocket socket = await context.WebSockets.AcceptWebSocketAsync();
            _open[socket] = true;
            byte[] buffer = new byte[256];
            while ((await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None)).MessageType != WebSocketMessageType.Close)
            {
                // They only listen.
            }

            _open.TryRemove(socket, out _);
        });
    }

    public override async Task SendToAllAsync(ReadOnlyMemory<byte> message)
    {
        foreach (KeyValuePair<WebSocket, bool> entry in _open) await entry.Key.SendAsync(message, WebSocketMessageType.Binary, endOfMessage: true, CancellationToken.None);
    }

    public override async Task CloseAllAsync()
    {
        foreach (KeyValuePair<WebSocket, bool> entry in _open) await entry.Key.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
    }
}
