using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

namespace Cierre.Browser;

/// <summary>Reads what comes over a <see cref="WebSocketStream"/>, chunk by chunk: the readable stream of <see cref="WebSocketOpenInfo"/>.</summary>
/// <remarks>
/// <para>One chunk is held here and at most about 64 KiB behind it; then nothing more is taken from the transport, and the peer feels it through TCP.</para>
/// <para>It ends after the last chunk: in order where the connection closed cleanly; else with the <see cref="WebSocketError"/> that
/// <see cref="WebSocketStream.Closed"/> fails with, which the waiting reads and <c>await foreach</c> throw.</para>
/// <para>Any number of readers may read, each gets other chunks. Cancelling a read harms nothing.</para>
/// </remarks>
[Experimental("CIERRE001")]
public sealed class WebSocketReadable : ChannelReader<WebSocketChunk>, IAsyncEnumerable<WebSocketChunk>
{
    private readonly StreamRoot _root;
    private readonly Channel<WebSocketChunk> _chunks;

    internal WebSocketReadable(StreamRoot root, Channel<WebSocketChunk> chunks) => (_root, _chunks) = (root, chunks);

    /// <summary>Completes when the last chunk was read; fails where the connection was not closed cleanly.</summary>
    public override Task Completion
    {
        get
        {
            _root.HoldUntilClosed();
            return _chunks.Reader.Completion;
        }
    }

    /// <inheritdoc/>
    public override bool CanCount => _chunks.Reader.CanCount;

    /// <inheritdoc/>
    public override int Count => _chunks.Reader.Count;

    /// <inheritdoc/>
    public override bool CanPeek => _chunks.Reader.CanPeek;

    /// <inheritdoc/>
    public override bool TryPeek(out WebSocketChunk item) => _chunks.Reader.TryPeek(out item);

    /// <inheritdoc/>
    public override bool TryRead(out WebSocketChunk item) => _chunks.Reader.TryRead(out item);

    /// <summary>Waits for a chunk.</summary>
    /// <param name="cancellationToken">Ends the wait and harms nothing.</param>
    /// <returns>True: <see cref="TryRead"/> has one, unless another reader is faster; false: no chunk comes any more.</returns>
    /// <exception cref="WebSocketError">The connection was not closed cleanly.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public override async ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default)
    {
        bool any = await _chunks.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(SimulationContext.IsCurrent);
        // Who waits for a chunk is reason enough to stay open.
        GC.KeepAlive(_root);
        return any;
    }

    /// <summary>Cancels the stream: what was not read is dropped, no chunk comes any more, and the connection closes.</summary>
    /// <param name="reason">A <see cref="WebSocketError"/> closes with its code and reason; anything else, or null, with an empty close frame.</param>
    public void Cancel(Exception? reason = null)
    {
        // Streams, ReadableStreamCancel: 2-4. A stream that ended is left alone.
        if (!_chunks.Writer.TryComplete()) return;
        while (_chunks.Reader.TryRead(out _)) { }

        _root.Connection.CloseUsing(reason);
        GC.KeepAlive(_root);
    }

    /// <summary>Reads chunk by chunk: <c>await foreach (var chunk in readable)</c>. Leaving the loop before the end, in whatever way, cancels the stream, as in
    /// a browser; <see cref="ChannelReader{T}.ReadAllAsync"/> reads without doing so.</summary>
    /// <param name="cancellationToken">Ends the loop.</param>
    /// <returns>The chunks.</returns>
    /// <exception cref="WebSocketError">The connection was not closed cleanly.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async IAsyncEnumerator<WebSocketChunk> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        try
        {
            while (await WaitToReadAsync(cancellationToken).ConfigureAwait(SimulationContext.IsCurrent))
            {
                while (TryRead(out WebSocketChunk chunk)) yield return chunk;
            }
        }
        finally
        {
            // Streams 4.2.5, asynchronous iterator return. No move where the stream ended.
            Cancel();
        }
    }
}
