using System.Net.Sockets;
using Cierre.AspNetCore.Kestrel;
using Cierre.Transports;
using Microsoft.AspNetCore.Connections;
using Xunit;

namespace Cierre.AspNetCore.Tests;

public sealed class KestrelFaultTests
{
    private static readonly Exception Reset = new ConnectionResetException("reset");
    private static readonly Exception Cut = new ConnectionAbortedException();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Reset_by_the_peer_is_one_whoever_else_cuts(bool isCutHere)
    {
        Assert.Equal(TransportEndKind.Reset, KestrelFault.OfConnection(Reset, isCutHere).Kind);
        Assert.Equal(TransportEndKind.Reset, KestrelFault.OfConnection(new IOException("outer", Reset), isCutHere).Kind);
        Assert.Equal(TransportEndKind.Reset, KestrelFault.OfStream(new IOException("outer", Reset), isCutHere).Kind);
    }

    [Fact]
    public void What_this_host_cut_is_no_reset()
    {
        Assert.Equal(TransportEndKind.CutHere, KestrelFault.OfConnection(Cut, isCutHere: false).Kind);
        Assert.Equal(TransportEndKind.CutHere, KestrelFault.OfConnection(new OperationCanceledException(), isCutHere: true).Kind);
        Assert.Equal(TransportEndKind.CutHere, KestrelFault.OfStream(Cut, isCutHere: false).Kind);
    }

    [Fact]
    public void Anything_else_is_judged_by_the_codes_that_it_carries()
    {
        var reset = new IOException("outer", new SocketException((int)SocketError.ConnectionReset));
        Assert.Equal(new TransportEnd(TransportEndKind.Reset, reset), KestrelFault.OfConnection(reset, isCutHere: false));
        Assert.Equal(TransportEndKind.Fault, KestrelFault.OfStream(new InvalidOperationException(), isCutHere: false).Kind);
    }
}
