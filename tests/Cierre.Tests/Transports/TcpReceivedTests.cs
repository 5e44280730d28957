using System.Net;
using System.Net.Sockets;
using Cierre.Transports;
using Xunit;

namespace Cierre.Tests.Transports;

public sealed class TcpReceivedTests
{
    [Fact]
    public async Task Counts_what_came_whether_read_or_not()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Linux alone says.");
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var peer = new TcpClient();
        await peer.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        using Socket socket = listener.AcceptSocket();
        Assert.Equal((0, 0), (TcpReceived.Of(socket), TcpReceived.Read(socket)));
        peer.Client.Send(new byte[1000]);
        Assert.True(SpinWait.SpinUntil(() => socket.Available == 1000, TimeSpan.FromSeconds(20)));
        Assert.Equal((1000, 0), (TcpReceived.Of(socket), TcpReceived.Read(socket)));
        socket.Receive(new byte[300]);
        Assert.Equal((1000, 300), (TcpReceived.Of(socket), TcpReceived.Read(socket)));
    }

    [Fact]
    public void Other_sockets_do_not_say()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        Assert.Null(TcpReceived.Of(socket));
        Assert.Null(TcpReceived.Read(socket));
    }
}
