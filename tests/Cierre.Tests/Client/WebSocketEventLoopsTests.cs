using System.Net.Sockets;
using Cierre.TestKit;
using Cierre.Transports;

namespace Cierre.Tests.Client;

public sealed class WebSocketEventLoopsTests
{
    [Fact]
    public async Task Socket_of_an_opening_goes_to_the_loops_with_the_origin_of_its_server_and_nothing_secret()
    {
        var loops = new Asked(takes: true);
        await using var server = RawServer.Start(peer => peer.ReadToEndAsync());
        var url = new UriBuilder(server.Url) { UserName = "me", Password = "secret", Path = "/a", Query = "token=1" };
        WebSocketConnection connection = await ClientRig.ConnectAsync(url.Uri, o => o.EventLoops = loops);
        Assert.Equal([$"ws://{server.Url.Host}:{server.Url.Port}"], loops.Servers);
        Assert.Same(loops.Made, connection.Driver.Transport);
        connection.Abort();
    }

    [Fact]
    public async Task Where_the_loops_do_not_take_it_the_connection_reads_its_socket_itself()
    {
        var loops = new Asked(takes: false);
        await using var server = RawServer.Start(async peer =>
        {
            await peer.SendTextAsync("hello");
            await peer.ReadToEndAsync();
        });
        WebSocketConnection connection = await ClientRig.ConnectAsync(server.Url, o => o.EventLoops = loops);
        Assert.Single(loops.Servers);
        Assert.IsType<SocketTransport>(connection.Driver.Transport);
        Assert.Equal("hello", (await connection.ReceiveAsync())!.Value.GetText());
        connection.Abort();
    }

    [Fact]
    public async Task Over_TLS_they_are_not_asked()
    {
        var loops = new Asked(takes: true);
        await using var server = RawServer.Start(peer => peer.ReadToEndAsync(), certificate: Certificates.ForLocalhost());
        WebSocketConnection connection = await ClientRig.ConnectAsync(server.Url, o =>
        {
            ClientRig.Trusting(o);
            o.EventLoops = loops;
        });
        Assert.Empty(loops.Servers);
        connection.Abort();
    }

    private sealed class Asked(bool takes) : WebSocketEventLoops
    {
        public List<string> Servers { get; } = [];

        public Transport? Made { get; private set; }

        internal override Transport? TakeOver(Socket socket, Transport.EarlierReader? earlier, string server)
        {
            Servers.Add(server);
            return Made = takes ? Transport.OverSocket(socket, earlier) : null;
        }
    }
}
