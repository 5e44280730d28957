using Cierre.Buffers;

namespace Cierre.Deflate;

/// <summary>
/// Finds where a block with BFINAL ends. The framework's inflater reads ahead and does not say how much of it was too much; so what came since the last known
/// border of blocks is kept, and gone over once more, byte by byte at the end. RFC 7692 7.2.3.4.
/// </summary>
/// <remarks>
/// A mutable struct with one owner. The second inflater has zeroes where the first had its history: where blocks end, and how much they inflate to, does not depend on what they
/// refer to. Where the two do not agree on that, the border was none: the message before broke off inside a block.
/// </remarks>
internal struct FinalBlock
{
    private const int MostKept = 64 * 1024;

    // One stored block of zeroes, as long as the largest window. RFC 1951 3.2.4.
    private static readonly byte[] Window = [0, 0, 0x80, 0xFF, 0x7F, .. new byte[1 << DeflateOptions.MostWindowBits]];

    private PooledBuffer _kept;
    private InflatingStream? _follower;
    private long _followed;
    private bool _lost;

    /// <summary>A piece without an end in it.</summary>
    /// <param name="piece">What the first inflater has read.</param>
    /// <param name="inflated">The bytes that it gave since the border.</param>
    public void Passed(ReadOnlySpan<byte> piece, long inflated)
    {
        if (_lost) return;
        if (_kept.Length + piece.Length > MostKept)
        {
            _lost = !Follow(_kept.Memory, inflated);
            _kept.Clear();
        }

        _kept.Append(piece);
    }

    /// <summary>How many bytes of this piece belong to the block that ends in it; null: that cannot be, from the border on.</summary>
    /// <param name="piece">What the first inflater has read, up to an end somewhere in it.</param>
    /// <param name="inflated">The bytes that it gave since the border.</param>
    public int? EndIn(ReadOnlyMemory<byte> piece, long inflated)
    {
        try
        {
            if (_lost || !Follow(_kept.Memory, inflated)) return null;
            for (int i = 0; i < piece.Length; i++)
            {
                if (Follow(piece.Slice(i, 1), inflated)) continue;
                return _follower!.Ended && _followed == inflated ? i + 1 : null;
            }

            return null;
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
        (_follower, _followed, _lost) = (null, 0, false);
    }

    private static InflatingStream CreateFollower(Span<byte> ignored)
    {
        var follower = new InflatingStream();
        follower.Feed(Window);
        while (follower.Read(ignored) != 0)
        {
        }

        return follower;
    }

    /// <summary>False: it ended in this piece, or went on in another way than the first.</summary>
    private bool Follow(ReadOnlyMemory<byte> piece, long inflated)
    {
        Span<byte> ignored = stackalloc byte[1024];
        try
        {
            _follower ??= CreateFollower(ignored);
            _follower.Feed(piece);
            while (_follower.Read(ignored) is var count and not 0)
            {
                _followed += count;
                if (_followed > inflated) return false;
            }

            return !_follower.Ended;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }
}
