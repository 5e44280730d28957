using System.Buffers.Binary;
using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace Cierre.Load;

/// <summary>One client connection that keeps a number of masked binary messages outstanding and checks every echo. Raw sockets: the load must not be the library under test.</summary>
internal sealed class LoadConnection(LoadOptions options) : IDisposable
{
    private const int ControlLimit = 126;

    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _frame = Frame(options.Size, masked: true);
    private readonly byte[] _echo = Frame(options.Size, masked: false);

    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        await _socket.ConnectAsync(options.Host, options.Port, cancellationToken);
        string request = $"GET {options.Path} HTTP/1.1\r\nHost: {options.Host}:{options.Port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
            "Sec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==\r\nSec-WebSocket-Version: 13\r\n\r\n";
        await _socket.SendAsync(Encoding.ASCII.GetBytes(request), cancellationToken);
        byte[] head = new byte[1024];
        int length = 0;
        while (!head.AsSpan(0, length).EndsWith("\r\n\r\n"u8))
        {
            int count = await _socket.ReceiveAsync(head.AsMemory(length, 1), cancellationToken);
            if (count == 0) throw new IOException("The server ended the connection in the handshake.");
            length += count;
        }

        if (!head.AsSpan(0, length).StartsWith("HTTP/1.1 101"u8)) throw new IOException($"The server did not upgrade: {Encoding.ASCII.GetString(head, 0, length)}");
    }

    /// <summary>Sends and receives until the token is cancelled; adds each round trip to the histogram.</summary>
    public async Task RunAsync(Histogram histogram, CancellationToken cancellationToken)
    {
        long[] sentAt = new long[options.Depth];
        long sent = 0, received = 0;
        byte[] input = new byte[Math.Max(64 * 1024, 2 * _echo.Length)];
        byte[] output = new byte[options.Depth * _frame.Length];
        int held = 0, owed = options.Depth;
        try
        {
            while (true)
            {
                for (int i = 0; i < owed; i++)
                {
                    _frame.CopyTo(output, i * _frame.Length);
                    sentAt[sent++ % options.Depth] = Stopwatch.GetTimestamp();
                }

                await _socket.SendAsync(output.AsMemory(0, owed * _frame.Length), cancellationToken);
                owed = 0;
                while (owed == 0)
                {
                    int count = await _socket.ReceiveAsync(input.AsMemory(held), cancellationToken);
                    if (count == 0) throw new IOException("The server ended the connection.");
                    held += count;
                    int at = 0;
                    for (; held - at >= _echo.Length; at += _echo.Length, owed++)
                    {
                        if (!input.AsSpan(at, _echo.Length).SequenceEqual(_echo)) throw new IOException("An echo differs from what was sent.");
                        histogram.Add(Stopwatch.GetElapsedTime(sentAt[received++ % options.Depth]));
                    }

                    input.AsSpan(at, held - at).CopyTo(input);
                    held -= at;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The time is up.
        }
    }

    public void Dispose() => _socket.Dispose();

    private static byte[] Frame(int size, bool masked)
    {
        int header = size < ControlLimit ? 2 : size <= ushort.MaxValue ? 4 : 10;
        byte[] frame = new byte[header + (masked ? 4 : 0) + size];
        frame[0] = 0x82;
        frame[1] = (byte)((masked ? 0x80 : 0) | (header == 2 ? size : header == 4 ? 126 : 127));
        if (header == 4) BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(2), (ushort)size);
        else if (header == 10) BinaryPrimitives.WriteUInt64BigEndian(frame.AsSpan(2), (ulong)size);
        ReadOnlySpan<byte> mask = [0x37, 0xFA, 0x21, 0x3D];
        if (masked) mask.CopyTo(frame.AsSpan(header));
        Span<byte> payload = frame.AsSpan(header + (masked ? 4 : 0));
        for (int i = 0; i < size; i++) payload[i] = (byte)((i * 31 + 7) ^ (masked ? mask[i & 3] : 0));
        return frame;
    }
}
