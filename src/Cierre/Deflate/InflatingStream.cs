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

    /// <summary>Sets the next piece. The one before was read until <see cref="Read"/> returned 0.</summary>
    public void Feed(ReadOnlyMemory<byte> piece) => _source.Piece = piece;

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
        public ReadOnlyMemory<byte> Piece { get; set; }

        public bool RanDry { get; set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(Span<byte> buffer)
        {
            int count = Math.Min(buffer.Length, Piece.Length);
            Piece.Span[..count].CopyTo(buffer);
            Piece = Piece[count..];
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
