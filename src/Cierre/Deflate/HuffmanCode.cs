using System.Buffers.Binary;

namespace Cierre.Deflate;

/// <summary>A prefix code as DEFLATE gives it: by the length of each symbol's code. RFC 1951 3.2.2.</summary>
/// <remarks>Codes of up to nine bits are found in one step, the few longer ones bit by bit: a table for all lengths would cost more to make than a
/// small block takes to read.</remarks>
internal sealed class HuffmanCode
{
    /// <summary>Instead of a symbol: the bits are the beginning of a code.</summary>
    public const int NeedsMore = -1;

    /// <summary>Instead of a symbol: no code begins with these bits.</summary>
    public const int None = -2;

    private const int MostBits = 15;
    private const int QuickBits = 9;
    private const int LengthBits = 4;

    private readonly ushort[] _quick = new ushort[1 << QuickBits];
    private readonly ushort[] _count = new ushort[MostBits + 1];
    private readonly ushort[] _symbols = new ushort[288];
    private int _longest;
    private int _quickBits;

    /// <summary>Takes the lengths of the codes, 0 for a symbol without one; false: there are more codes than bits for them, or bits that no code has.</summary>
    /// <param name="lengths">One for each symbol.</param>
    /// <param name="mayBeOne">Whether a single code of one bit will do, and none at all: of literals and of distances, RFC 1951 3.2.7.</param>
    public bool TrySet(ReadOnlySpan<byte> lengths, bool mayBeOne)
    {
        Array.Clear(_count);
        for (int symbol = 0; NextCoded(lengths, ref symbol); symbol++) _count[lengths[symbol]]++;
        _longest = MostBits;
        while (_longest > 0 && _count[_longest] == 0) _longest--;
        int left = 1;
        Span<ushort> first = stackalloc ushort[MostBits + 2];
        Span<ushort> code = stackalloc ushort[MostBits + 2];
        for (int bits = 1; bits <= MostBits; bits++)
        {
            left = (left << 1) - _count[bits];
            if (left < 0) return false;
            first[bits + 1] = (ushort)(first[bits] + _count[bits]);
            code[bits + 1] = (ushort)((code[bits] + _count[bits]) << 1);
        }

        if (left > 0 && !(mayBeOne && _longest <= 1)) return false;
        _quickBits = Math.Min(_longest, QuickBits);
        _quick.AsSpan(0, 1 << _quickBits).Clear();
        for (int symbol = 0; NextCoded(lengths, ref symbol); symbol++)
        {
            int bits = lengths[symbol];
            _symbols[first[bits]++] = (ushort)symbol;
            int value = code[bits]++;
            if (bits <= _quickBits) FillQuick(value, bits, symbol);
        }

        return true;
    }

    /// <summary>The symbol at the beginning of the bits, the first in the lowest; or <see cref="NeedsMore"/>, or <see cref="None"/>.</summary>
    public int Read(ulong bits, int available, out int used)
    {
        int entry = _quick[(int)bits & ((1 << _quickBits) - 1)];
        used = entry & ((1 << LengthBits) - 1);
        if (used != 0) return used <= available ? entry >> LengthBits : NeedsMore;
        return ReadLong(bits, available, out used);
    }

    /// <summary>Goes on to a symbol that has a code. A block of a few bytes may have hundreds without one.</summary>
    private static bool NextCoded(ReadOnlySpan<byte> lengths, ref int symbol)
    {
        if (symbol < lengths.Length && lengths[symbol] != 0) return true;
        if (symbol >= lengths.Length) return false;
        int more = lengths[symbol..].IndexOfAnyExcept((byte)0);
        symbol += more;
        return more >= 0;
    }

    private int ReadLong(ulong bits, int available, out int used)
    {
        int code = 0, first = 0, index = 0;
        for (used = 1; used <= _longest; used++)
        {
            if (used > available) return NeedsMore;
            code |= (int)(bits >> (used - 1)) & 1;
            int count = _count[used];
            if (code - count < first) return _symbols[index + code - first];
            index += count;
            first = (first + count) << 1;
            code <<= 1;
        }

        return available > 0 ? None : NeedsMore;
    }

    /// <summary>A code comes with its highest bit first, all else of DEFLATE with the lowest. RFC 1951 3.1.1.</summary>
    private void FillQuick(int code, int bits, int symbol)
    {
        int reversed = ((code & 0x5555) << 1) | ((code >> 1) & 0x5555);
        reversed = ((reversed & 0x3333) << 2) | ((reversed >> 2) & 0x3333);
        reversed = ((reversed & 0x0F0F) << 4) | ((reversed >> 4) & 0x0F0F);
        reversed = BinaryPrimitives.ReverseEndianness((ushort)reversed) >> (16 - bits);
        ushort entry = (ushort)((symbol << LengthBits) | bits);
        for (int at = reversed; at < 1 << _quickBits; at += 1 << bits) _quick[at] = entry;
    }
}
