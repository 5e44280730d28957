namespace Cierre;

/// <summary>Thrown by a send, a ping or a streamed read that can no longer be made because the connection closes or is closed.</summary>
public sealed class WebSocketClosedException : IOException
{
    internal WebSocketClosedException(CloseRecord record)
        : base($"The WebSocket connection is closing or closed: {record}.", record.Exception) => Record = record;

    /// <summary>The close as it is known so far; <see cref="WebSocketConnection.Closed"/> gives the final one.</summary>
    public CloseRecord Record { get; }
}
