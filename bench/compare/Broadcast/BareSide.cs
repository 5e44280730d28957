using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Cierre.Bench.Broadcast;

/// <summary>What the kernel takes in any case: ready bytes into bare sockets, one call each.</summary>
internal sealed class BareSide : ISide
{
    private readonly ConcurrentBag<Socket> _open = [];

    public int Count => _open.Count;

    public Task<string> StartAsync()
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(512);
        _ = AcceptAsync(listener);
        return Task.FromResult($"http://{listener.LocalEndPoint}");
    }

    public Task SendToAllAsync(ReadOnlyMemory<byte> message)
    {
        byte[] frame = [0x82, 126, (byte)(message.Length >> 8), (byte)message.Length, .. message.Span];
        foreach (Socket socket in _open) socket.Send(frame);
        return Task.CompletedTask;
    }

    public Task CloseAllAsync()
    {
        foreach (Socket socket in _open)
        {
            socket.Send([0x88, 2, 0x03, 0xE8]);
            socket.Shutdown(SocketShutdown.Send);
        }

        return Task.CompletedTask;
    }

    private async Task AcceptAsync(Socket listener)
    {
        while (true)
        {
            Socket socket = await listener.AcceptAsync();
            socket.NoDelay = true;
            _ = AnswerAsync(socket);
        }
    }

    private async Task AnswerAsync(Socket socket)
    {
        byte[] buffer = new byte[1024];
        int count = await socket.ReceiveAsync(buffer);
        string head = Encoding.ASCII.GetString(buffer, 0, count);
        string key = head[(head.IndexOf("Key: ", StringComparison.Ordinal) + 5)..].Split("\r\n")[0];
#pragma warning disable CA5350 // RFC 6455 4.2.2 asks for SHA-1.
        string accept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
        await socket.SendAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"));
        _open.Add(socket);
    }
}
