using Cierre.Buffers;
using Cierre.Closing;

namespace Cierre.Deflate;

/// <summary>Inflates the messages of one direction, piece by piece, and never further than the limit. RFC 7692 7.2.2.</summary>
/// <remarks>Any window is taken: the framework's is the largest there is. Without context takeover there is no context between messages.</remarks>
internal sealed class MessageInflater(bool takeover, long limit) : IDisposable
{
    // Room that is made at first: what data usually inflates to, and no less than a small message.
    private const int UsualRatio = 4;
    private const int LeastRoom = 1024;

    // A sender without a flush ends what it has with a final block each time; more of them is nobody's flush, and each costs a context.
    private const int MostFinalBlocks = 1024;

    // What the sender took away: the rest of the empty block at which its flush ended. 7.2.2, 1.
    private const int TailLength = 4;

    // Empty stored blocks, more of them than the longest header of a dynamic block has bits: RFC 1951 3.2.7, 2,283 behind its type.
    private const int Empties = 60;

    private static readonly byte[] Tail = [0, 0, 0xFF, 0xFF, .. Enumerable.Repeat<byte[]>([0, 0, 0, 0xFF, 0xFF], Empties).SelectMany(block => block)];

    private InflatingStream? _context;
    private FinalBlock _final;
    private bool _any;
    private int _finalBlocks;
    private long _border;

    /// <summary>Bytes of the current message so far, inflated.</summary>
    public long Size { get; private set; }

    public void Begin()
    {
        _final.Clear();
        _any = false;
        _finalBlocks = 0;
        _border = 0;
        Size = 0;
    }

    /// <summary>Appends what a piece inflates to. <paramref name="last"/>: it ends the message, and must end between blocks.</summary>
    public Violation? Inflate(ReadOnlyMemory<byte> piece, bool last, ref PooledBuffer target)
    {
        _any |= !piece.IsEmpty;
        // 7.2.3.6: even an empty message has a byte.
        if (last && !_any) return Violations.DeflateNotValid();
        try
        {
            while (!piece.IsEmpty || (last && _context is not null))
            {
                _context ??= new InflatingStream();
                _context.Feed(piece, last ? Tail : default);
                if (target.IsEmpty) target.Reserve((int)Math.Min(Math.Max(LeastRoom, UsualRatio * (long)piece.Length), Math.Min(limit, Array.MaxLength)));
                if (ReadAll(_context, ref target) is { } violation) return violation;
                if (!_context.Ended)
                {
                    if (!last) _final.Passed(piece.Span, Size - _border);
                    break;
                }

                if (!EndFinalBlock(_context.Behind, ref piece)) return Violations.DeflateNotValid();
            }

            if (last) End();
            return null;
        }
        catch (InvalidDataException)
        {
            return Violations.DeflateNotValid();
        }
    }

    public void Dispose()
    {
        Drop();
        _final.Clear();
    }

    /// <summary>Appends all there is within the limit.</summary>
    /// <remarks>
    /// Between blocks nothing comes out of the tail. Inside a stored block it would be data; a symbol takes 48 bits at most (RFC 1951 3.2.5), and where the tail's first zeroes
    /// are the end of a block, the block they begin has a length of 0xFF00 or 0xFFFF. A length that lacks bytes is not one, or of more than there is. And the header of a dynamic
    /// block, out of which nothing comes, ends before the tail does.
    /// </remarks>
    private Violation? ReadAll(InflatingStream context, ref PooledBuffer target)
    {
        Span<byte> oneMore = stackalloc byte[1];
        while (true)
        {
            long room = Math.Min(limit - Size, Array.MaxLength - target.Length);
            Span<byte> space = oneMore;
            if (room != 0)
            {
                space = target.GetMemory(1).Span;
                if (space.Length > room) space = space[..(int)room];
            }

            int count = context.Read(space);
            if (count == 0) return null;
            if (context.Behind) return Violations.DeflateNotValid();
            if (room == 0) return Violations.InflatedTooBig(limit);
            target.Advance(count);
            Size += count;
        }
    }

    /// <summary>7.2.3.4: a block with BFINAL; what follows it is a stream of its own. False: there are too many, or it ended <paramref name="behind"/> the piece, elsewhere than a stored block of its own can.</summary>
    private bool EndFinalBlock(bool behind, ref ReadOnlyMemory<byte> piece)
    {
        if (behind) _final.Passed(piece.Span, Size - _border);
        int end = _final.EndIn(behind ? Tail : piece, Size - _border);
        piece = behind ? default : piece[end..];
        _border = Size;
        Drop();
        return ++_finalBlocks <= MostFinalBlocks && (!behind || end == TailLength);
    }

    private void End()
    {
        if (!takeover) Drop();
        _final.Clear();
    }

    private void Drop()
    {
        _context?.Dispose();
        _context = null;
    }
}
