using Cierre.Buffers;
using Cierre.Closing;

namespace Cierre.Deflate;

/// <summary>Inflates the messages of one direction, piece by piece, and never further than the limit. RFC 7692 7.2.2.</summary>
/// <remarks>Any window is taken: the framework's is the largest there is. Without context takeover there is no context between messages.</remarks>
internal sealed class MessageInflater(bool takeover, long limit) : IDisposable
{
    private const int Chunk = 1024;

    // A sender without a flush ends what it has with a final block each time; more of them is nobody's flush, and each costs a context.
    private const int MostFinalBlocks = 1024;

    // What the sender took away: the rest of the empty block at which its flush ended. 7.2.2, 1.
    private const int Tail = 4;

    // And three empty stored blocks more: see StandsBetweenBlocks.
    private static readonly byte[] Ending = [0, 0, 0xFF, 0xFF, 0, 0, 0, 0xFF, 0xFF, 0, 0, 0, 0xFF, 0xFF, 0, 0, 0, 0xFF, 0xFF];

    // An empty stored block with BFINAL.
    private static readonly byte[] LastBlock = [1, 0, 0, 0xFF, 0xFF];

    private InflatingStream? _context;
    private FinalBlock _final;
    private int _finalBlocks;
    private long _border;
    private bool _any;

    /// <summary>Bytes of the current message so far, inflated.</summary>
    public long Size { get; private set; }

    public void Begin()
    {
        _final.Clear();
        _finalBlocks = 0;
        _border = 0;
        _any = false;
        Size = 0;
    }

    /// <summary>Appends what a piece inflates to.</summary>
    public Violation? Inflate(ReadOnlyMemory<byte> piece, ref PooledBuffer target)
    {
        try
        {
            _any |= !piece.IsEmpty;
            while (!piece.IsEmpty)
            {
                _context ??= new InflatingStream();
                _context.Feed(piece);
                if (!ReadAll(_context, ref target)) return Violations.InflatedTooBig(limit);
                if (!_context.Ended)
                {
                    _final.Passed(piece.Span, Size - _border);
                    break;
                }

                // 7.2.3.4: a block with BFINAL; what follows it is a stream of its own.
                if (_final.EndIn(piece, Size - _border) is not { } end || ++_finalBlocks > MostFinalBlocks) return Violations.DeflateNotValid();
                piece = piece[end..];
                _border = Size;
                Drop();
            }

            return null;
        }
        catch (InvalidDataException)
        {
            return Violations.DeflateNotValid();
        }
    }

    /// <summary>Ends a message.</summary>
    public Violation? End()
    {
        // 7.2.3.6: even an empty message has a byte.
        if (!_any || !StandsBetweenBlocks()) return Violations.DeflateNotValid();
        if (!takeover) Drop();
        _final.Clear();
        return null;
    }

    public void Dispose()
    {
        Drop();
        _final.Clear();
    }

    /// <summary>False: there is more than the limit.</summary>
    private bool ReadAll(InflatingStream context, ref PooledBuffer target)
    {
        Span<byte> oneMore = stackalloc byte[1];
        while (true)
        {
            long room = Math.Min(limit - Size, Array.MaxLength - target.Length);
            if (room == 0) return context.Read(oneMore) == 0;
            Span<byte> space = target.GetMemory(Chunk).Span;
            if (space.Length > room) space = space[..(int)room];
            int count = context.Read(space);
            if (count == 0) return true;
            target.Advance(count);
            Size += count;
        }
    }

    /// <summary>Whether the message ended where it may: so that what the sender took away, and blocks without data, inflate to nothing.</summary>
    /// <remarks>
    /// From inside a stored block they would come out as data, and from inside its length make a length that is none. Inside a block of Huffman codes a symbol takes 48 bits at most: they hold
    /// some, which come out, or the block's end, after which they are no blocks but for the true ones. Only inside the table at the head of a block can they be swallowed. There a context that goes
    /// on cannot be asked, since the question ends it; what the next message makes of that table is a matter of chance, the same for each way in which it arrives.
    /// </remarks>
    private bool StandsBetweenBlocks()
    {
        if (_context is null) return true;
        try
        {
            Span<byte> nothing = stackalloc byte[1];
            _context.Feed(Ending);
            if (_context.Read(nothing) != 0) return false;
            if (_context.Ended)
            {
                // The message's last block may have been a final one without data, whose end is what was taken away.
                if (_final.EndIn(Ending, Size - _border) != Tail) return false;
                Drop();
                return true;
            }

            if (takeover) return true;
            _context.Feed(LastBlock);
            return _context.Read(nothing) == 0 && _context.Ended;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    private void Drop()
    {
        _context?.Dispose();
        _context = null;
    }
}
