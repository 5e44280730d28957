using System.Net;
using System.Net.Sockets;
using Cierre.Transports;

namespace Cierre.Tests.Transports;

/// <summary>What holds for every transport over a socket is in SocketTransportContract.</summary>
public sealed class OwnSocketTransportTests
{
    [Fact]
    public void Reset_that_an_earlier_reader_met_is_the_peers_though_the_socket_is_closed_by_now()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        var transport = Transport.OverSocket(socket, earlier: null);
        socket.Dispose();
        Assert.Equal(TransportEndKind.Reset, transport.EndOf(new IOException("reset", new SocketException((int)SocketError.ConnectionReset))).Kind);
        Assert.Equal(TransportEndKind.CutHere, transport.EndOf(new SocketException((int)SocketError.ConnectionReset)).Kind);
    }

    [Fact]
    public void Reset_of_an_open_socket_is_the_peers()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(listener.LocalEndpoint);
        Assert.Equal(TransportEndKind.Reset, Transport.OverSocket(socket, earlier: null).EndOf(new SocketException((int)SocketError.ConnectionReset)).Kind);
    }
}
