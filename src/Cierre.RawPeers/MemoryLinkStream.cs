using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;

namespace Cierre.RawPeers;

/// <summary>
/// One end of a link in memory, as a stream and as a pair of pipes. It has the manners of TCP: a direction holds a bounded number of bytes and then makes its
/// writer wait, an end can be orderly (FIN) or a reset, and writing to an end that is closed fails.
/// </summary>
public sealed class MemoryLinkStream : Stream, IDuplexPipe
{
    private volatile bool _disposed;

    private MemoryLinkStream(PipeReader input, PipeWriter output) => (Input, Output) = (input, output);

    /// <inheritdoc/>
    public PipeReader Input { get; }

    /// <inheritdoc/>
    public PipeWriter Output { get; }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Makes the two ends of a link.</summary>
    /// <param name="capacity">How many bytes a direction holds before its writer waits.</param>
    public static (MemoryLinkStream Near, MemoryLinkStream Far) Link(int capacity = 64 * 1024)
    {
        var options = new PipeOptions(pauseWriterThreshold: capacity, resumeWriterThreshold: capacity / 2, useSynchronizationContext: false);
        (var there, var back) = (new Pipe(options), new Pipe(options));
        return (new MemoryLinkStream(back.Reader, there.Writer), new MemoryLinkStream(there.Reader, back.Writer));
    }

    /// <summary>Ends our direction in order; the other one stays open.</summary>
    public void HalfClose() => Output.Complete();

    /// <summary>Ends both directions at once: the other end's reads and writes fail as after a TCP reset.</summary>
    public void Reset()
    {
        Output.Complete(Broken(SocketError.ConnectionReset));
        Input.Complete(Broken(SocketError.ConnectionReset));
    }

    /// <summary>Reads what is there, or waits; with an empty buffer it waits and takes nothing.</summary>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            ReadResult read = await Input.ReadAsync(cancellationToken).ConfigureAwait(false);
            ObjectDisposedException.ThrowIf(_disposed, this);
            ReadOnlySequence<byte> taken = read.Buffer.Slice(0, Math.Min(buffer.Length, read.Buffer.Length));
            int count = (int)taken.Length;
            taken.CopyTo(buffer.Span);
            Input.AdvanceTo(taken.End);
            return count;
        }
        catch (InvalidOperationException) when (_disposed)
        {
            // The pipe was completed under this read.
            throw new ObjectDisposedException(nameof(MemoryLinkStream));
        }
    }

    /// <summary>Writes, and waits while the direction is full.</summary>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        FlushResult flushed = await Output.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (flushed.IsCompleted) throw Broken(SocketError.Shutdown);
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>Closes both directions: the other end reads what was written, then the end.</summary>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            // Whoever reads or writes in this moment is woken, and told.
            Output.CancelPendingFlush();
            Input.CancelPendingRead();
            Output.Complete();
            Input.Complete();
        }

        base.Dispose(disposing);
    }

    private static IOException Broken(SocketError error)
    {
        var cause = new SocketException((int)error);
        return new IOException(cause.Message, cause);
    }
}
