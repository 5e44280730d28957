using System.Net.WebSockets;
using System.Text;

namespace Cierre.Samples.GraphQL;

/// <summary>A WebSocket as graphql-dotnet uses it: every write is a piece, an empty one ends the message, and the close is answered with the
/// request's token.</summary>
internal sealed class PieceSocket(WebSocket socket, CancellationToken requestAborted) : IGraphQLSocket
{
    private const int PieceSize = 64;

    public async Task<string?> ReceiveAsync()
    {
        using var message = new MemoryStream();
        byte[] buffer = new byte[PieceSize];
        try
        {
            while (true)
            {
                ValueWebSocketReceiveResult result = await socket.ReceiveAsync(buffer.AsMemory(), requestAborted);
                if (result.MessageType == WebSocketMessageType.Close) return null;
                message.Write(buffer, 0, result.Count);
                if (result.EndOfMessage) return Encoding.UTF8.GetString(message.ToArray());
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException)
        {
            return null;
        }
    }

    public async Task SendAsync(string message)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(message);
        for (int at = 0; at < bytes.Length; at += PieceSize)
        {
            ArraySegment<byte> piece = new(bytes, at, Math.Min(PieceSize, bytes.Length - at));
            await socket.SendAsync(piece, WebSocketMessageType.Text, false, requestAborted);
        }

        await socket.SendAsync(ArraySegment<byte>.Empty, WebSocketMessageType.Text, true, requestAborted);
    }

    public async Task CloseAsync(int code, string reason)
    {
        await socket.CloseOutputAsync((WebSocketCloseStatus)code, reason, requestAborted);
        // The client's answer is waited for.
        await ReceiveAsync();
    }

    public Task AnswerCloseAsync() => socket.State == WebSocketState.CloseReceived
        ? socket.CloseOutputAsync(socket.CloseStatus!.Value, socket.CloseStatusDescription, requestAborted)
        : Task.CompletedTask;
}
