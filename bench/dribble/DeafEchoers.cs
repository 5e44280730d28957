using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Cierre.Dribble;

/// <summary>Connections that send compressed messages of 100 KB as fast as they are taken, and read nothing of what comes back: 120 bytes are two times 100 KB of work for the server.</summary>
internal sealed class DeafEchoers(int port, int connections)
{
    private const int Size = 100_000;

    private static readonly byte[] Request = Encoding.ASCII.GetBytes(
        "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        + "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n");

    private readonly List<Socket> _sockets = [];

    public long Sent { get; private set; }

    public void Connect()
    {
        byte[] answer = new byte[4096];
        for (int i = 0; i < connections; i++)
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            socket.Connect(IPAddress.Loopback, port);
            socket.Send(Request);
            int count = socket.Receive(answer);
            if (!Encoding.ASCII.GetString(answer, 0, count).Contains("permessage-deflate", StringComparison.Ordinal)) throw new IOException("No compression.");
            socket.Blocking = false;
            _sockets.Add(socket);
        }
    }

    public void Run(TimeSpan time)
    {
        byte[] frame = Frame(), some = [.. Enumerable.Repeat(frame, 100).SelectMany(bytes => bytes)];
        int[] rest = new int[connections];
        for (long end = Environment.TickCount64 + (long)time.TotalMilliseconds; Environment.TickCount64 < end;)
        {
            bool any = false;
            for (int i = 0; i < connections; i++)
            {
                // What was taken of a frame is followed by the rest of it.
                int count = _sockets[i].Send(some.AsSpan(rest[i]), SocketFlags.None, out SocketError error);
                if (error != SocketError.Success) continue;
                any = true;
                Sent += count / frame.Length;
                rest[i] = (rest[i] + count) % some.Length;
            }

            if (!any) Thread.Sleep(1);
        }

        foreach (Socket socket in _sockets) socket.Dispose();
    }

    /// <summary>Masked with a key of zeroes; RFC 7692 7.2.1.</summary>
    private static byte[] Frame()
    {
        using var bytes = new MemoryStream();
        using (var deflate = new DeflateStream(bytes, CompressionLevel.Optimal, leaveOpen: true))
        {
            deflate.Write(new byte[Size]);
            deflate.Flush();
            // The empty block of the flush, without its last four bytes, is the end of the message.
            byte[] body = bytes.ToArray()[..^4];
            byte[] length = body.Length < 126 ? [(byte)(0x80 | body.Length)] : [0xFE, (byte)(body.Length >> 8), (byte)body.Length];
            return [0xC2, .. length, 0, 0, 0, 0, .. body];
        }
    }
}
