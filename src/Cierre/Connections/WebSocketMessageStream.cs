namespace Cierre;

/// <summary>Reads or writes one message piece by piece, for messages too large to hold.</summary>
public abstract class WebSocketMessageStream : Stream
{
    private protected WebSocketMessageStream(WebSocketMessageKind kind) => Kind = kind;

    /// <summary>Text or binary. The pieces of a text are UTF-8; a piece may end inside a character. A write that makes the text anything else
    /// throws <see cref="ArgumentException"/> and writes nothing.</summary>
    /// <remarks>Disposing of a message that is written ends it, waits for its turn, and throws nothing, so that it hides no exception of a <c>using</c>'s body.
    /// A text that ends inside a character is not ended: the connection closes with 1011 (RFC 6455 8.1), and a connection that is lost meanwhile says so too,
    /// to the next who uses it.</remarks>
    public WebSocketMessageKind Kind { get; }

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <summary>Not supported: a message's length is known at its end.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override long Length => throw new NotSupportedException();

    /// <summary>Not supported.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Not supported.</summary>
    /// <param name="offset">Ignored.</param>
    /// <param name="origin">Ignored.</param>
    /// <returns>Nothing.</returns>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <summary>Not supported.</summary>
    /// <param name="value">Ignored.</param>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Flush() { }

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
