using Cierre.Buffers;

namespace Cierre.Deflate;

/// <summary>
/// Finds where a block with BFINAL ends. The framework's inflater reads ahead and does not say how much of it was too much; so what came since the last known
/// border of blocks is kept, and gone over once more, byte by byte at the end. RFC 7692 7.2.3.4.
/// </summary>
/// <remarks>A mutable struct with one owner. The second inflater has zeroes where the first had its history: where blocks end does not depend on what they refer to.</remarks>
internal struct FinalBlock
{
    private const int MostKept = 64 * 1024;

    // A stored block of zeroes, as long as the largest window. RFC 1951 3.2.4.
    private static readonly byte[] Zeroes = MakeZeroes();

    private PooledBuffer _kept;
    private InflatingStream? _follower;
    private long _followed;

    /// <summary>A piece without an end in it. <paramref name="inflated"/>: how much all since the border inflated to.</summary>
    public void Passed(ReadOnlySpan<byte> piece, long inflated)
    {
        if (_kept.Length + piece.Length > MostKept)
        {
            Follow(_kept.Memory, inflated);
            _kept.Clear();
        }

        _kept.Append(piece);
    }

    /// <summary>How many bytes of this piece belong to the block that ends in it. <paramref name="inflated"/>: how much all since the border inflated to.</summary>
    /// <exception cref="InvalidDataException">No block that began at the border ends there, having inflated to so much.</exception>
    public int EndIn(ReadOnlyMemory<byte> piece, long inflated)
    {
        try
        {
            bool ended = Follow(_kept.Memory, inflated);
            for (int i = 0; i < piece.Length && !ended; i++)
            {
                ended = Follow(piece.Slice(i, 1), inflated);
                if (ended && _followed == inflated) return i + 1;
            }

            throw new InvalidDataException();
        }
        finally
        {
            Clear();
        }
    }

    /// <summary>A border of blocks that is known: the beginning of a message.</summary>
    public void Clear()
    {
        _kept.Release();
        _follower?.Dispose();
        _follower = null;
        _followed = 0;
    }

    private static InflatingStream CreateFollower()
    {
        var follower = new InflatingStream();
        Span<byte> ignored = stackalloc byte[1024];
        follower.Feed(Zeroes);
        while (follower.Read(ignored) != 0)
        {
        }

        return follower;
    }

    private static byte[] MakeZeroes()
    {
        const int Window = 1 << DeflateOptions.MostWindowBits;
        byte[] block = new byte[5 + Window];
        ((ReadOnlySpan<byte>)[0, Window & 0xFF, Window >> 8, ~Window & 0xFF, (~Window >> 8) & 0xFF]).CopyTo(block);
        return block;
    }

    /// <summary>Whether the second inflater has come to an end.</summary>
    private bool Follow(ReadOnlyMemory<byte> piece, long most)
    {
        Span<byte> ignored = stackalloc byte[1024];
        _follower ??= CreateFollower();
        _follower.Feed(piece);
        for (int count; (count = _follower.Read(ignored)) != 0;)
        {
            _followed += count;
            if (_followed > most) throw new InvalidDataException();
        }

        return _follower.Ended;
    }
}
