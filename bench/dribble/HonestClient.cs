using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Cierre.Dribble;

/// <summary>One connection that sends a message every 5 ms, when it is due, and waits for it to come back. It blocks, so that nothing of its own is in the figures.</summary>
internal static class HonestClient
{
    private const int Every = 5;

    private static readonly byte[] Request = Encoding.ASCII.GetBytes(
        "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");

    // Masked with a key of zeroes.
    private static readonly byte[] Message = [0x82, 0x88, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8];

    public static void Run(int port, TimeSpan time)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(IPAddress.Loopback, port);
        socket.Send(Request);
        byte[] buffer = new byte[4096];
        int count = socket.Receive(buffer);
        if (!Encoding.ASCII.GetString(buffer, 0, count).StartsWith("HTTP/1.1 101", StringComparison.Ordinal)) throw new IOException("No upgrade.");
        var latencies = new List<double>();
        var clock = Stopwatch.StartNew();
        for (double due = 0; due < time.TotalMilliseconds; due += Every)
        {
            double early = due - clock.Elapsed.TotalMilliseconds;
            if (early > 0) Thread.Sleep(TimeSpan.FromMilliseconds(early));
            // What is sent late because the one before was late has waited too; what this thread overslept has not.
            double begun = early > 0 ? clock.Elapsed.TotalMilliseconds : due;
            socket.Send(Message);
            for (int left = Message.Length - 4; left > 0; left -= count)
            {
                count = socket.Receive(buffer, left, SocketFlags.None);
                if (count == 0) throw new IOException("The server ended the connection.");
            }

            latencies.Add(clock.Elapsed.TotalMilliseconds - begun);
        }

        Console.WriteLine(Latency.Of(latencies).ToLine());
    }
}
