using Cierre.Buffers;
using CsCheck;

namespace Cierre.Tests.Buffers;

public class PooledBufferTests
{
    [Fact]
    public void What_is_appended_is_there_in_order() =>
        Gen.Byte.Array[0, 700].Array[0, 20].Sample(pieces =>
        {
            PooledBuffer buffer = default;
            foreach (byte[] piece in pieces) buffer.Append(piece);
            bool same = buffer.Span.SequenceEqual(pieces.SelectMany(p => p).ToArray());
            buffer.Release();
            return same;
        });

    [Fact]
    public void An_empty_buffer_holds_no_array()
    {
        PooledBuffer buffer = default;
        buffer.Append([]);
        Assert.True(buffer.IsEmpty);
        Assert.True(buffer.Memory.IsEmpty);
        buffer.Append([1]);
        buffer.Release();
        Assert.True(buffer.IsEmpty);
        Assert.True(buffer.Span.IsEmpty);
        buffer.Release();
    }

    [Fact]
    public void Memory_is_written_behind_what_is_there()
    {
        PooledBuffer buffer = default;
        buffer.Append([1, 2]);
        Memory<byte> room = buffer.GetMemory(1000);
        Assert.True(room.Length >= 1000);
        room.Span[0] = 3;
        buffer.Advance(1);
        Assert.Equal([1, 2, 3], buffer.Span.ToArray());
        buffer.Release();
    }

    [Fact]
    public void Clear_forgets_the_bytes()
    {
        PooledBuffer buffer = default;
        buffer.Append([1, 2]);
        buffer.Clear();
        buffer.Append([3]);
        Assert.Equal([3], buffer.Span.ToArray());
        buffer.Release();
    }

    [Fact]
    public void Taking_moves_the_bytes_and_leaves_nothing()
    {
        PooledBuffer from = default, to = default;
        from.Append([1, 2]);
        to.Append([9]);
        to.TakeFrom(ref from);
        Assert.True(from.IsEmpty);
        Assert.Equal([1, 2], to.Span.ToArray());
        to.Release();
    }
}
