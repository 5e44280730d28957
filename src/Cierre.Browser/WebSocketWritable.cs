using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Cierre.Connections;

namespace Cierre.Browser;

/// <summary>Writes to a <see cref="WebSocketStream"/>, chunk by chunk: the writable stream of <see cref="WebSocketOpenInfo"/>.</summary>
/// <remarks>
/// <para>A write completes when the connection took it: at most about 64 KiB wait here for a peer that reads slowly, then awaiting is backpressure. Writes may
/// run concurrently; they keep their order.</para>
/// <para>Completing the writer closes the connection with an empty close frame behind what was written; completing it with an exception aborts it.</para>
/// </remarks>
[Experimental("CIERRE001")]
public sealed class WebSocketWritable : ChannelWriter<WebSocketChunk>
{
    private readonly StreamRoot _root;
    private readonly WebSocketConnection _connection;
    private readonly Lock _gate = new();

    // What this writer was completed or aborted with; null while it was not.
    private Exception? _end;

    // Writes that the connection has not taken, and who waits for there to be none.
    private int _waiting;
    private TaskCompletionSource? _room;

    internal WebSocketWritable(StreamRoot root, WebSocketConnection connection) => (_root, _connection) = (root, connection);

    private bool IsOpen => _end is null && ConnectionControl.Of(_connection).TakesSends;

    /// <summary>Writes a chunk.</summary>
    /// <param name="item">A string or bytes. Bytes must not change until the returned task completes.</param>
    /// <param name="cancellationToken">Cancels a write that has not begun; one that has begun is finished.</param>
    /// <returns>Completes when the connection took the chunk.</returns>
    /// <exception cref="ChannelClosedException">The writer was completed, or the connection is closed. The inner exception says how: an
    /// <c>InvalidStateError</c> where it was closed cleanly, the <see cref="WebSocketError"/> of <see cref="WebSocketStream.Closed"/> where it was not, or what
    /// the writer was aborted with.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled; nothing was written.</exception>
    public override ValueTask WriteAsync(WebSocketChunk item, CancellationToken cancellationToken = default)
    {
        if (_end is { } end) return ValueTask.FromException(new ChannelClosedException(end));
        ValueTask sent = Send(item, cancellationToken);
        GC.KeepAlive(_root);
        if (sent.IsCompletedSuccessfully) return sent;
        lock (_gate) _waiting++;
        return TakenAsync(sent);
    }

    /// <summary>Writes a chunk if no write before it waits to be taken. The bytes are copied.</summary>
    /// <param name="item">A string or bytes.</param>
    /// <returns>False: there is no room, see <see cref="WaitToWriteAsync"/>; or nothing can be written any more.</returns>
    [SuppressMessage("Reliability", "CA2012", Justification = "Consumed once: here, or by what waits for it.")]
    public override bool TryWrite(WebSocketChunk item)
    {
        lock (_gate)
        {
            if (!IsOpen || _waiting != 0) return false;
            _waiting++;
        }

        ValueTask sent = Send(item.Text is null ? item.Bytes.ToArray() : item, default);
        GC.KeepAlive(_root);
        if (!sent.IsCompleted)
        {
            _ = ObservedAsync(TakenAsync(sent));
            return true;
        }

        Taken();
        return sent.IsCompletedSuccessfully;
    }

    /// <summary>Waits until no write waits to be taken.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>True: there is room; false: nothing can be written any more, however the stream ended.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public override async ValueTask<bool> WaitToWriteAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Task room;
            lock (_gate)
            {
                if (!IsOpen) return false;
                if (_waiting == 0) return true;
                room = (_room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }

            await room.WaitAsync(cancellationToken).ConfigureAwait(SimulationContext.IsCurrent);
        }
    }

    /// <summary>Completes the writer: the connection closes, with an empty close frame, behind what was written before.</summary>
    /// <param name="error">Null; or what to abort with, as <see cref="Abort"/> does.</param>
    /// <returns>False: it was completed before. On a stream that is closing or closed it is a completion that changes nothing.</returns>
    public override bool TryComplete(Exception? error = null)
    {
        Exception end = error ?? DomException.InvalidStateError("The writer of the WebSocket stream was completed.");
        if (Interlocked.CompareExchange(ref _end, end, null) is not null) return false;
        if (error is null) _root.Connection.Close(CloseFrame.Empty);
        else _root.Connection.CloseUsing(error, takeBack: true);
        lock (_gate) WakeWaiters();
        GC.KeepAlive(_root);
        return true;
    }

    /// <summary>Aborts the writer: writes that have not begun fail, and the connection closes.</summary>
    /// <param name="reason">A <see cref="WebSocketError"/> closes with its code and reason; anything else, or null, with an empty close frame.</param>
    public void Abort(Exception? reason = null) => TryComplete(reason ?? new DomException("The writer of the WebSocket stream was aborted.", "AbortError"));

    /// <summary>WHATWG WebSockets, write: 4 and 5. Bytes are a binary message, a string is a text message.</summary>
    private ValueTask Send(WebSocketChunk chunk, CancellationToken cancellationToken) =>
        chunk.Text is { } text ? _connection.SendAsync(text, cancellationToken) : _connection.SendAsync(chunk.Bytes, cancellationToken);

    private async ValueTask TakenAsync(ValueTask sent)
    {
        try
        {
            try
            {
                await sent.ConfigureAwait(SimulationContext.IsCurrent);
            }
            finally
            {
                Taken();
            }
        }
        catch (WebSocketClosedException)
        {
            // How the stream ended is known when it has: the wait is bounded by the close timeout.
            Exception? end = _end ?? await _root.Connection.Ended.ConfigureAwait(SimulationContext.IsCurrent);
            throw new ChannelClosedException(end ?? DomException.InvalidStateError("The WebSocket stream is closed."));
        }
    }

    private void Taken()
    {
        lock (_gate)
        {
            if (--_waiting == 0) WakeWaiters();
        }
    }

    private void WakeWaiters()
    {
        _room?.TrySetResult();
        _room = null;
    }

    /// <summary>A chunk that was taken in and then lost with the connection: <see cref="WebSocketStream.Closed"/> tells.</summary>
    private static async Task ObservedAsync(ValueTask taken)
    {
        try
        {
            await taken.ConfigureAwait(SimulationContext.IsCurrent);
        }
        catch (ChannelClosedException)
        {
        }
    }
}
