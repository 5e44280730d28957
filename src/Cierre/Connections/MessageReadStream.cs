namespace Cierre.Connections;

/// <summary>A message that is read as it comes; backpressure reaches the peer through the inbox.</summary>
internal sealed class MessageReadStream(ConnectionDriver driver, WebSocketMessageKind kind) : MessageStream(kind)
{
    public override bool CanRead => true;

    public override bool CanWrite => false;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => driver.ReadPartAsync(this, buffer, cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) driver.CloseReadStream(this);
        base.Dispose(disposing);
    }
}
