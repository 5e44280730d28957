using System.Net.Sockets;
using Cierre.Client;
using Cierre.Transports;
using Xunit;

namespace Cierre.Tests.Client;

/// <summary>After the 101 the socket is the connection's own, and nothing that came with the answer is lost.</summary>
public sealed class HandoverStreamTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(125)]
    [InlineData(5000)]
    [InlineData(200_000)]
    public async Task Frames_that_come_with_the_answer_are_received_first_and_in_order(int size)
    {
        byte[] first = new byte[size];
        Random.Shared.NextBytes(first);
        await using var server = RawServer.Start(
            async peer =>
            {
                await AnswerAsync(peer, [.. RawPeer.Frame(2, first, fin: true, rsv: 0, mask: false), .. RawPeer.Frame(1, "second"u8, true, 0, false)]);
                await peer.SendTextAsync("third");
                await peer.SendCloseAsync(4001, "bye");
                await peer.ReadToEndAsync();
            },
            switchProtocols: false);
        WebSocketConnection connection = await ClientRig.ConnectAsync(server.Url);
        Assert.IsNotType<PipeTransport>(connection.Driver.Transport);
        Assert.Equal(first, (await connection.ReceiveAsync())!.Value.ToArray());
        Assert.Equal("second", (await connection.ReceiveAsync())!.Value.GetText());
        Assert.Equal("third", (await connection.ReceiveAsync())!.Value.GetText());
        Assert.Null(await connection.ReceiveAsync());
        Assert.Equal((4001, "bye"), ((await connection.Closed.WaitAsync(ClientRig.Bound)).Code, (await connection.Closed).Reason));
        await server.ScriptsAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(6)]
    public async Task Frame_of_which_a_part_came_with_the_answer_is_whole(int with)
    {
        byte[] frame = RawPeer.Frame(1, "message"u8, fin: true, rsv: 0, mask: false);
        await using var server = RawServer.Start(
            async peer =>
            {
                await AnswerAsync(peer, frame[..with]);
                // The client is open: what follows comes by the socket alone.
                Assert.Equal("go on", (await peer.ReadFrameAsync()).Text);
                await peer.SendAsync(frame.AsMemory(with));
                await peer.ReadToEndAsync();
            },
            switchProtocols: false);
        await using WebSocketConnection connection = await ClientRig.ConnectAsync(server.Url);
        await connection.SendAsync("go on");
        Assert.Equal("message", (await connection.ReceiveAsync())!.Value.GetText());
        await connection.CloseAsync();
        await server.ScriptsAsync();
    }

    [Fact]
    public async Task Close_and_the_end_of_the_stream_may_come_with_the_answer()
    {
        await using var server = RawServer.Start(
            async peer =>
            {
                await AnswerAsync(peer, RawPeer.Frame(8, [0x0F, 0xA1], fin: true, rsv: 0, mask: false));
                await peer.HalfCloseAsync();
                await peer.ReadToEndAsync();
            },
            switchProtocols: false);
        WebSocketConnection connection = await ClientRig.ConnectAsync(server.Url);
        CloseRecord record = await connection.Closed.WaitAsync(ClientRig.Bound);
        Assert.Equal((4001, true, EndedBy.Remote), (record.Code, record.WasClean, record.EndedBy));
        await server.ScriptsAsync();
    }

    [Fact]
    public async Task End_of_the_stream_behind_the_answer_is_1006()
    {
        await using var server = RawServer.Start(peer => AnswerAsync(peer, []), switchProtocols: false);
        WebSocketConnection connection = await ClientRig.ConnectAsync(server.Url);
        CloseRecord record = await connection.Closed.WaitAsync(ClientRig.Bound);
        Assert.Equal((1006, false, EndedBy.Network), (record.Code, record.WasClean, record.EndedBy));
    }

    [Fact]
    public async Task Stream_of_the_application_keeps_the_socket()
    {
        await using var server = RawServer.Start(peer => peer.ReadToEndAsync());
        await using WebSocketConnection connection = await ClientRig.ConnectAsync(
            server.Url, o => o.ConfigureHandler = h => h.PlaintextStreamFilter = (context, _) => ValueTask.FromResult(context.PlaintextStream));
        Assert.IsType<PipeTransport>(connection.Driver.Transport);
        await connection.CloseAsync();
    }

    [Fact]
    public async Task Socket_of_a_dial_of_the_application_s_own_is_taken_over()
    {
        Socket? dialled = null;
        await using var server = RawServer.Start(peer => peer.ReadToEndAsync());
        WebSocketConnection connection = await ClientRig.ConnectAsync(
            server.Url, o => o.ConfigureHandler = h => h.ConnectCallback = async (context, token) =>
            {
                dialled = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await dialled.ConnectAsync(context.DnsEndPoint, token);
                return new NetworkStream(dialled, ownsSocket: true);
            });
        Assert.IsNotType<PipeTransport>(connection.Driver.Transport);
        connection.Abort();
        await connection.Closed.WaitAsync(ClientRig.Bound);
        Assert.True(dialled!.SafeHandle.IsClosed);
    }

    [Fact]
    public async Task Until_it_is_handed_over_it_is_the_stream_below()
    {
        (NetworkStream near, NetworkStream far) = await PairAsync();
        var stream = new HandoverStream(near);
        await stream.WriteAsync("ab"u8.ToArray());
        stream.Write("cd"u8);
        byte[] read = new byte[4];
        await far.ReadExactlyAsync(read);
        Assert.Equal("abcd"u8, read);
        await far.WriteAsync("xy"u8.ToArray());
        Assert.Equal((1, (byte)'x'), (stream.Read(read, 0, 1), read[0]));
        Assert.Equal((1, (byte)'y'), (await stream.ReadAsync(read.AsMemory(0, 1)), read[0]));
        await stream.DisposeAsync();
        Assert.Equal(0, await far.ReadAsync(read));
        Assert.Throws<ObjectDisposedException>(() => near.Socket.Available);
    }

    [Fact]
    public async Task Handed_over_it_reads_nothing_writes_nothing_and_leaves_the_socket_alone()
    {
        (NetworkStream near, NetworkStream far) = await PairAsync();
        var stream = new HandoverStream(near);
        Transport transport = await stream.HandOverAsync(stream, loops: null, new Uri("ws://x/"));
        await far.WriteAsync("x"u8.ToArray());
        Assert.Equal(0, await stream.ReadAsync(new byte[1]));
        Assert.Equal(0, stream.Read(new byte[1]));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await stream.WriteAsync(new byte[1]));
        await stream.DisposeAsync();
        Assert.True(near.Socket.Connected);
        await transport.ReleaseAsync();
        Assert.True(near.Socket.SafeHandle.IsClosed);
        await far.DisposeAsync();
    }

    [Fact]
    public async Task Where_the_handler_fails_to_give_its_bytes_the_socket_is_closed()
    {
        (NetworkStream near, NetworkStream far) = await PairAsync();
        var above = new MemoryStream();
        await above.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await new HandoverStream(near).HandOverAsync(above, loops: null, new Uri("ws://x/")));
        Assert.True(near.Socket.SafeHandle.IsClosed);
        await far.DisposeAsync();
    }

    private static async Task AnswerAsync(RawPeer peer, byte[] behind)
    {
        string head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
            + RawPeer.AcceptFor(peer.Header("Sec-WebSocket-Key")!) + "\r\n\r\n";
        await peer.SendAsync((byte[])[.. System.Text.Encoding.ASCII.GetBytes(head), .. behind]);
    }

    private static async Task<(NetworkStream Near, NetworkStream Far)> PairAsync()
    {
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var near = new Socket(SocketType.Stream, ProtocolType.Tcp);
        Task<Socket> accepted = listener.AcceptSocketAsync();
        await near.ConnectAsync(listener.LocalEndpoint);
        return (new NetworkStream(near, ownsSocket: true), new NetworkStream(await accepted, ownsSocket: true));
    }
}
