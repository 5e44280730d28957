namespace Cierre.Testing.Network;

/// <summary>Cuts the bytes of one direction into frames, however they are split, and checks nothing: it shows what was there.</summary>
internal sealed class FrameScanner(Action<SeenFrame> seen)
{
    private const int MostKept = 125;

    private readonly byte[] _header = new byte[14];
    private byte[] _start = [];
    private int _headerLength, _kept;
    private long _length, _rest;

    /// <summary>Whether a frame has begun and is not whole.</summary>
    public bool IsInside => _headerLength > 0;

    public void Add(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_headerLength < HeaderSize)
            {
                _header[_headerLength++] = bytes[0];
                bytes = bytes[1..];
                if (_headerLength < HeaderSize) continue;
                _length = _rest = PayloadLength();
                _start = new byte[Math.Min(_length, MostKept)];
                _kept = 0;
            }

            int count = (int)Math.Min(_rest, bytes.Length);
            Keep(bytes[..count]);
            _rest -= count;
            bytes = bytes[count..];
            if (_rest > 0) continue;
            _headerLength = 0;
            seen(new SeenFrame((_header[0] & 0x80) != 0, (_header[0] >> 4) & 7, _header[0] & 15, IsMasked, _length, _start));
        }
    }

    private bool IsMasked => (_header[1] & 0x80) != 0;

    private int LengthSize => (_header[1] & 0x7F) switch { 126 => 2, 127 => 8, _ => 0 };

    private int HeaderSize => _headerLength < 2 ? 2 : 2 + LengthSize + (IsMasked ? 4 : 0);

    private long PayloadLength()
    {
        long length = LengthSize == 0 ? _header[1] & 0x7F : 0;
        for (int i = 0; i < LengthSize; i++) length = (length << 8) | _header[2 + i];
        return length & long.MaxValue;
    }

    private void Keep(ReadOnlySpan<byte> payload)
    {
        int key = 2 + LengthSize;
        for (int i = 0; i < payload.Length && _kept < _start.Length; i++, _kept++)
            _start[_kept] = (byte)(payload[i] ^ (IsMasked ? _header[key + (_kept & 3)] : 0));
    }
}
