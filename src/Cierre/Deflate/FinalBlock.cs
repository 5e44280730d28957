using Cierre.Buffers;

namespace Cierre.Deflate;

/// <summary>
/// Finds where a block with BFINAL ends. The framework's inflater reads ahead and does not say how much of it was too much; so what came since the
/// message began is kept, and gone over once more, without inflating it. RFC 7692 7.2.3.4.
/// </summary>
/// <remarks>A mutable struct with one owner.</remarks>
internal struct FinalBlock
{
    private const int MostKept = 64 * 1024;

    private PooledBuffer _kept;
    private BlockReader? _reader;
    private bool _begun;

    /// <summary>A piece without an end in it.</summary>
    public void Passed(ReadOnlySpan<byte> piece)
    {
        if (_kept.Length + piece.Length > MostKept)
        {
            Follow(_kept.Span);
            _kept.Clear();
        }

        _kept.Append(piece);
    }

    /// <summary>How many bytes of this piece belong to the block that ends in it; null: it breaks off there.</summary>
    /// <param name="piece">What comes next.</param>
    /// <param name="inflated">How much all since the beginning inflated to.</param>
    /// <param name="reader">Who goes on behind the end, or says whether the message may end where it breaks off.</param>
    /// <exception cref="InvalidDataException">No block that began there ends there, having inflated to so much.</exception>
    public int? EndIn(ReadOnlySpan<byte> piece, long inflated, out BlockReader reader)
    {
        Follow(_kept.Span);
        reader = _reader!;
        ReadOnlySpan<byte> rest = piece;
        bool ended = reader.Read(ref rest) == BlockStep.FinalBlock;
        if (reader.Inflated != inflated) throw new InvalidDataException();
        Clear();
        return ended ? piece.Length - rest.Length : null;
    }

    /// <summary>The beginning of a message is a border of blocks.</summary>
    public void Clear()
    {
        _kept.Release();
        _begun = false;
    }

    private void Follow(ReadOnlySpan<byte> passed)
    {
        _reader ??= new BlockReader();
        if (!_begun)
        {
            _reader.Window = null;
            _reader.Begin();
        }

        _begun = true;
        if (_reader.Read(ref passed) != BlockStep.Dry) throw new InvalidDataException();
    }
}
