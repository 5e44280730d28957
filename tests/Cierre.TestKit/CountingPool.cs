using System.Buffers;

namespace Cierre.TestKit;

/// <summary>A pool that knows how much of it is out.</summary>
public sealed class CountingPool : MemoryPool<byte>
{
    private int _rented;

    /// <summary>Blocks that were rented and not given back.</summary>
    public int Rented => Volatile.Read(ref _rented);

    /// <inheritdoc/>
    public override int MaxBufferSize => 4096;

    /// <inheritdoc/>
    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        Interlocked.Increment(ref _rented);
        return new Block(this);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
    }

    private sealed class Block(CountingPool pool) : IMemoryOwner<byte>
    {
        public Memory<byte> Memory { get; } = new byte[4096];

        public void Dispose() => Interlocked.Decrement(ref pool._rented);
    }
}
