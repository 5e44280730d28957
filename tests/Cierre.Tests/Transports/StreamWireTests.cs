using System.IO.Pipelines;
using Cierre.Transports;
using Xunit;

namespace Cierre.Tests.Transports;

public sealed class StreamWireTests
{
    [Fact]
    public async Task Bytes_are_written_and_flushed_and_the_stream_ends_as_a_whole()
    {
        var stream = new BufferedStream(new MemoryStream());
        PipeReader input = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true));
        var wire = new StreamWire(input, stream, endOf: null);
        await wire.WriteAsync(new byte[] { 1, 2, 3 });
        Assert.Equal(3, stream.UnderlyingStream.Length);
        Assert.True(wire.EndsOnShutdown);
        await wire.ShutdownSendAsync();
        Assert.True(stream.CanWrite);
        await wire.DisposeAsync();
        Assert.False(stream.CanWrite);
    }

    [Fact]
    public void Cut_disposes_the_stream()
    {
        var stream = new MemoryStream();
        new StreamWire(PipeReader.Create(stream), stream, endOf: null).Abort();
        Assert.False(stream.CanRead);
    }

    [Fact]
    public void Whoever_knows_the_stream_says_what_its_exceptions_mean()
    {
        var reset = new System.Net.Sockets.SocketException((int)System.Net.Sockets.SocketError.ConnectionReset);
        Assert.Equal(TransportEndKind.Reset, new StreamWire(PipeReader.Create(Stream.Null), Stream.Null, endOf: null).EndOf(reset).Kind);
        Assert.Equal(TransportEndKind.CutHere, new StreamWire(PipeReader.Create(Stream.Null), Stream.Null, TransportEnd.CutHere).EndOf(reset).Kind);
    }
}
