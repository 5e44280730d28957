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

    private PooledBuffer _kept;
    private InflatingStream? _follower;

    /// <summary>A piece without an end in it.</summary>
    public void Passed(ReadOnlySpan<byte> piece)
    {
        if (_kept.Length + piece.Length > MostKept)
        {
            _follower ??= CreateFollower();
            Follow(_follower, _kept.Memory);
            _kept.Clear();
        }

        _kept.Append(piece);
    }

    /// <summary>How many bytes of this piece belong to the block that ends in it.</summary>
    public int EndIn(ReadOnlyMemory<byte> piece)
    {
        InflatingStream follower = _follower ?? CreateFollower();
        _follower = null;
        try
        {
            Follow(follower, _kept.Memory);
            for (int i = 0; i < piece.Length; i++)
            {
                Follow(follower, piece.Slice(i, 1));
                if (follower.Ended) return i + 1;
            }

            return piece.Length;
        }
        finally
        {
            follower.Dispose();
            Clear();
        }
    }

    /// <summary>A border of blocks that is known: the beginning of a message.</summary>
    public void Clear()
    {
        _kept.Release();
        _follower?.Dispose();
        _follower = null;
    }

    private static InflatingStream CreateFollower()
    {
        // One stored block of zeroes, as long as the largest window. RFC 1951 3.2.4.
        const int Window = 1 << DeflateOptions.MostWindowBits;
        var follower = new InflatingStream();
        Follow(follower, new byte[] { 0, Window & 0xFF, Window >> 8, ~Window & 0xFF, (~Window >> 8) & 0xFF });
        Follow(follower, new byte[Window]);
        return follower;
    }

    private static void Follow(InflatingStream follower, ReadOnlyMemory<byte> piece)
    {
        Span<byte> ignored = stackalloc byte[1024];
        follower.Feed(piece);
        while (follower.Read(ignored) != 0)
        {
        }
    }
}
