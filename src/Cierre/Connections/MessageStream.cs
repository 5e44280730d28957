namespace Cierre;

/// <summary>Reads or writes one message piece by piece, for messages too large to hold.</summary>
public abstract class MessageStream : Stream
{
    private protected MessageStream(WebSocketMessageKind kind) => Kind = kind;

    /// <summary>Text or binary. The pieces of a text are UTF-8; a piece may end inside a character. A write that makes the text anything else
    /// throws <see cref="ArgumentException"/> and writes nothing. Disposing throws it where the text ended inside a character, after the message
    /// was ended without that.</summary>
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
