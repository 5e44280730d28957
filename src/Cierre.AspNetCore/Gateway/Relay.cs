using System.Buffers;

namespace Cierre.AspNetCore.Gateway;

/// <summary>Passes messages from one connection to another, in order, as they come, and no faster than the other takes them.</summary>
/// <remarks>
/// A message that is there as a whole goes out as a whole. One that is larger than the buffer, or still on its way, goes out in fragments as they come. One that
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
            while (await from.ReceiveStreamAsync() is { } message)
            {
                await using (message) await PassAsync(message, to);
            }
        }
        catch (WebSocketClosedException)
        {
            // One side closes or is lost; its record says how.
        }
    }

    private static async Task PassAsync(MessageStream message, WebSocketConnection to)
    {
        byte[] piece = ArrayPool<byte>.Shared.Rent(Piece);
        int count = 0;
        while (count < piece.Length)
        {
            ValueTask<int> reading = message.ReadAsync(piece.AsMemory(count));
            if (!reading.IsCompleted)
            {
                await PassInPiecesAsync(message, to, piece, count, reading.AsTask());
                return;
            }

            int more = await reading;
            if (more == 0)
            {
                await to.Driver.SendAsync((Protocol.Opcode)message.Kind, piece.AsMemory(0, count), default);
                ArrayPool<byte>.Shared.Return(piece);
                return;
            }

            count += more;
        }

        await PassInPiecesAsync(message, to, piece, count, null);
    }

    /// <param name="count">How much of the piece is read and not passed.</param>
    /// <param name="reading">The read that is under way behind that.</param>
    private static async Task PassInPiecesAsync(MessageStream message, WebSocketConnection to, byte[] piece, int count, Task<int>? reading)
    {
        // Ended only where the message ends, and the piece given back only there: a read that is left behind may still write into it.
        MessageStream outgoing = await to.OpenMessageAsync(message.Kind);
        await outgoing.WriteAsync(piece.AsMemory(0, count));
        int offset = reading is null ? 0 : count;
        for (int more = await (reading ?? message.ReadAsync(piece).AsTask()); more != 0; more = await message.ReadAsync(piece))
        {
            await outgoing.WriteAsync(piece.AsMemory(offset, more));
            offset = 0;
        }

        await outgoing.DisposeAsync();
        ArrayPool<byte>.Shared.Return(piece);
    }
}
