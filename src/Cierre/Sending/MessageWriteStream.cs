using System.Text.Unicode;
using Cierre.Closing;
using Cierre.Connections;
using Cierre.Protocol;

namespace Cierre.Sending;

/// <summary>A message that is sent as it is written, one fragment a write; disposing ends the message. RFC 6455 5.4.</summary>
/// <remarks>What goes out of a text is whole characters: the beginning of one waits for the write that brings the rest, so nothing
/// that is out breaks off inside of one; a text that ends there cannot be ended. RFC 6455 8.1.</remarks>
internal sealed class MessageWriteStream(ConnectionDriver driver, WebSocketMessageKind kind, bool compressible = true) : WebSocketMessageStream(kind)
{
    private byte[] _begun = [];
    private bool _disposed;

    public bool Compressible => compressible;

    /// <summary>The first fragment is out: the next ones continue. Guarded by the connection's lock.</summary>
    public bool Continued { get; set; }

    public override bool CanRead => false;

    public override bool CanWrite => true;

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (buffer.IsEmpty) return default;
        if (Kind == WebSocketMessageKind.Text) return WriteTextAsync(buffer, cancellationToken);
        return driver.Sending.WritePartAsync(this, buffer, final: false, cancellationToken);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count) => WriteAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        if (_disposed) return;
        _disposed = true;
        await EndAsync().ConfigureAwait(SimulationContext.IsCurrent);
        await base.DisposeAsync().ConfigureAwait(SimulationContext.IsCurrent);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            EndAsync().AsTask().GetAwaiter().GetResult();
        }

        base.Dispose(disposing);
    }

    /// <summary>Ends the message, and throws nothing: that would hide what the body of a using statement threw. A connection that ends meanwhile says so to
    /// whoever uses it next.</summary>
    private async ValueTask EndAsync()
    {
        if (_begun.Length != 0)
        {
            // The peer would take what was sent for the whole, so the message is never ended.
            FailUnfinished();
            return;
        }

        try
        {
            await driver.Sending.WritePartAsync(this, default, final: true, CancellationToken.None).ConfigureAwait(SimulationContext.IsCurrent);
        }
        catch (WebSocketClosedException)
        {
            // It was lost while the end waited in its turn.
        }
    }

    private void FailUnfinished()
    {
        var detail = new CloseDetail("TextUnfinished");
        driver.BeginClose(new CloseFrame(CloseCodes.InternalError, detail.English), new EndReason(CloseCause.HandlerFailed, detail));
    }

    private ValueTask WriteTextAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        byte[] before = _begun;
        ReadOnlyMemory<byte> text = before.Length == 0 ? buffer : (byte[])[.. before, .. buffer.Span];
        ReadOnlyMemory<byte> whole = text[..^Utf8Validator.UnfinishedTail(text.Span)];
        if (!Utf8.IsValid(whole.Span))
        {
            throw new ArgumentException(
                "The pieces of a text message must be UTF-8 together (RFC 6455 8.1): nothing of this one was written, and the message goes on with the next. "
                + "Send other bytes as binary.",
                nameof(buffer));
        }

        byte[] begun = text[whole.Length..].ToArray();
        if (whole.IsEmpty)
        {
            if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled(cancellationToken);
            _begun = begun;
            return default;
        }

        ValueTask written = driver.Sending.WritePartAsync(this, whole, final: false, cancellationToken);
        _begun = begun;
        return written.IsCompletedSuccessfully || (before.Length == 0 && begun.Length == 0) ? written : WrittenAsync(written, before);
    }

    /// <summary>A write that was cancelled wrote nothing: what was begun before it is still begun.</summary>
    private async ValueTask WrittenAsync(ValueTask written, byte[] before)
    {
        try
        {
            await written.ConfigureAwait(SimulationContext.IsCurrent);
        }
        catch (OperationCanceledException)
        {
            _begun = before;
            throw;
        }
    }
}
