namespace Cierre.Connections;

/// <summary>A message that is sent as it is written, one fragment a write; disposing ends the message. RFC 6455 5.4.</summary>
internal sealed class MessageWriteStream(ConnectionDriver driver, WebSocketMessageKind kind, bool compressible = true) : MessageStream(kind)
{
    private bool _disposed;

    public bool Compressible => compressible;

    /// <summary>The first fragment is out: the next ones continue. Guarded by the connection's lock.</summary>
    public bool Continued { get; set; }

    public override bool CanRead => false;

    public override bool CanWrite => true;

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return buffer.IsEmpty ? default : driver.WritePartAsync(this, buffer, final: false, cancellationToken);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count) => WriteAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        if (_disposed) return;
        _disposed = true;
        await driver.WritePartAsync(this, default, final: true, CancellationToken.None).ConfigureAwait(SimulationContext.IsCurrent);
        await base.DisposeAsync().ConfigureAwait(SimulationContext.IsCurrent);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            driver.WritePartAsync(this, default, final: true, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        }

        base.Dispose(disposing);
    }
}
