namespace Cierre;

public sealed partial class WebSocketConnection
{
    /// <summary>The round trip of the last ping that was answered, keep-alive included; null before the first.</summary>
    public TimeSpan? LastRoundTrip => _driver.Receiving.LastRoundTrip;

    /// <summary>Sends a ping and waits for its answer. RFC 6455 5.5.2.</summary>
    /// <param name="cancellationToken">Ends the wait; the ping is out.</param>
    /// <returns>The time from the ping to its pong.</returns>
    /// <exception cref="WebSocketClosedException">The connection closes or is closed, or closed before the answer came.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Task<TimeSpan> PingAsync(CancellationToken cancellationToken = default) => _driver.Sending.PingAsync(cancellationToken);
}
