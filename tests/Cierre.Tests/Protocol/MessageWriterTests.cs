using System.Buffers;
using Cierre.Protocol;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Tests.Protocol;

/// <summary>RFC 7692 6.1, 7.2.1.</summary>
public class MessageWriterTests
{
    private static readonly byte[] Zeroes = new byte[1000];

    private readonly ArrayBufferWriter<byte> _output = new();

    [Theory]
    [InlineData(99, false)]
    [InlineData(100, true)]
    public void Messages_below_the_threshold_go_as_they_are(int size, bool compressed)
    {
        using var writer = new MessageWriter(new FrameWriter(WebSocketRole.Server), DeflateKit.Terms(threshold: 100));
        writer.Write(_output, WebSocketOpcode.Binary, fin: true, Zeroes.AsSpan(0, size), compressible: true);
        WireFrame frame = Assert.Single(Frames());
        Assert.Equal((compressed, true), (frame.Rsv1, frame.Fin));
        Assert.Equal(Zeroes[..size], compressed ? DeflateKit.Inflate(frame.Payload) : frame.Payload);
    }

    [Fact]
    public void Messages_that_opt_out_and_connections_without_compression_go_as_they_are()
    {
        using var writer = new MessageWriter(new FrameWriter(WebSocketRole.Server), DeflateKit.Terms());
        writer.Write(_output, WebSocketOpcode.Binary, fin: true, Zeroes, compressible: false);
        using var plain = new MessageWriter(new FrameWriter(WebSocketRole.Server), null);
        plain.Write(_output, WebSocketOpcode.Binary, fin: true, Zeroes, compressible: true);
        Assert.All(Frames(), frame => Assert.Equal((false, 1000), (frame.Rsv1, frame.Payload.Length)));
    }

    [Fact]
    public void Opting_out_holds_for_the_whole_message_and_not_for_the_next()
    {
        using var writer = new MessageWriter(new FrameWriter(WebSocketRole.Server), DeflateKit.Terms());
        writer.Write(_output, WebSocketOpcode.Binary, fin: false, Zeroes, compressible: false);
        writer.Write(_output, WebSocketOpcode.Continuation, fin: true, Zeroes, compressible: true);
        writer.Write(_output, WebSocketOpcode.Binary, fin: false, Zeroes, compressible: true);
        writer.Write(_output, WebSocketOpcode.Continuation, fin: true, Zeroes, compressible: false);
        List<WireFrame> frames = Frames();
        Assert.Equal([false, false, true, false], frames.Select(f => f.Rsv1));
        Assert.Equal([.. Zeroes, .. Zeroes], DeflateKit.Inflate([.. frames[2].Payload, .. frames[3].Payload]));
    }

    [Fact]
    public void What_does_not_shrink_goes_as_it_is_unless_later_messages_may_refer_to_it()
    {
        byte[] noise = new byte[500];
        new Random(1).NextBytes(noise);
        using var forgets = new MessageWriter(new FrameWriter(WebSocketRole.Server), DeflateKit.Terms(takeover: false));
        forgets.Write(_output, WebSocketOpcode.Binary, fin: true, noise, compressible: true);
        using var keeps = new MessageWriter(new FrameWriter(WebSocketRole.Server), DeflateKit.Terms(takeover: true));
        keeps.Write(_output, WebSocketOpcode.Binary, fin: true, noise, compressible: true);
        Assert.Equal([false, true], Frames().Select(f => f.Rsv1));
        Assert.Equal(noise, Frames()[0].Payload);
    }

    [Fact]
    public void No_frame_is_larger_than_the_largest_even_where_data_grows()
    {
        byte[] noise = new byte[FrameWriter.MaxPayload];
        new Random(1).NextBytes(noise);
        using var writer = new MessageWriter(new FrameWriter(WebSocketRole.Client), DeflateKit.Terms(takeover: true));
        int count = writer.Write(_output, WebSocketOpcode.Binary, fin: true, noise, compressible: true);
        List<WireFrame> frames = WireFrame.ParseAll(_output.WrittenSpan, Side.Client, deflates: true);
        Assert.Equal(count, frames.Count);
        Assert.Equal([(2, true, false), (0, false, true)], frames.Select(f => (f.Opcode, f.Rsv1, f.Fin)));
        Assert.All(frames, f => Assert.InRange(f.Payload.Length, 1, FrameWriter.MaxPayload));
        Assert.Equal(noise, DeflateKit.Inflate([.. frames.SelectMany(f => f.Payload)]));
    }

    private List<WireFrame> Frames() => WireFrame.ParseAll(_output.WrittenSpan, Side.Server, deflates: true);
}
