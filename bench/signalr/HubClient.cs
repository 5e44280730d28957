using System.Net.WebSockets;
using System.Text;

namespace Cierre.SignalRLoad;

/// <summary>A client of the hub that costs little: SignalR's JSON, of which it reads no more than where a message ends.</summary>
internal sealed class HubClient : IDisposable
{
    private static readonly byte[] s_handshake = Encoding.UTF8.GetBytes("{\"protocol\":\"json\",\"version\":1}\u001e");
    private static readonly byte[] s_call =
        Encoding.UTF8.GetBytes("{\"type\":1,\"invocationId\":\"1\",\"target\":\"Echo\",\"arguments\":[\"a text of some thirty-two bytes..\"]}\u001e");

    private readonly ClientWebSocket _socket = new();
    private readonly byte[] _buffer = new byte[1024];

    public static async Task<HubClient> OpenAsync(Uri url)
    {
        var client = new HubClient();
        await client._socket.ConnectAsync(url, CancellationToken.None);
        await client.AskAsync(s_handshake);
        return client;
    }

    public Task CallAsync() => AskAsync(s_call);

    public Task CloseAsync() => _socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "", CancellationToken.None);

    public void Dispose() => _socket.Dispose();

    private async Task AskAsync(byte[] message)
    {
        await _socket.SendAsync(message.AsMemory(), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        // A ping of the hub is a message too.
        do
        {
            ValueWebSocketReceiveResult result = await _socket.ReceiveAsync(_buffer.AsMemory(), CancellationToken.None);
            if (result.MessageType == WebSocketMessageType.Close) throw new InvalidOperationException("The hub has closed.");
            if (!_buffer.AsSpan(0, result.Count).StartsWith("{\"type\":6"u8)) return;
        }
        while (true);
    }
}
