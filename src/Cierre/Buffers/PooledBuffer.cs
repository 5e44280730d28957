using System.Buffers;

namespace Cierre.Buffers;

/// <summary>Bytes in one pooled array that grows and is given back as soon as it is empty, so that an idle connection holds none.</summary>
/// <remarks>A mutable struct: it lives in one field of its one owner and is never copied.</remarks>
internal struct PooledBuffer
{
    private const int Smallest = 256;

    private byte[]? _array;

    public int Length { get; private set; }

    public readonly bool IsEmpty => Length == 0;

    public readonly Memory<byte> Memory => _array is null ? default : _array.AsMemory(0, Length);

    public readonly ReadOnlySpan<byte> Span => _array is null ? default : _array.AsSpan(0, Length);

    /// <summary>Room for at least <paramref name="size"/> bytes behind what is there.</summary>
    public Memory<byte> GetMemory(int size)
    {
        Reserve(Length + Math.Max(size, 1));
        return _array.AsMemory(Length);
    }

    public void Advance(int count) => Length += count;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return;
        Reserve(Length + bytes.Length);
        bytes.CopyTo(_array.AsSpan(Length));
        Length += bytes.Length;
    }

    public void Reserve(int capacity)
    {
        if (_array is not null && _array.Length >= capacity) return;
        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(capacity, _array is null ? Smallest : (int)Math.Min(2L * _array.Length, Array.MaxLength)));
        if (_array is not null)
        {
            _array.AsSpan(0, Length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_array);
        }

        _array = larger;
    }

    /// <summary>Takes the bytes away from <paramref name="other"/> without copying them; what was here is given back.</summary>
    public void TakeFrom(ref PooledBuffer other)
    {
        Release();
        this = other;
        other = default;
    }

    /// <summary>Hands over the array, which is the caller's to give back.</summary>
    public byte[] Detach()
    {
        byte[] array = _array ?? [];
        this = default;
        return array;
    }

    /// <summary>Forgets the first bytes and moves the rest to the front.</summary>
    public void DropFirst(int count)
    {
        Length -= count;
        _array.AsSpan(count, Length).CopyTo(_array);
    }

    /// <summary>Forgets the bytes and keeps the array for the next ones.</summary>
    public void Clear() => Length = 0;

    public void Release()
    {
        if (_array is not null) ArrayPool<byte>.Shared.Return(_array);
        _array = null;
        Length = 0;
    }
}
