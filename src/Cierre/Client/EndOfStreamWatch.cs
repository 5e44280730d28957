using System.Buffers.Binary;
using System.IO;

namespace Cierre.Client;

/// <summary>Looks at the frames that the HTTP handler writes to an HTTP/2 connection, and says when the end of a stream is with the kernel.</summary>
/// <remarks>The handler sends END_STREAM and RST_STREAM in the background, and tells nobody. Disposed of right behind, it may end TCP first.</remarks>
internal sealed class EndOfStreamWatch(Stream inner) : Stream
{
    // RFC 9113 4.1, 6.1, 6.4 and 3.4.
    private const int HeaderLength = 9, PrefaceLength = 24, Data = 0, Reset = 3, EndStream = 1;

    private readonly byte[] _header = new byte[HeaderLength];
    private int _headerLength;
    private int _rest = PrefaceLength;
    private volatile TaskCompletionSource? _asked;
    private volatile bool _isOver;

    public override bool CanRead => inner.CanRead;

    public override bool CanSeek => false;

    public override bool CanWrite => inner.CanWrite;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Completes when the end of a stream has been written that nobody had begun to write before this call.</summary>
    public Task NextEnd()
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _asked = asked;
        if (_isOver) asked.TrySetResult();
        return asked.Task;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        bool ends = Look(buffer.Span);
        return ends && _asked is { } asked ? WriteEndAsync(buffer, asked, cancellationToken) : inner.WriteAsync(buffer, cancellationToken);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count)
    {
        bool ends = Look(buffer.AsSpan(offset, count));
        inner.Write(buffer, offset, count);
        if (ends) _asked?.TrySetResult();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => inner.ReadAsync(buffer, cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        inner.ReadAsync(buffer, offset, count, cancellationToken);

    public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

    public override void Flush() => inner.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        // What was not written by now never is.
        _isOver = true;
        _asked?.TrySetResult();
        base.Dispose(disposing);
    }

    private async ValueTask WriteEndAsync(ReadOnlyMemory<byte> buffer, TaskCompletionSource asked, CancellationToken cancellationToken)
    {
        try
        {
            await inner.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            asked.TrySetResult();
        }
    }

    /// <summary>Goes from header to header, whatever the pieces; true: one of them ends a stream.</summary>
    private bool Look(ReadOnlySpan<byte> bytes)
    {
        bool ends = false;
        while (!bytes.IsEmpty)
        {
            int skipped = Math.Min(_rest, bytes.Length);
            _rest -= skipped;
            bytes = bytes[skipped..];
            int taken = Math.Min(HeaderLength - _headerLength, bytes.Length);
            bytes[..taken].CopyTo(_header.AsSpan(_headerLength));
            _headerLength += taken;
            bytes = bytes[taken..];
            if (_headerLength < HeaderLength) break;
            _headerLength = 0;
            _rest = BinaryPrimitives.ReadInt32BigEndian(_header) >>> 8;
            ends |= _header[3] == Reset || (_header[3] == Data && (_header[4] & EndStream) != 0);
        }

        return ends;
    }
}
