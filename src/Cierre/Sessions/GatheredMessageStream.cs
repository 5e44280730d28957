using System.Text.Unicode;
using Cierre.Buffers;
using Cierre.Connections;

namespace Cierre.Sessions;

/// <summary>A message that is written piece by piece and sent as a whole when it ends, because a session repeats whole messages.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Reliability", "CA1001", Justification = "The buffer is a struct, given back when the stream ends.")]
internal sealed class GatheredMessageStream(ConnectionCore core, WebSocketMessageKind kind, bool compressible) : WebSocketMessageStream(kind)
{
    private PooledBuffer _pieces;
    private bool _disposed;

    public override bool CanRead => false;

    public override bool CanWrite => true;

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled(cancellationToken);
        Write(buffer.Span);
        return default;
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (core.RecordSoFar is { } record) throw new WebSocketClosedException(record);
        _pieces.Append(buffer);
    }

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
            Task sent = EndAsync().AsTask();
            // The thread that would bring the room must not wait for it. The message is sent in its turn.
            if (!core.InBatch || sent.IsCompleted) sent.GetAwaiter().GetResult();
        }

        base.Dispose(disposing);
    }

    private async ValueTask EndAsync()
    {
        try
        {
            if (Kind == WebSocketMessageKind.Text && !Utf8.IsValid(_pieces.Span))
                throw new InvalidDataException("The pieces of a text message must be UTF-8 together (RFC 6455 8.1): the message was not sent.");
            await core.SendAsync((WebSocketOpcode)Kind, _pieces.Memory, CancellationToken.None, compressible).ConfigureAwait(SimulationContext.IsCurrent);
        }
        catch (WebSocketClosedException)
        {
            // Whoever uses the connection next is told.
        }
        finally
        {
            _pieces.Release();
        }
    }
}
