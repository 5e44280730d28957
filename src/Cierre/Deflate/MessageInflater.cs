using Cierre.Buffers;
using Cierre.Closing;

namespace Cierre.Deflate;

/// <summary>Inflates the messages of one direction, piece by piece, and never further than the limit. RFC 7692 7.2.2.</summary>
/// <remarks>
/// <para>Any window is taken: the framework's is the largest there is. Without context takeover there is no context between messages.</para>
/// <para>The framework's inflater reads nothing more behind a block with BFINAL, and a fresh one knows no history. So what comes behind such a block,
/// with context takeover in all messages after it, is read by <see cref="BlockReader"/>: no sequence of blocks makes a second context.</para>
/// </remarks>
internal sealed class MessageInflater(bool takeover, long limit) : IDisposable
{
    // Room that is made at first: what data usually inflates to, and no less than a small message.
    private const int UsualRatio = 4;
    private const int LeastRoom = 1024;

    // Empty stored blocks, more of them than the longest header of a dynamic block has bits: RFC 1951 3.2.7, 2,283 behind its type.
    private const int Empties = 60;

    // What the sender took away, the rest of the empty block at which its flush ended (7.2.2, 1), and the empties.
    private static readonly byte[] Tail = [0, 0, 0xFF, 0xFF, .. Enumerable.Repeat<byte[]>([0, 0, 0, 0xFF, 0xFF], Empties).SelectMany(block => block)];

    private readonly SlidingWindow _history = new();
    private InflatingStream? _context;
    private FinalBlock _final;
    private BlockReader? _blocks;
    private bool _any;

    /// <summary>Bytes of the current message so far, inflated.</summary>
    public long Size { get; private set; }

    /// <summary>How many contexts of the framework were made: each costs as much as hundreds of bytes to inflate.</summary>
    public int ContextsMade { get; private set; }

    public void Begin()
    {
        _final.Clear();
        if (takeover) _blocks?.Begin();
        else Drop();
        _any = false;
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
            Violation? violation = null;
            if (_blocks is null && (last || !piece.IsEmpty)) violation = InflateByContext(ref piece, last, ref target);
            if (_blocks is not null) violation ??= InflateByBlocks(piece.Span, last, ref target);
            if (last) End();
            return violation;
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

    /// <summary>By the framework's inflater, which leaves what comes behind a final block.</summary>
    private Violation? InflateByContext(ref ReadOnlyMemory<byte> piece, bool last, ref PooledBuffer target)
    {
        if (_context is null)
        {
            _context = new InflatingStream();
            ContextsMade++;
        }

        _context.Feed(piece, last ? Tail : default);
        int before = target.Length;
        if (target.IsEmpty) target.Reserve((int)Math.Min(Math.Max(LeastRoom, UsualRatio * (long)piece.Length), Math.Min(limit, Array.MaxLength)));
        if (ReadAll(_context, ref target) is { } violation) return violation;
        if (takeover || !last || _context.Ended) _history.Append(target.Span[before..]);
        if (!_context.Ended)
        {
            if (!last) _final.Passed(piece.Span);
            return null;
        }

        // 7.2.3.4: what follows a block with BFINAL begins at a byte, and goes on in the same window.
        int? end = _final.EndIn(piece.Span, Size, out BlockReader blocks);
        _context.Dispose();
        _context = null;
        if (end is null && !(last && blocks.MayEnd)) return Violations.DeflateNotValid();
        piece = piece[(end ?? piece.Length)..];
        blocks.Window = _history;
        _blocks = blocks;
        return null;
    }

    private Violation? InflateByBlocks(ReadOnlySpan<byte> piece, bool last, ref PooledBuffer target)
    {
        BlockStep step;
        do
        {
            bool valid = _blocks!.TryRead(ref piece, out step);
            // What came out before counts first, however the message was split.
            ReadOnlySpan<byte> fresh = _history.Take();
            long room = Math.Min(limit - Size, Array.MaxLength - target.Length);
            bool fits = fresh.Length <= room;
            if (!fits) fresh = fresh[..(int)room];
            target.Append(fresh);
            Size += fresh.Length;
            if (!fits) return Violations.InflatedTooBig(limit);
            if (!valid) return Violations.DeflateNotValid();
        }
        while (step != BlockStep.Dry);
        return last && !_blocks.MayEnd ? Violations.DeflateNotValid() : null;
    }

    /// <summary>Appends all there is within the limit.</summary>
    /// <remarks>
    /// Between blocks nothing comes out of the tail. Inside a stored block it would be data; a symbol takes 48 bits at most (RFC 1951 3.2.5), and where the
    /// tail's first zeroes are the end of a block, the block they begin has a length of 0xFF00 or 0xFFFF. A length that lacks bytes is not one, or of more than
    /// there is. And the header of a dynamic block, out of which nothing comes, ends before the tail does.
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

    private void End()
    {
        if (!takeover) Drop();
        _final.Clear();
    }

    private void Drop()
    {
        _context?.Dispose();
        _context = null;
        _blocks = null;
        _history.Dispose();
    }
}
