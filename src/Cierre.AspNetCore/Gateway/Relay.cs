using System.Buffers;

namespace Cierre.AspNetCore.Gateway;

/// <summary>Passes messages from one connection to another, in order, as they come, and no faster than the other takes them.</summary>
/// <remarks>
/// A message that fits into the buffer goes out as a whole; a larger one in fragments, as it comes. One that
/// is cut off is never ended: the other side sees the close, not half a message.
/// </remarks>
internal static class Relay
{
    private const int Piece = 64 * 1024;

    /// <summary>Returns when the messages have ended, or the other side takes no more.</summary>
    public static async Task RunAsync(WebSocketConnection from, WebSocketConnection to)
    {
        try
        {
            while (await from.ReceiveStreamAsync().ConfigureAwait(false) is { } message)
            {
                await using (message.ConfigureAwait(false)) await PassAsync(message, to).ConfigureAwait(false);
            }
        }
        catch (WebSocketClosedException)
        {
            // One side closes or is lost; its record says how.
        }
    }

    private static async Task PassAsync(WebSocketMessageStream message, WebSocketConnection to)
    {
        // Given back only where the message ends: a close may leave a read behind that still writes into it.
        byte[] piece = ArrayPool<byte>.Shared.Rent(Piece);
        int count = await message.ReadAtLeastAsync(piece, piece.Length, throwOnEndOfStream: false).ConfigureAwait(false);
        if (count < piece.Length) await to.SendAsync(message.Kind, piece.AsMemory(0, count)).ConfigureAwait(false);
        else await PassInPiecesAsync(message, to, piece).ConfigureAwait(false);
        ArrayPool<byte>.Shared.Return(piece);
    }

    /// <summary>Passes a full piece, and all that follows it. The outgoing message is ended only where this one ends.</summary>
    private static async Task PassInPiecesAsync(WebSocketMessageStream message, WebSocketConnection to, byte[] piece)
    {
        WebSocketMessageStream outgoing = await to.OpenSendStreamAsync(message.Kind).ConfigureAwait(false);
        int count = piece.Length;
        while (count != 0)
        {
            await outgoing.WriteAsync(piece.AsMemory(0, count)).ConfigureAwait(false);
            count = await message.ReadAsync(piece).ConfigureAwait(false);
        }

        await outgoing.DisposeAsync().ConfigureAwait(false);
    }
}
