namespace Cierre.Deflate;

/// <summary>
/// Reads DEFLATE block by block, in pieces of any size: it knows where a block ends, which the framework's inflater does not tell. RFC 1951 3.2.
/// With a window it inflates; without one it only counts.
/// </summary>
internal sealed class BlockReader
{
    private const int EndOfBlock = 256;
    private const int FirstLength = 257;
    private const int MostLiterals = 286;
    private const int MostDistances = 30;
    private const int LongestMatch = 258;

    private static readonly HuffmanCode FixedLiterals = Fixed([.. Lengths(144, 8), .. Lengths(112, 9), .. Lengths(24, 7), .. Lengths(8, 8)]);
    private static readonly HuffmanCode FixedDistances = Fixed([.. Lengths(32, 5)]);

    private readonly byte[] _lengths = new byte[MostLiterals + MostDistances + 4];
    private readonly HuffmanCode _ownLiterals = new();
    private readonly HuffmanCode _ownDistances = new();
    private HuffmanCode _literals = FixedLiterals;
    private HuffmanCode _distances = FixedDistances;
    private Stage _stage;
    private bool _final;
    private ulong _bits;
    private int _count;
    private int _left;
    private int _literalCount;
    private int _distanceCount;
    private int _lengthCodes;
    private int _known;

    private enum Stage : byte
    {
        Header,
        StoredLength,
        Stored,
        Counts,
        LengthCodes,
        Lengths,
        Symbols,
    }

    /// <summary>Where it inflates to; null: it only counts.</summary>
    public SlidingWindow? Window { get; set; }

    /// <summary>How many bytes all that was read inflates to.</summary>
    public long Inflated { get; private set; }

    // RFC 1951 3.2.5: the lengths and distances that begin at a symbol, and how many more bits tell which of them.
    private static ReadOnlySpan<ushort> LengthBase =>
        [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, LongestMatch];

    private static ReadOnlySpan<byte> LengthBits => [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];

    private static ReadOnlySpan<ushort> DistanceBase =>
        [1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577];

    private static ReadOnlySpan<byte> DistanceBits => [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13];

    // 3.2.7: the order in which the lengths of the codes for lengths come.
    private static ReadOnlySpan<byte> LengthOrder => [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

    /// <summary>A border of blocks, at a byte: the beginning of a message.</summary>
    public void Begin()
    {
        _stage = Stage.Header;
        _final = false;
        _bits = 0;
        _count = 0;
        Inflated = 0;
    }

    /// <summary>Reads on, and leaves of the input what it did not take; false: this is not DEFLATE.</summary>
    public bool TryRead(ref ReadOnlySpan<byte> input, out BlockStep step)
    {
        step = BlockStep.Dry;
        try
        {
            step = Read(ref input);
            return true;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    /// <inheritdoc cref="TryRead"/>
    /// <exception cref="InvalidDataException">This is not DEFLATE.</exception>
    public BlockStep Read(ref ReadOnlySpan<byte> input)
    {
        ReadOnlySpan<byte> all = input;
        while (true)
        {
            BlockStep? step = _stage switch
            {
                Stage.Header => ReadHeader(ref input),
                Stage.StoredLength => ReadStoredLength(ref input),
                Stage.Stored => ReadStored(ref input),
                Stage.Counts => ReadCounts(ref input),
                Stage.LengthCodes => ReadLengthCodes(ref input),
                Stage.Lengths => ReadLengths(ref input),
                _ => ReadSymbols(ref input),
            };
            if (step is null) continue;
            if (step != BlockStep.Dry) GiveBack(all, ref input);
            // 7.2.3.4: the padding up to the byte.
            if (step == BlockStep.FinalBlock) Drop(_count);
            return step.Value;
        }
    }

    /// <summary>
    /// Whether a message may end here: in the empty stored block of which the sender took the length away (RFC 7692 7.2.1), or right behind a final
    /// block, though that lacks the byte for the empty one.
    /// </summary>
    public bool MayEnd => _count == 0 && (_stage == Stage.StoredLength || (_stage == Stage.Header && _final));

    private static HuffmanCode Fixed(byte[] lengths)
    {
        var code = new HuffmanCode();
        code.TrySet(lengths, mayBeOne: false);
        return code;
    }

    private static IEnumerable<byte> Lengths(int count, byte length) => Enumerable.Repeat(length, count);

    private bool Has(ref ReadOnlySpan<byte> input, int bits)
    {
        while (_count < bits)
        {
            if (input.IsEmpty) return false;
            _bits |= (ulong)input[0] << _count;
            _count += 8;
            input = input[1..];
        }

        return true;
    }

    private int Take(int bits)
    {
        int value = (int)(_bits & ((1UL << bits) - 1));
        Drop(bits);
        return value;
    }

    private void Drop(int bits)
    {
        _bits >>= bits;
        _count -= bits;
    }

    /// <summary>Whole bytes that were looked at and not used. They came with this input: what came before was used up by what needed more.</summary>
    private void GiveBack(ReadOnlySpan<byte> all, ref ReadOnlySpan<byte> input)
    {
        input = all[^(input.Length + (_count / 8))..];
        _count &= 7;
        _bits &= (1UL << _count) - 1;
    }

    private BlockStep? ReadHeader(ref ReadOnlySpan<byte> input)
    {
        if (!Has(ref input, 3)) return BlockStep.Dry;
        _final = Take(1) != 0;
        switch (Take(2))
        {
            case 0:
                Drop(_count & 7);
                _stage = Stage.StoredLength;
                return null;
            case 1:
                (_literals, _distances) = (FixedLiterals, FixedDistances);
                _stage = Stage.Symbols;
                return null;
            case 2:
                _stage = Stage.Counts;
                return null;
            default:
                throw new InvalidDataException();
        }
    }

    private BlockStep? EndBlock()
    {
        _stage = Stage.Header;
        return _final ? BlockStep.FinalBlock : null;
    }

    private BlockStep? ReadStoredLength(ref ReadOnlySpan<byte> input)
    {
        if (!Has(ref input, 32)) return BlockStep.Dry;
        _left = Take(16);
        if (Take(16) != (_left ^ 0xFFFF)) throw new InvalidDataException();
        _stage = Stage.Stored;
        return null;
    }

    private BlockStep? ReadStored(ref ReadOnlySpan<byte> input)
    {
        if (Window is { Fresh: > SlidingWindow.Size / 2 }) return BlockStep.Full;
        for (; _left > 0 && _count > 0; _left--, Inflated++)
        {
            byte looked = (byte)Take(8);
            Window?.Put(looked);
        }

        if (_left == 0) return EndBlock();
        ReadOnlySpan<byte> part = input[..Math.Min(Math.Min(_left, input.Length), SlidingWindow.Size / 2)];
        if (part.IsEmpty) return BlockStep.Dry;
        Window?.Put(part);
        input = input[part.Length..];
        _left -= part.Length;
        Inflated += part.Length;
        return null;
    }

    private BlockStep? ReadCounts(ref ReadOnlySpan<byte> input)
    {
        if (!Has(ref input, 14)) return BlockStep.Dry;
        _literalCount = 257 + Take(5);
        _distanceCount = 1 + Take(5);
        _lengthCodes = 4 + Take(4);
        if (_literalCount > MostLiterals || _distanceCount > MostDistances) throw new InvalidDataException();
        Array.Clear(_lengths);
        _known = 0;
        _stage = Stage.LengthCodes;
        return null;
    }

    private BlockStep? ReadLengthCodes(ref ReadOnlySpan<byte> input)
    {
        for (; _known < _lengthCodes; _known++)
        {
            if (!Has(ref input, 3)) return BlockStep.Dry;
            _lengths[LengthOrder[_known]] = (byte)Take(3);
        }

        // Until the literals' own code is known, this one stands in its place.
        if (!_ownLiterals.TrySet(_lengths.AsSpan(0, LengthOrder.Length), mayBeOne: false)) throw new InvalidDataException();
        Array.Clear(_lengths);
        _known = 0;
        _stage = Stage.Lengths;
        return null;
    }

    private BlockStep? ReadLengths(ref ReadOnlySpan<byte> input)
    {
        int all = _literalCount + _distanceCount;
        while (_known < all)
        {
            // The longest code, and the bits that tell how often. What is there may do.
            Has(ref input, 14);
            int symbol = _ownLiterals.Read(_bits, _count, out int used);
            if (symbol == HuffmanCode.None) throw new InvalidDataException();
            int extra = symbol switch { 16 => 2, 17 => 3, 18 => 7, _ => 0 };
            if (symbol == HuffmanCode.NeedsMore || used + extra > _count) return BlockStep.Dry;
            Drop(used);
            if (symbol < 16)
            {
                _lengths[_known++] = (byte)symbol;
                continue;
            }

            if (symbol == 16 && _known == 0) throw new InvalidDataException();
            byte repeated = symbol == 16 ? _lengths[_known - 1] : (byte)0;
            int times = (symbol == 18 ? 11 : 3) + Take(extra);
            if (_known + times > all) throw new InvalidDataException();
            _lengths.AsSpan(_known, times).Fill(repeated);
            _known += times;
        }

        bool valid = _lengths[EndOfBlock] != 0
            && _ownLiterals.TrySet(_lengths.AsSpan(0, _literalCount), mayBeOne: true)
            && _ownDistances.TrySet(_lengths.AsSpan(_literalCount, _distanceCount), mayBeOne: true);
        if (!valid) throw new InvalidDataException();
        (_literals, _distances) = (_ownLiterals, _ownDistances);
        _stage = Stage.Symbols;
        return null;
    }

    private BlockStep? ReadSymbols(ref ReadOnlySpan<byte> input)
    {
        SlidingWindow? window = Window;
        while (true)
        {
            if (window is { Fresh: > SlidingWindow.Size - LongestMatch }) return BlockStep.Full;
            while (_count <= 56 && !input.IsEmpty)
            {
                _bits |= (ulong)input[0] << _count;
                _count += 8;
                input = input[1..];
            }

            // A symbol with all that belongs to it has 48 bits at most.
            int symbol = _literals.Read(_bits, _count, out int used);
            if (symbol < EndOfBlock)
            {
                if (symbol == HuffmanCode.NeedsMore) return BlockStep.Dry;
                if (symbol == HuffmanCode.None) throw new InvalidDataException();
                Drop(used);
                window?.Put((byte)symbol);
                Inflated++;
                continue;
            }

            if (symbol == EndOfBlock)
            {
                Drop(used);
                return EndBlock();
            }

            int at = symbol - FirstLength;
            if (at >= LengthBase.Length) throw new InvalidDataException();
            int length = LengthBase[at] + More(LengthBits[at], ref used);
            if (used > _count) return BlockStep.Dry;
            int far = _distances.Read(_bits >> used, _count - used, out int distanceUsed);
            if (far == HuffmanCode.NeedsMore) return BlockStep.Dry;
            if (far is HuffmanCode.None or >= MostDistances) throw new InvalidDataException();
            used += distanceUsed;
            int distance = DistanceBase[far] + More(DistanceBits[far], ref used);
            if (used > _count) return BlockStep.Dry;
            Drop(used);
            if (window is not null && !window.TryRepeat(distance, length)) throw new InvalidDataException();
            Inflated += length;
        }
    }

    private int More(int bits, ref int used)
    {
        int value = (int)(_bits >> used) & ((1 << bits) - 1);
        used += bits;
        return value;
    }
}

internal enum BlockStep : byte
{
    /// <summary>The input is used up.</summary>
    Dry,

    /// <summary>The window has much that was not taken.</summary>
    Full,

    /// <summary>A block with BFINAL ended; what is left of the input comes behind it.</summary>
    FinalBlock,
}
