using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Cierre.Tool.Lab.Runs;

/// <summary>A peer made of bytes, in either role: it shakes hands properly and then does what no library would.</summary>
internal sealed class RawPeer : IDisposable
{
    private const string NonceOfTheLab = "Q2llcnJlIGNsb3NlIGxhYg==";

    private readonly Socket _socket;
    private readonly bool _isClient;
    private byte[] _received = [];

    public RawPeer(Socket socket, bool isClient)
    {
        socket.NoDelay = true;
        (_socket, _isClient) = (socket, isClient);
    }

    /// <summary>Opens a WebSocket connection as a client.</summary>
    public static async Task<RawPeer> ConnectAsync(Uri url)
    {
        var peer = new RawPeer(new Socket(SocketType.Stream, ProtocolType.Tcp), isClient: true);
        await peer._socket.ConnectAsync(IPAddress.Parse(url.Host), url.Port);
        await peer.SendTextAsync(
            $"GET {url.PathAndQuery} HTTP/1.1\r\nHost: {url.Authority}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: " +
            $"13\r\nSec-WebSocket-Key: {NonceOfTheLab}\r\n\r\n");
        string answer = await peer.ReadHeadAsync();
        return answer.StartsWith("HTTP/1.1 101 ", StringComparison.Ordinal)
            ? peer
            : throw new InvalidOperationException($"The server did not switch protocols: {answer}");
    }

    /// <summary>Answers the client's handshake.</summary>
    /// <param name="wrongAccept">The Sec-WebSocket-Accept to send in place of the right one.</param>
    public async Task AnswerHandshakeAsync(string? wrongAccept = null)
    {
        string head = await ReadHeadAsync();
        string key = head.Split("\r\n").First(line => line.StartsWith("Sec-WebSocket-Key:", StringComparison.OrdinalIgnoreCase)).Split(':')[1].Trim();
#pragma warning disable CA5350 // RFC 6455 4.2.2 asks for SHA-1; nothing secret depends on it.
        string accept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
        await SendTextAsync(
            $"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: {wrongAccept ?? accept}\r\n\r\n");
    }

    /// <summary>Reads up to the blank line that ends a request or a response.</summary>
    public async Task<string> ReadHeadAsync()
    {
        int end;
        while ((end = _received.AsSpan().IndexOf("\r\n\r\n"u8)) < 0)
        {
            if (!await ReceiveAsync()) throw new EndOfStreamException("The connection ended inside the handshake.");
        }

        string head = Encoding.ASCII.GetString(_received, 0, end);
        _received = _received[(end + 4)..];
        return head;
    }

    public async Task SendTextAsync(string text) => await SendAsync(Encoding.ASCII.GetBytes(text));

    public async Task SendAsync(byte[] bytes)
    {
        for (int sent = 0; sent < bytes.Length;) sent += await _socket.SendAsync(bytes.AsMemory(sent));
    }

    /// <summary>Sends a frame, masked as the role asks unless told otherwise.</summary>
    public Task SendFrameAsync(int first, byte[] payload, bool wrongMasking = false, ulong? declared = null, bool longForm = false) =>
        SendAsync(RawFrame.Bytes(first, payload, masked: _isClient != wrongMasking, declared, longForm));

    public Task SendCloseAsync(byte[] body) => SendFrameAsync(RawFrame.Fin | RawFrame.Close, body);

    /// <summary>Reads until a close frame came whole; its body, or null where the stream ended before. Nothing else is answered.</summary>
    public async Task<byte[]?> ReadCloseAsync()
    {
        while (true)
        {
            if (TakeFrame() is { } frame)
            {
                if (frame.Opcode == RawFrame.Close) return frame.Payload;
            }
            else if (!await ReceiveAsync())
            {
                return null;
            }
        }
    }

    /// <summary>Reads until the other side ended the stream, and answers nothing.</summary>
    public async Task ReadToEndAsync()
    {
        while (await ReceiveAsync()) _received = [];
    }

    /// <summary>Reads, and forgets, until what came ends with these bytes, or the stream ended.</summary>
    public async Task ReadUntilAsync(byte[] last)
    {
        while (!_received.AsSpan().EndsWith(last) && await ReceiveAsync()) _received = _received[Math.Max(0, _received.Length - last.Length)..];
    }

    /// <summary>FIN: nothing more will come from here.</summary>
    public void End() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>RST: as if the cable was cut and the other end wrote into it.</summary>
    public void Reset()
    {
        _socket.LingerState = new LingerOption(enable: true, seconds: 0);
        _socket.Close();
    }

    public void Dispose() => _socket.Dispose();

    private async Task<bool> ReceiveAsync()
    {
        byte[] buffer = new byte[4096];
        int count;
        try
        {
            count = await _socket.ReceiveAsync(buffer);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // However it ended, it ended.
            return false;
        }

        _received = [.. _received, .. buffer[..count]];
        return count > 0;
    }

    /// <summary>The first frame of what was received, if it is whole. What we read is right: the library wrote it.</summary>
    private (int Opcode, byte[] Payload)? TakeFrame()
    {
        if (_received.Length < 2) return null;
        int length = _received[1] & 0x7f;
        if (length > 125) throw new InvalidOperationException("The lab exchanges short frames only.");
        bool masked = (_received[1] & 0x80) != 0;
        int start = masked ? 6 : 2;
        if (_received.Length < start + length) return null;
        byte[] payload = _received[start..(start + length)];
        for (int i = 0; masked && i < length; i++) payload[i] ^= _received[2 + (i % 4)];
        int opcode = _received[0] & 0x0f;
        _received = _received[(start + length)..];
        return (opcode, payload);
    }
}
