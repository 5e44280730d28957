using System.Buffers;
using System.Text;
using System.Text.Unicode;
using Cierre.Closing;

namespace Cierre.Protocol;

/// <summary>Checks text that comes in pieces and rejects it at the first piece after which it cannot become UTF-8. RFC 6455 8.1.</summary>
internal struct Utf8Validator
{
    private const int MaxSequence = 4;

    private uint _pending;
    private int _pendingCount;
    private long _accepted;

    /// <summary>Whether the text could end here.</summary>
    public readonly bool AtBoundary => _pendingCount == 0;

    /// <summary>Takes the next piece. False: <paramref name="offset"/> is where the sequence begins that is not UTF-8, whatever the pieces were.</summary>
    public bool Advance(ReadOnlySpan<byte> piece, out long offset, out byte value)
    {
        offset = 0;
        value = 0;
        if (_pendingCount != 0 && !CompletePending(ref piece, out offset, out value)) return false;

        int tail = UnfinishedTail(piece);
        ReadOnlySpan<byte> whole = piece[..^tail];
        if (!Utf8.IsValid(whole))
        {
            int bad = InvalidUtf8.Offset(whole);
            offset = _accepted + bad;
            value = whole[bad];
            return false;
        }

        _accepted += whole.Length;
        for (int i = 0; i < tail; i++) Append(piece[whole.Length + i]);
        return true;
    }

    private bool CompletePending(ref ReadOnlySpan<byte> piece, out long offset, out byte value)
    {
        offset = _accepted;
        value = (byte)_pending;
        Span<byte> sequence = stackalloc byte[MaxSequence];
        while (!piece.IsEmpty)
        {
            Append(piece[0]);
            for (int i = 0; i < _pendingCount; i++) sequence[i] = (byte)(_pending >> (8 * i));
            switch (Rune.DecodeFromUtf8(sequence[.._pendingCount], out _, out _))
            {
                case OperationStatus.InvalidData:
                    return false;
                case OperationStatus.Done:
                    _accepted += _pendingCount;
                    _pending = 0;
                    _pendingCount = 0;
                    piece = piece[1..];
                    return true;
            }

            piece = piece[1..];
        }

        return true;
    }

    private void Append(byte value)
    {
        _pending |= (uint)value << (8 * _pendingCount);
        _pendingCount++;
    }

    /// <summary>How many bytes at the end begin a sequence that the next piece may complete: 0-3.</summary>
    public static int UnfinishedTail(ReadOnlySpan<byte> piece)
    {
        for (int back = 1; back < MaxSequence && back <= piece.Length; back++)
        {
            byte b = piece[^back];
            if (b < 0x80) return 0;
            if (b >= 0xC0) return Rune.DecodeFromUtf8(piece[^back..], out _, out _) == OperationStatus.NeedMoreData ? back : 0;
        }

        return 0;
    }
}
