using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using Cierre.RawPeers;
using Cierre.TestKit;
using Microsoft.AspNetCore.Builder;
using Xunit;

namespace Cierre.EventLoops.Tests;

/// <summary>What a message costs the heap of a whole process, from the socket and back.</summary>
public sealed class AllocationTests
{
    private const int Messages = 1_000;

    [Theory]
    [InlineData(1, "async", 32)]
    [InlineData(1, "async", 16 * 1024)]
    [InlineData(1, "callback", 32)]
    [InlineData(1, "callback", 16 * 1024)]
    [InlineData(0, "async", 32)]
    [InlineData(0, "async", 16 * 1024)]
    [InlineData(0, "callback", 32)]
    [InlineData(0, "callback", 16 * 1024)]
    public Task Message_that_a_server_echoes_allocates_nothing(int loops, string form, int size) => OwnProcess.RunAsync(typeof(AllocationTests), async () =>
    {
        await using LoopServer server = await LoopServer.StartAsync(app =>
        {
            app.MapWebSocket("/async", async connection =>
            {
                await foreach (WebSocketMessage message in connection.ReadAllAsync()) await connection.SendAsync(message);
            });
            app.MapWebSocket("/callback", _ => new Echo());
        }, loops);
        // It blocks: a socket of which something was awaited allocates for each wait from then on.
        using Socket socket = Open(server.Url, form);
        // A mask of zeros: the bytes stay as they are.
        byte[] frame = size < 126 ? [0x82, (byte)(0x80 | size), 0, 0, 0, 0, .. new byte[size]] : [0x82, 0xFE, (byte)(size >> 8), (byte)size, 0, 0, 0, 0, .. new byte[size]];
        byte[] answer = new byte[frame.Length - 4];
        await MeasureAsync(() =>
        {
            socket.Send(frame);
            Fill(socket, answer);
            return default;
        });
    }, (loops, form, size));

    [Theory]
    [InlineData(false, 32)]
    [InlineData(false, 16 * 1024)]
    [InlineData(true, 32)]
    [InlineData(true, 16 * 1024)]
    public Task Message_that_a_client_has_echoed_allocates_nothing(bool onLoops, int size) => OwnProcess.RunAsync(typeof(AllocationTests), async () =>
    {
        using EventLoopGroup? loops = onLoops ? new EventLoopGroup() : null;
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var server = new Thread(() => Serve(listener, size)) { IsBackground = true };
        server.Start();
        WebSocketConnection client = await WebSocketConnection.ConnectAsync(
            new Uri($"ws://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/"), new WebSocketClientOptions { EventLoops = loops });
        byte[] message = new byte[size];
        await MeasureAsync(RoundTripAsync);
        client.Abort();

        // Its own state machine is no cost of a message.
        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
        async ValueTask RoundTripAsync()
        {
            await client.SendAsync(message);
            Assert.NotNull(await client.ReceiveAsync());
        }
    }, (onLoops, size));

    /// <summary>The least of some runs: in the whole process others go on, and less than a byte a message is nothing.</summary>
    private static async Task MeasureAsync(Func<ValueTask> roundTrip)
    {
        long least = long.MaxValue;
        for (int run = 0; run < 30 && least != 0; run++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            for (int i = 0; i < Messages; i++) await roundTrip();
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        OwnProcess.Figure($"bytes that the process allocated for {Messages} messages", least, Messages - 1);
    }

    private static void Fill(Socket socket, byte[] buffer)
    {
        for (int read = 0; read < buffer.Length;)
        {
            int count = socket.Receive(buffer, read, buffer.Length - read, SocketFlags.None);
            if (count == 0) throw new EndOfStreamException();
            read += count;
        }
    }

    /// <summary>A server that blocks, and answers each message with zeros.</summary>
    private static void Serve(TcpListener listener, int size)
    {
        using Socket socket = listener.AcceptSocket();
        socket.NoDelay = true;
        string request = ReadHead(socket), key = request.Split("Sec-WebSocket-Key: ")[1].Split('\r')[0];
        string accept = RawPeer.AcceptFor(key);
        socket.Send(Encoding.ASCII.GetBytes(
            $"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"));
        byte[] answer = size < 126 ? [0x82, (byte)size, .. new byte[size]] : [0x82, 126, (byte)(size >> 8), (byte)size, .. new byte[size]];
        byte[] message = new byte[answer.Length + 4];
        try
        {
            while (true)
            {
                Fill(socket, message);
                socket.Send(answer);
            }
        }
        catch (Exception e) when (e is SocketException or EndOfStreamException)
        {
            // The client is gone.
        }
    }

    private static string ReadHead(Socket socket)
    {
        byte[] head = new byte[4096];
        int length = 0;
        while (!head.AsSpan(0, length).EndsWith("\r\n\r\n"u8)) length += socket.Receive(head.AsSpan(length));
        return Encoding.ASCII.GetString(head, 0, length);
    }

    private static Socket Open(Uri url, string path)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(IPAddress.Loopback, url.Port);
        socket.Send(Encoding.ASCII.GetBytes(
            $"GET /{path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"));
        Assert.StartsWith("HTTP/1.1 101", ReadHead(socket), StringComparison.Ordinal);
        return socket;
    }

    private sealed class Echo : IWebSocketHandler
    {
        public void OnMessage(WebSocketConnection connection, WebSocketMessageKind kind, ReadOnlySpan<byte> data) => connection.TrySend(kind, data);
    }
}
