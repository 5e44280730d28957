using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using System.Net.Sockets;
using Cierre.Transports;

namespace Cierre.Client;

/// <summary>The stream that the HTTP handler speaks over without TLS. After the 101 the socket below goes over to the connection, with nothing in
/// between.</summary>
/// <param name="inner">Nobody else's.</param>
internal sealed class HandoverStream(NetworkStream inner) : Stream
{
    private volatile bool _isOver;

    public Socket Socket => inner.Socket;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Takes the socket over, and what the handler has read of it and not used.</summary>
    /// <param name="above">What the handler made of this stream: it reads what lies in its buffers first.</param>
    /// <param name="loops">Those that read it from now on; null: its own transport.</param>
    /// <param name="server">Where it leads to.</param>
    [SuppressMessage("Reliability", "CA2000", Justification = "The transport's own.")]
    public async ValueTask<Transport> HandOverAsync(Stream above, WebSocketEventLoops? loops, Uri server)
    {
        // From here on a read below says that there is nothing, so a read above tells when its buffers are empty. The handler then lets go of all it holds.
        _isOver = true;
        var left = new ArrayBufferWriter<byte>();
        try
        {
            while (await above.ReadAsync(left.GetMemory(4096)).ConfigureAwait(SimulationContext.IsCurrent) is > 0 and var count) left.Advance(count);
        }
        catch
        {
            inner.Dispose();
            throw;
        }

        Transport.EarlierReader? earlier = left.WrittenCount == 0
            ? null
            : new(PipeReader.Create(new ReadOnlySequence<byte>(left.WrittenMemory)), Task.FromResult<Exception?>(null));
        return loops?.TakeOver(Socket, earlier, server.GetLeftPart(UriPartial.Authority)) ?? new SocketTransport(Socket, earlier);
    }

    public override int Read(Span<byte> buffer) => _isOver ? 0 : inner.Read(buffer);

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _isOver ? default : inner.ReadAsync(buffer, cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(ReadOnlySpan<byte> buffer) => Below.Write(buffer);

    public override void Write(byte[] buffer, int offset, int count) => Below.Write(buffer, offset, count);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        Below.WriteAsync(buffer, cancellationToken);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        Below.WriteAsync(buffer, offset, count, cancellationToken);

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isOver) inner.Dispose();
        base.Dispose(disposing);
    }

    private NetworkStream Below => _isOver ? throw new ObjectDisposedException(nameof(HandoverStream)) : inner;
}
