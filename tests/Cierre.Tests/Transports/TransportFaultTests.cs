using System.Net.Http;
using System.Net.Sockets;
using Cierre.Transports;
using Xunit;

namespace Cierre.Tests.Transports;

public sealed class TransportFaultTests
{
    [Theory]
    [InlineData(SocketError.ConnectionReset, TransportEndKind.Reset)]
    [InlineData(SocketError.ConnectionAborted, TransportEndKind.Reset)]
    [InlineData(SocketError.Shutdown, TransportEndKind.Reset)]
    [InlineData(SocketError.OperationAborted, TransportEndKind.Fault)]
    [InlineData(SocketError.NetworkDown, TransportEndKind.Fault)]
    [InlineData(SocketError.TimedOut, TransportEndKind.Fault)]
    internal void Socket_errors_are_told_apart_by_their_code(SocketError error, TransportEndKind kind)
    {
        var exception = new IOException("outer", new SocketException((int)error));
        Assert.Equal(new TransportEnd(kind, exception), TransportFault.EndOf(exception));
    }

    [Fact]
    public void Reset_stream_of_HTTP_2_is_a_reset() =>
        Assert.Equal(TransportEndKind.Reset, TransportFault.EndOf(new IOException("outer", new HttpProtocolException(8, "cancel", null))).Kind);

    [Fact]
    public void Answer_that_ends_early_is_an_end() =>
        Assert.Equal(TransportEndKind.EndOfStream, TransportFault.EndOf(new HttpIOException(HttpRequestError.ResponseEnded)).Kind);

    [Fact]
    public void Cut_that_may_have_been_our_own_is_no_reset_by_the_peer()
    {
        Assert.Equal(TransportEndKind.Fault, TransportFault.EndOf(new OperationCanceledException()).Kind);
        Assert.Equal(TransportEndKind.Fault, TransportFault.EndOf(new ObjectDisposedException("socket")).Kind);
    }

    [Fact]
    public void Anything_else_is_a_fault() => Assert.Equal(TransportEndKind.Fault, TransportFault.EndOf(new InvalidOperationException()).Kind);
}
