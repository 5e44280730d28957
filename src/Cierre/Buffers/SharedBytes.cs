using System.Buffers;

namespace Cierre.Buffers;

/// <summary>Bytes in one pooled array that several may hold, each giving back its share once; the last gives back the array.</summary>
internal sealed class SharedBytes
{
    private byte[]? _array;
    private int _holders = 1;

    private SharedBytes(byte[] array, int length) => (_array, Length) = (array, length);

    public int Length { get; }

    public ReadOnlyMemory<byte> Memory => (_array ?? throw new ObjectDisposedException(nameof(SharedBytes))).AsMemory(0, Length);

    /// <summary>A copy, held once.</summary>
    public static SharedBytes CopyOf(ReadOnlySpan<byte> bytes)
    {
        byte[] array = ArrayPool<byte>.Shared.Rent(bytes.Length);
        bytes.CopyTo(array);
        return new SharedBytes(array, bytes.Length);
    }

    /// <summary>Takes the bytes away from <paramref name="buffer"/> without copying them.</summary>
    public static SharedBytes TakeFrom(ref PooledBuffer buffer)
    {
        int length = buffer.Length;
        return new SharedBytes(buffer.Detach(), length);
    }

    /// <summary>One more holds them; only whoever holds them may say so.</summary>
    public SharedBytes Share()
    {
        Interlocked.Increment(ref _holders);
        return this;
    }

    public void Release()
    {
        if (Interlocked.Decrement(ref _holders) == 0) ArrayPool<byte>.Shared.Return(Interlocked.Exchange(ref _array, null)!);
    }
}
