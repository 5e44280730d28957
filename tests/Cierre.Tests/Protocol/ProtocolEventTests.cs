using Cierre.Buffers;
using Cierre.Protocol;
using Xunit;

namespace Cierre.Tests.Protocol;

public sealed class ProtocolEventTests
{
    [Fact]
    public void Payload_in_the_input_is_copied_where_it_goes()
    {
        byte[] input = [1, 2, 3];
        var found = new ProtocolEvent { Kind = ProtocolEventKind.Message, Piece = input };
        Assert.False(found.IsAssembled);
        PooledBuffer target = default;
        found.MoveTo(ref target);
        input[0] = 9;
        Assert.Equal([1, 2, 3], target.Span.ToArray());
        found.Drop();
        found.AppendTo(ref target);
        Assert.Equal([1, 2, 3, 9, 2, 3], target.Span.ToArray());
        target.Release();
    }

    [Fact]
    public void Payload_that_was_assembled_is_moved_and_gone()
    {
        PooledBuffer assembled = default, target = default;
        assembled.Append([1, 2, 3]);
        var found = new ProtocolEvent(ref assembled) { Kind = ProtocolEventKind.Message };
        Assert.True(found.IsAssembled);
        Assert.Equal([1, 2, 3], found.Payload.ToArray());
        found.MoveTo(ref target);
        Assert.True(assembled.IsEmpty);
        Assert.True(found.Payload.IsEmpty);
        Assert.Equal([1, 2, 3], target.Span.ToArray());
        target.Release();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Payload_that_was_assembled_is_given_back_where_it_is_copied_or_dropped(bool copied)
    {
        PooledBuffer assembled = default, target = default;
        assembled.Append([1, 2, 3]);
        var found = new ProtocolEvent(ref assembled) { Kind = ProtocolEventKind.MessagePart };
        if (copied) found.AppendTo(ref target);
        else found.Drop();
        Assert.True(assembled.IsEmpty);
        Assert.Equal(copied ? 3 : 0, target.Length);
        target.Release();
    }
}
