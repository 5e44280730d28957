using System.Net.WebSockets;
using System.Text;

namespace Cierre.Samples.GraphQL;

/// <summary>A WebSocket as HotChocolate uses it: array segments, an empty piece is the end of a message, closed and disposed at once.</summary>
internal sealed class SegmentSocket(WebSocket socket) : IGraphQLSocket
{
    private const int PieceSize = 512;

    public async Task<string?> ReceiveAsync()
    {
        using var message = new MemoryStream();
        try
        {
            WebSocketReceiveResult result;
            byte[] buffer = new byte[PieceSize];
            do
            {
                if (socket.CloseStatus.HasValue) return null;
                result = await socket.ReceiveAsync(new ArraySegment<byte>(buffer), CancellationToken.None);
                if (result.Count == 0) break;
                message.Write(buffer, 0, result.Count);
            }
            while (!result.EndOfMessage);
        }
        catch (WebSocketException)
        {
            return null;
        }

        return socket.CloseStatus.HasValue ? null : Encoding.UTF8.GetString(message.ToArray());
    }

    public Task SendAsync(string message) =>
        socket.SendAsync(new ArraySegment<byte>(Encoding.UTF8.GetBytes(message)), WebSocketMessageType.Text, true, CancellationToken.None);

    public async Task CloseAsync(int code, string reason)
    {
        await socket.CloseOutputAsync((WebSocketCloseStatus)code, reason, CancellationToken.None);
        socket.Dispose();
    }

    public Task AnswerCloseAsync() => socket.State == WebSocketState.CloseReceived
        ? socket.CloseOutputAsync(WebSocketCloseStatus.Empty, null, CancellationToken.None)
        : Task.CompletedTask;
}
