using System.IO.Compression;
using Cierre.Buffers;

namespace Cierre.Deflate;

/// <summary>Compresses the messages of one direction, piece by piece. RFC 7692 7.2.1.</summary>
/// <remarks>Without context takeover there is no context between messages: an idle connection holds none. It is not pooled: the framework cannot set one back,
/// and one that has seen another message would refer to it.</remarks>
internal sealed class MessageDeflater(DeflateDirection direction, CompressionLevel level) : IDisposable
{
    // 00 00 FF FF, the end of the empty block that a flush writes. RFC 7692 7.2.1, 3.
    private const int Tail = 4;

    // The framework's window is always 2^15 bytes. A context that has seen no more than 2^N bytes cannot refer farther back than that.
    private readonly int _most = direction.WindowBits == DeflateOptions.MostWindowBits ? int.MaxValue : 1 << direction.WindowBits;

    private readonly Sink _sink = new();
    private DeflateStream? _context;
    private int _seen;

    /// <summary>Whether what was compressed must be sent: the messages after it may refer to it.</summary>
    public bool Commits => direction.Takeover;

    /// <summary>Compresses the next piece of a message so that the peer can inflate all of it. The result is valid until <see cref="Release"/>.</summary>
    public ReadOnlySpan<byte> Deflate(ReadOnlySpan<byte> piece, bool last)
    {
        bool empty = piece.IsEmpty;
        while (!piece.IsEmpty)
        {
            if (_seen == _most)
            {
                // The new one's first block begins at a byte.
                _context!.Flush();
                Drop();
            }

            _context ??= new DeflateStream(_sink, level, leaveOpen: true);
            ReadOnlySpan<byte> part = piece[..Math.Min(piece.Length, _most - _seen)];
            _context.Write(part);
            if (_most != int.MaxValue) _seen += part.Length;
            piece = piece[part.Length..];
        }

        if (!empty) _context!.Flush();
        if (last)
        {
            // 7.2.3.6: the empty block that is left of a message, or of its end, without data.
            if (empty) _sink.Write([0]);
            else _sink.TakeBack(Tail);
            if (!direction.Takeover) Drop();
        }

        return _sink.Written;
    }

    /// <summary>Gives back the memory of the last result.</summary>
    public void Release() => _sink.Release();

    public void Dispose()
    {
        Drop();
        Release();
    }

    private void Drop()
    {
        if (_context is null) return;
        // It says goodbye with a final block, which is not ours to send.
        _sink.Deaf = true;
        _context.Dispose();
        _sink.Deaf = false;
        _context = null;
        _seen = 0;
    }

    private sealed class Sink : Stream
    {
        private PooledBuffer _bytes;

        public ReadOnlySpan<byte> Written => _bytes.Span;

        public bool Deaf { get; set; }

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (!Deaf) _bytes.Append(buffer);
        }

        public void TakeBack(int count) => _bytes.Advance(-count);

        public void Release() => _bytes.Release();

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
