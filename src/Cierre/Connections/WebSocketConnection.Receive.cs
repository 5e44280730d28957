using Cierre.Callbacks;
using Cierre.Receiving;

namespace Cierre;

public sealed partial class WebSocketConnection
{
    /// <summary>Receives the next message.</summary>
    /// <param name="cancellationToken">Cancels the wait and nothing else: no message is lost, and the connection goes on.</param>
    /// <returns>The message, valid until the next receive; null at the end of the connection, however it ended.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="InvalidOperationException">Another receive is waiting.</exception>
    public ValueTask<WebSocketMessage?> ReceiveAsync(CancellationToken cancellationToken = default) => _core.Receiver.ReceiveAsync(cancellationToken);

    /// <summary>Receives message after message: <c>await foreach (var message in connection.ReadAllAsync())</c>. Ends when the connection ends.</summary>
    /// <remarks>A message costs no allocation. Leaving the loop leaves the connection as it is, and another receive or loop may follow.</remarks>
    /// <param name="cancellationToken">Ends the loop with <see cref="OperationCanceledException"/> and harms nothing; so does the token of
    /// <c>WithCancellation</c>. The token that says that this connection ends, a handler's, does not.</param>
    /// <returns>The messages; each is valid until the next step.</returns>
    public IAsyncEnumerable<WebSocketMessage> ReadAllAsync(CancellationToken cancellationToken = default) => new MessageSequence(_core, cancellationToken);

    /// <summary>Reads and drops whatever comes until the connection ends: for who only sends, and wants to know of the end.</summary>
    /// <remarks>Awaiting <see cref="Closed"/> alone reads nothing, so a close frame of the peer behind 64 KiB of unread messages is never seen.</remarks>
    /// <param name="cancellationToken">Ends the reading and harms nothing. The token that says that this connection ends, a handler's, does not end it.</param>
    /// <returns>How the connection ended.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="InvalidOperationException">A receive is waiting.</exception>
    public async Task<CloseRecord> DiscardAllAsync(CancellationToken cancellationToken = default)
    {
        while (await _core.Receiver.MoveNextAsync(cancellationToken).ConfigureAwait(SimulationContext.IsCurrent))
        {
            // The next step gives the message back.
        }

        return await Closed.WaitAsync(_core.Foreign(cancellationToken)).ConfigureAwait(SimulationContext.IsCurrent);
    }

    /// <summary>Receives the next message as a stream, as it comes: for messages too large to hold.</summary>
    /// <remarks>The size is held to <see cref="WebSocketConnectionOptions.MaxMessageSize"/>: raise it for messages that are only ever streamed; no more than
    /// 64 KiB of them wait in memory. Disposing the stream, or the next receive, skips what is left of the message.</remarks>
    /// <param name="cancellationToken">Cancels the wait and nothing else.</param>
    /// <returns>The stream; null at the end of the connection. Its reads throw <see cref="WebSocketClosedException"/> where the connection ends inside the
    /// message.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="InvalidOperationException">Another receive is waiting.</exception>
    public ValueTask<WebSocketMessageStream?> ReceiveStreamAsync(CancellationToken cancellationToken = default) =>
        _core.Receiver.ReceiveStreamAsync(cancellationToken);

    /// <summary>Calls a handler with each message until the connection ends, in the place of a loop that receives them.</summary>
    /// <param name="handler">Called on the thread that brings the bytes.</param>
    /// <returns>How the connection ended. It fails with what <see cref="IWebSocketHandler.OnMessage"/> throws, and no further message is handed out
    /// then; <see cref="IWebSocketHandler.OnClosing"/> has been called, and <see cref="IWebSocketHandler.OnClosed"/> follows when the connection has
    /// ended.</returns>
    /// <exception cref="InvalidOperationException">A receive is waiting, or a message that was received as a stream is still being read; or another handler has
    /// the messages.</exception>
    public async Task<CloseRecord> RunAsync(IWebSocketHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        Task over = _core.Receiver.ReadByCalls(this, handler).Over;
        try
        {
            try
            {
                await over.ConfigureAwait(SimulationContext.IsCurrent);
            }
            finally
            {
                handler.OnClosing(this);
            }
        }
        catch
        {
            // Whoever runs the handler ends the connection, and the handler is told of that too.
            _ = TellClosedAsync(handler);
            throw;
        }

        CloseRecord record = await Closed.ConfigureAwait(SimulationContext.IsCurrent);
        handler.OnClosed(this, record);
        return record;
    }

    private async Task TellClosedAsync(IWebSocketHandler handler)
    {
        CloseRecord record = await Closed.ConfigureAwait(SimulationContext.IsCurrent);
        Guarded.Call((handler, connection: this, record), static of => of.handler.OnClosed(of.connection, of.record), failed: null);
    }
}
