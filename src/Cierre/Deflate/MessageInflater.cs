using Cierre.Buffers;
using Cierre.Closing;

namespace Cierre.Deflate;

/// <summary>Inflates the messages of one direction, piece by piece, and never further than the limit. RFC 7692 7.2.2.</summary>
/// <remarks>Any window is taken: the framework's is the largest there is. Without context takeover there is no context between messages.</remarks>
internal sealed class MessageInflater(bool takeover, long limit) : IDisposable
{
    private const int Chunk = 1024;

    // What the sender took away: the rest of the empty block at which its flush ended. 7.2.2, 1.
    private static readonly byte[] Tail = [0, 0, 0xFF, 0xFF];

    // An empty stored block with BFINAL.
    private static readonly byte[] LastBlock = [1, 0, 0, 0xFF, 0xFF];

    private InflatingStream? _context;
    private FinalBlock _final;
    private bool _any;

    /// <summary>Bytes of the current message so far, inflated.</summary>
    public long Size { get; private set; }

    public void Begin()
    {
        _final.Clear();
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
                    _final.Passed(piece.Span);
                    break;
                }

                // 7.2.3.4: a block with BFINAL; what follows it is a stream of its own.
                piece = piece[_final.EndIn(piece)..];
                Drop();
            }

            return null;
        }
        catch (InvalidDataException)
        {
            return Violations.DeflateNotValid();
        }
    }

    /// <summary>Ends a message, and appends what was still to come of it.</summary>
    public Violation? End(ref PooledBuffer target)
    {
        // 7.2.3.6: even an empty message has a byte.
        if (!_any) return Violations.DeflateNotValid();
        if (_context is not null && Inflate(Tail, ref target) is { } violation) return violation;
        if (!takeover)
        {
            if (!StandsBetweenBlocks()) return Violations.DeflateNotValid();
            Drop();
        }

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

    /// <summary>Whether the message ended where it may. With takeover it cannot be asked: the question ends the stream.</summary>
    private bool StandsBetweenBlocks()
    {
        if (_context is null) return true;
        try
        {
            Span<byte> nothing = stackalloc byte[1];
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
