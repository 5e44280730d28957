using Cierre.Buffers;
using Xunit;

namespace Cierre.Tests.Buffers;

public sealed class SharedBytesTests
{
    [Fact]
    public void Last_share_gives_the_bytes_back()
    {
        SharedBytes bytes = SharedBytes.CopyOf([1, 2, 3]);
        Assert.Same(bytes, bytes.Share());
        bytes.Release();
        Assert.Equal([1, 2, 3], bytes.Memory.ToArray());
        bytes.Release();
        Assert.Throws<ObjectDisposedException>(() => bytes.Memory);
        Assert.Equal(3, bytes.Length);
    }

    [Fact]
    public void Buffer_whose_bytes_are_taken_is_empty()
    {
        PooledBuffer buffer = default;
        buffer.Append([4, 5]);
        SharedBytes bytes = SharedBytes.TakeFrom(ref buffer);
        Assert.True(buffer.IsEmpty);
        Assert.Equal([4, 5], bytes.Memory.ToArray());
        bytes.Release();
    }
}
