using System.Buffers;

namespace Cierre.Deflate;

/// <summary>The last 32 KiB that were inflated, to which what comes may refer. RFC 1951 2.</summary>
internal sealed class SlidingWindow : IDisposable
{
    /// <summary>All that a block may refer to.</summary>
    public const int Size = 1 << DeflateOptions.MostWindowBits;

    // As much again, so that moving the window to the front costs a copy for each byte at most.
    private const int Capacity = 2 * Size;
    private const int Smallest = 1024;

    private byte[] _bytes = [];
    private int _length;
    private int _taken;

    /// <summary>How much was put here and not taken.</summary>
    public int Fresh => _length - _taken;

    /// <summary>Adds what was inflated elsewhere.</summary>
    public void Append(ReadOnlySpan<byte> inflated)
    {
        if (inflated.Length >= Size)
        {
            inflated = inflated[^Size..];
            _length = _taken = 0;
        }

        if (inflated.IsEmpty) return;
        MakeRoom(inflated.Length);
        inflated.CopyTo(_bytes.AsSpan(_length));
        _taken = _length += inflated.Length;
    }

    public void Put(byte literal)
    {
        if (_length == _bytes.Length) MakeRoom(1);
        _bytes[_length++] = literal;
    }

    /// <summary>Puts bytes as they stand in the data; at most <see cref="Size"/> may be fresh then.</summary>
    public void Put(ReadOnlySpan<byte> stored)
    {
        MakeRoom(stored.Length);
        stored.CopyTo(_bytes.AsSpan(_length));
        _length += stored.Length;
    }

    /// <summary>Repeats what is so far back; false: nothing is there.</summary>
    public bool TryRepeat(int distance, int length)
    {
        if (distance > _length) return false;
        MakeRoom(length);
        Span<byte> target = _bytes.AsSpan(_length, length);
        ReadOnlySpan<byte> source = _bytes.AsSpan(_length - distance);
        if (distance >= length) source[..length].CopyTo(target);
        else if (distance == 1) target.Fill(source[0]);
        else for (int i = 0; i < length; i++) target[i] = source[i];
        _length += length;
        return true;
    }

    /// <summary>What was put since it was last asked for; valid until the next byte.</summary>
    public ReadOnlySpan<byte> Take()
    {
        ReadOnlySpan<byte> fresh = _bytes.AsSpan(_taken, Fresh);
        _taken = _length;
        return fresh;
    }

    /// <summary>Forgets all, and gives the memory back.</summary>
    public void Dispose()
    {
        if (_bytes.Length != 0) ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
        _length = _taken = 0;
    }

    private void MakeRoom(int count)
    {
        if (_length + count <= _bytes.Length) return;
        if (_bytes.Length >= Capacity)
        {
            int gone = _length - Size;
            _bytes.AsSpan(gone, Size).CopyTo(_bytes);
            _length -= gone;
            _taken -= gone;
            return;
        }

        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Clamp(2 * _bytes.Length, Math.Max(Smallest, _length + count), Capacity));
        _bytes.AsSpan(0, _length).CopyTo(larger);
        if (_bytes.Length != 0) ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }
}
