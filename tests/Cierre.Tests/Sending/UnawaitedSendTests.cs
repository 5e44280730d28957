using Cierre.Buffers;
using Cierre.Protocol;
using Cierre.Sending;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Tests.Sending;

/// <summary>What waits while its sender does not: a copy of its own, or frames made for many.</summary>
public sealed class UnawaitedSendTests
{
    private readonly WebSocketProtocol _engine = new(WebSocketRole.Client, ProtocolLimits.Default);
    private readonly FakeTransport _output = new();

    [Fact]
    public void Copy_is_framed_piece_by_piece_and_may_be_dropped_until_it_has_begun()
    {
        SharedBytes bytes = SharedBytes.CopyOf(new byte[70_000]);
        var message = new UnawaitedSend(WebSocketOpcode.Text, bytes, compressible: true);
        Assert.True(message is { Rest: 70_000, MayDrop: true, Begun: false, NextShared: 0 });
        Assert.False(message.WriteNext(_engine, _output, continued: false, TimeSpan.Zero));
        Assert.True(message is { Rest: 70_000 - FrameWriter.MaxPayload, MayDrop: false, Begun: true });
        Assert.True(message.WriteNext(_engine, _output, continued: false, TimeSpan.Zero));
        message.Complete();
        Assert.Throws<ObjectDisposedException>(() => bytes.Memory);
    }

    [Fact]
    public void Dropped_or_failed_it_gives_its_bytes_back()
    {
        SharedBytes bytes = SharedBytes.CopyOf(new byte[10]);
        new UnawaitedSend(WebSocketOpcode.Text, bytes, compressible: true).Fail(new IOException());
        Assert.Throws<ObjectDisposedException>(() => bytes.Memory);
    }
}

/// <inheritdoc cref="UnawaitedSendTests"/>
public sealed class FramedSendTests
{
    private readonly WebSocketProtocol _engine = new(WebSocketRole.Server, ProtocolLimits.Default);
    private readonly FakeTransport _output = new();

    [Theory]
    [InlineData(1_000, 0)]
    [InlineData(10_000, 10_004)]
    public void Small_frame_is_copied_and_a_large_one_goes_out_where_it_lies(int size, int shared)
    {
        FramedMessage frames = FramedMessage.Of(WebSocketOpcode.Binary, new byte[size]);
        var queued = new FramedSend(frames);
        Assert.Equal((size + 4, shared, true), (queued.Rest, queued.NextShared, queued.MayDrop));
        Assert.True(queued.WriteNext(_engine, _output, continued: false, TimeSpan.Zero));
        queued.Complete();
        Assert.Equal(size + 4, _output.Backlog);
        Assert.Equal((1, size), (_engine.Traffic.MessagesSent, _engine.Traffic.BytesSent));
        if (shared != 0) Assert.Equal(size + 4, frames.Bytes.Memory.Length);
        _output.BeginFlush();
        _ = _output.FlushAsync();
        _output.EndFlush();
        Assert.Equal(size, Assert.Single(_output.Frames).Payload.Length);
        Assert.Throws<ObjectDisposedException>(() => frames.Bytes.Memory);
    }
}
