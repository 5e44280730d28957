namespace Cierre;

/// <summary>Thrown by a send, a ping or a streamed read that can no longer be made because the connection closes or is closed.</summary>
public sealed class WebSocketClosedException : IOException
{
    /// <summary>Makes the exception of a close, for whoever wraps a connection.</summary>
    /// <param name="record">The close as it is known so far.</param>
    /// <exception cref="ArgumentNullException">No record.</exception>
    public WebSocketClosedException(CloseRecord record)
        : base($"The WebSocket connection is closing or closed: {(record ?? throw new ArgumentNullException(nameof(record)))}.", record.Exception) =>
            Record = record;

    /// <summary>The close as it is known so far; <see cref="WebSocketConnection.Closed"/> gives the final one.</summary>
    public CloseRecord Record { get; }
}
