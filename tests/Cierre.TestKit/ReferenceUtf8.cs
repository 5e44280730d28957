namespace Cierre.TestKit;

/// <summary>UTF-8 byte by byte, as the table of RFC 3629 section 4 has it: the naive oracle.</summary>
internal struct ReferenceUtf8
{
    private int _more;
    private int _low;
    private int _high;

    public readonly bool AtBoundary => _more == 0;

    /// <summary>Takes one byte. False: the bytes can never become UTF-8.</summary>
    public bool Take(byte b)
    {
        if (_more != 0)
        {
            if (b < _low || b > _high) return false;
            _more--;
            (_low, _high) = (0x80, 0xBF);
            return true;
        }

        (_more, _low, _high) = b switch
        {
            <= 0x7F => (0, 0, 0),
            >= 0xC2 and <= 0xDF => (1, 0x80, 0xBF),
            0xE0 => (2, 0xA0, 0xBF),
            0xED => (2, 0x80, 0x9F),
            >= 0xE1 and <= 0xEF => (2, 0x80, 0xBF),
            0xF0 => (3, 0x90, 0xBF),
            >= 0xF1 and <= 0xF3 => (3, 0x80, 0xBF),
            0xF4 => (3, 0x80, 0x8F),
            _ => (-1, 0, 0),
        };
        return _more >= 0;
    }

    public static bool CanBecomeUtf8(ReadOnlySpan<byte> bytes, out bool atBoundary)
    {
        ReferenceUtf8 utf8 = default;
        atBoundary = false;
        foreach (byte b in bytes)
        {
            if (!utf8.Take(b)) return false;
        }

        atBoundary = utf8.AtBoundary;
        return true;
    }
}
