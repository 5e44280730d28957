namespace Cierre;

/// <summary>Thrown where an opening handshake failed: the one exception of <see cref="WebSocketConnection.ConnectAsync"/> besides cancellation.</summary>
public sealed class WebSocketConnectException : IOException
{
    /// <summary>Makes the exception of an opening that failed, for whoever wraps a connection.</summary>
    /// <param name="record">What happened.</param>
    /// <exception cref="ArgumentNullException">No record.</exception>
    public WebSocketConnectException(CloseRecord record)
        : base($"The WebSocket connection could not be opened: {(record ?? throw new ArgumentNullException(nameof(record))).Detail}.", record.Exception) =>
            Record = record;

    /// <summary>What happened: 1006, or 1015 where the TLS handshake failed, with the cause and the HTTP answer if there was one.</summary>
    public CloseRecord Record { get; }
}
