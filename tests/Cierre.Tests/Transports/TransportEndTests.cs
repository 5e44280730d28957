using System.Net.Sockets;
using Cierre.Transports;
using Xunit;

namespace Cierre.Tests.Transports;

public sealed class TransportEndTests
{
    [Fact]
    public void End_keeps_its_exception_as_evidence()
    {
        var exception = new IOException("", new SocketException((int)SocketError.ConnectionReset));
        Assert.Equal(new TransportEnd(TransportEndKind.Reset, exception), TransportEnd.Reset(exception));
        Assert.Equal(new TransportEnd(TransportEndKind.CutHere, exception), TransportEnd.CutHere(exception));
        Assert.Equal(new TransportEnd(TransportEndKind.Reset, exception), TransportEnd.Of(exception));
        Assert.Equal(TransportEndKind.Fault, TransportEnd.Of(new IOException("")).Kind);
    }
}
