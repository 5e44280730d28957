using System.IO.Compression;

namespace Cierre.Deflate;

/// <summary>The framework's inflater, fed piece by piece: it tells whether it waits for more or has come to a final block.</summary>
internal sealed class InflatingStream : IDisposable
{
    private readonly Source _source = new();
    private readonly DeflateStream _inflater;

    public InflatingStream() => _inflater = new DeflateStream(_source, CompressionMode.Decompress, leaveOpen: true);

    /// <summary>The last read came to the end of a block with BFINAL; nothing more is read.</summary>
    public bool Ended { get; private set; }

    /// <summary>All of the piece was used up, and what came out last is of what was to be read behind it.</summary>
    public bool Behind => _source.Behind;

    /// <summary>Sets the next piece, and what to read behind it. The one before was read until <see cref="Read"/> returned 0.</summary>
    public void Feed(ReadOnlyMemory<byte> piece, ReadOnlyMemory<byte> behind = default) => _source.Set(piece, behind);

    /// <summary>Inflates; 0: the piece is used up, or the stream has <see cref="Ended"/>.</summary>
    /// <exception cref="InvalidDataException">This is not DEFLATE.</exception>
    public int Read(Span<byte> target)
    {
        _source.RanDry = false;
        int count;
        try
        {
            count = _inflater.Read(target);
        }
        catch (InvalidDataException) when (_source.RanDry)
        {
            // An application can tell the framework to take a dry source for a truncated file (System.IO.Compression.UseStrictValidation).
            return 0;
        }

        // At its end it does not ask its source any more.
        Ended = count == 0 && !_source.RanDry;
        return count;
    }

    public void Dispose() => _inflater.Dispose();

    private sealed class Source : Stream
    {
        private ReadOnlyMemory<byte> _piece;
        private ReadOnlyMemory<byte> _behind;

        public bool RanDry { get; set; }

        public bool Behind { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public void Set(ReadOnlyMemory<byte> piece, ReadOnlyMemory<byte> behind)
        {
            _piece = piece;
            _behind = behind;
            Behind = false;
        }

        public override int Read(Span<byte> buffer)
        {
            if (_piece.IsEmpty && !_behind.IsEmpty)
            {
                // The framework asks when it has inflated all that it had.
                (_piece, _behind) = (_behind, default);
                Behind = true;
            }

            int count = Math.Min(buffer.Length, _piece.Length);
            _piece.Span[..count].CopyTo(buffer);
            _piece = _piece[count..];
            RanDry = count == 0;
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
