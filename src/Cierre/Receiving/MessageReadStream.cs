using Cierre.Connections;

namespace Cierre.Receiving;

/// <summary>A message that is read as it comes; backpressure reaches the peer through the inbox.</summary>
internal sealed class MessageReadStream(ConnectionCore core, WebSocketMessageKind kind) : WebSocketMessageStream(kind)
{
    public override bool CanRead => true;

    public override bool CanWrite => false;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        core.Receiver.ReadPartAsync(this, buffer, cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <exception cref="InvalidOperationException">This thread brings what the read waits for: a receive continued on it, and it was not left
    /// since.</exception>
    public override int Read(byte[] buffer, int offset, int count) =>
        core.Receiver.ReadPartAsync(this, buffer.AsMemory(offset, count), CancellationToken.None, blocks: true).AsTask().GetAwaiter().GetResult();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) core.Receiver.CloseStream(this);
        base.Dispose(disposing);
    }
}
