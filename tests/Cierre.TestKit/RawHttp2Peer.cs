using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Cierre.TestKit;

/// <summary>One HTTP/2 frame as it came. RFC 9113 4.1.</summary>
public sealed record RawHttp2Frame(int Type, int Flags, int Stream, byte[] Payload)
{
    /// <summary>The types that tests ask for.</summary>
    public const int Data = 0, Headers = 1, Reset = 3, Settings = 4, Ping = 6, GoAway = 7, WindowUpdate = 8;

    /// <summary>Whether it is the last of its stream.</summary>
    public bool EndsStream => Type is Data or Headers && (Flags & 1) != 0;

    /// <summary>The error code of RST_STREAM and GOAWAY.</summary>
    public int ErrorCode => BinaryPrimitives.ReadInt32BigEndian(Payload.AsSpan(Type == GoAway ? 4 : 0));

    /// <summary>The code of the status line's place, of HEADERS whose first field is :status.</summary>
    public int Status
    {
        get
        {
            ReadOnlySpan<byte> block = Payload;
            // RFC 7541 6.3: a change of the table's size may stand before.
            while ((block[0] & 0xE0) == 0x20) block = block[1..];
            return block[0] switch
            {
                0x88 => 200,
                0x89 => 204,
                0x8A => 206,
                0x8B => 304,
                0x8C => 400,
                0x8D => 404,
                0x8E => 500,
                _ => int.Parse(Encoding.ASCII.GetString(block.Slice(2, 3)), CultureInfo.InvariantCulture),
            };
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"frame of type {Type}, flags {Flags}, stream {Stream}, {Payload.Length} bytes: {Convert.ToHexString(Payload.AsSpan(0, Math.Min(Payload.Length, 32)))}";
}

/// <summary>
/// An HTTP/2 peer made of frames, in either role: it grants the windows that it is told to grant, and says what came in which order. It acknowledges
/// SETTINGS and PING by itself. Every wait is bounded.
/// </summary>
public sealed class RawHttp2Peer : IAsyncDisposable
{
    private const int HeaderLength = 9;

    private readonly NetworkStream _stream;
    private readonly TimeSpan _bound;
    private int _lastStream = -1;

    private RawHttp2Peer(Socket socket, TimeSpan bound) => (Socket, _stream, _bound) = (socket, new NetworkStream(socket, ownsSocket: true), bound);

    /// <summary>The socket, for what frames do not say.</summary>
    public Socket Socket { get; }

    /// <summary>Connects in the role of a client, with prior knowledge.</summary>
    /// <param name="window">The window of each stream, in bytes.</param>
    public static async Task<RawHttp2Peer> ConnectAsync(string host, int port, int window = 65_535, TimeSpan? bound = null)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(host, port);
        var peer = new RawHttp2Peer(socket, bound ?? RawPeer.DefaultBound);
        await peer._stream.WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray());
        // HEADER_TABLE_SIZE 0, so that no answer refers to another; INITIAL_WINDOW_SIZE.
        await peer.SendFrameAsync(RawHttp2Frame.Settings, 0, 0, (byte[])[.. Setting(1, 0), .. Setting(4, window)]);
        return peer;
    }

    /// <summary>Takes the role of the server on an accepted socket: one that speaks RFC 8441.</summary>
    public static async Task<RawHttp2Peer> AcceptAsync(Socket socket, TimeSpan? bound = null)
    {
        var peer = new RawHttp2Peer(socket, bound ?? RawPeer.DefaultBound);
        byte[] preface = new byte[24];
        await peer.WithinAsync("the preface", async token => await peer._stream.ReadExactlyAsync(preface, token));
        await peer.SendFrameAsync(RawHttp2Frame.Settings, 0, 0, Setting(8, 1));
        return peer;
    }

    /// <summary>Sends one frame as it is.</summary>
    public async Task SendFrameAsync(int type, int flags, int stream, ReadOnlyMemory<byte> payload)
    {
        byte[] frame = new byte[HeaderLength + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, payload.Length << 8);
        frame[3] = (byte)type;
        frame[4] = (byte)flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame.AsMemory(HeaderLength));
        await WithinAsync($"sending frame {type}", async token => await _stream.WriteAsync(frame, token));
    }

    /// <summary>Sends a request's HEADERS and returns its stream.</summary>
    public async Task<int> SendRequestAsync(string method, string? path, string? protocol, (string Name, string Value)[] headers, bool endStream = false, string authority = "localhost")
    {
        _lastStream += 2;
        List<byte> block = [];
        Field(block, ":method", method);
        if (protocol is not null) Field(block, ":protocol", protocol);
        // RFC 9113 8.5: an ordinary CONNECT has neither.
        if (method != "CONNECT" || protocol is not null)
        {
            Field(block, ":scheme", "http");
            if (path is not null) Field(block, ":path", path);
        }

        Field(block, ":authority", authority);
        foreach ((string name, string value) in headers) Field(block, name, value);
        await SendFrameAsync(RawHttp2Frame.Headers, 4 | (endStream ? 1 : 0), _lastStream, block.ToArray());
        return _lastStream;
    }

    /// <summary>Sends an extended CONNECT as a handshake has it.</summary>
    public Task<int> ConnectStreamAsync(string path, bool endStream = false, params (string Name, string Value)[] headers) =>
        SendRequestAsync("CONNECT", path, "websocket", [("sec-websocket-version", "13"), .. headers], endStream);

    /// <summary>Opens a WebSocket on a stream of its own.</summary>
    public async Task<int> OpenAsync(string path = "/")
    {
        int stream = await ConnectStreamAsync(path);
        RawHttp2Frame answer = await ReadFrameAsync(stream) ?? throw new EndOfStreamException("no answer to the CONNECT");
        return answer is { Type: RawHttp2Frame.Headers, Status: 200 } ? stream : throw new InvalidDataException($"{answer}");
    }

    /// <summary>Sends WebSocket bytes, or any other.</summary>
    public Task SendDataAsync(int stream, ReadOnlyMemory<byte> bytes, bool endStream = false) => SendFrameAsync(RawHttp2Frame.Data, endStream ? 1 : 0, stream, bytes);

    /// <summary>Grants the other side more of a stream's window, or with stream 0 of the connection's.</summary>
    public Task GrantAsync(int stream, int bytes)
    {
        byte[] payload = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(payload, bytes);
        return SendFrameAsync(RawHttp2Frame.WindowUpdate, 0, stream, payload);
    }

    /// <summary>Reads the next frame that says something; null at the end of TCP's stream, however it ended.</summary>
    public async Task<RawHttp2Frame?> ReadFrameAsync()
    {
        while (true)
        {
            byte[] head = new byte[HeaderLength];
            if (!await FillAsync(head)) return null;
            byte[] payload = new byte[BinaryPrimitives.ReadInt32BigEndian(head) >> 8];
            if (!await FillAsync(payload)) return null;
            var frame = new RawHttp2Frame(head[3], head[4], BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(5)) & int.MaxValue, payload);
            bool isAcknowledgement = (frame.Flags & 1) != 0;
            if (frame.Type is RawHttp2Frame.Settings or RawHttp2Frame.Ping)
            {
                if (!isAcknowledgement) await SendFrameAsync(frame.Type, 1, 0, frame.Type == RawHttp2Frame.Ping ? payload : Array.Empty<byte>());
                continue;
            }

            return frame;
        }
    }

    /// <summary>Reads the next frame of one stream, WINDOW_UPDATE and the frames of others left out; null at the end of TCP's stream.</summary>
    public async Task<RawHttp2Frame?> ReadFrameAsync(int stream)
    {
        while (await ReadFrameAsync() is { } frame)
        {
            if (frame.Stream == stream && frame.Type != RawHttp2Frame.WindowUpdate) return frame;
        }

        return null;
    }

    /// <summary>Reads a whole answer: its status and its text.</summary>
    public async Task<(int Status, string Text)> ReadAnswerAsync(int stream)
    {
        int status = 0;
        List<byte> text = [];
        while (await ReadFrameAsync(stream) is { } frame)
        {
            if (frame.Type == RawHttp2Frame.Headers) status = status == 0 ? frame.Status : status;
            else if (frame.Type == RawHttp2Frame.Data) text.AddRange(frame.Payload);
            else if (frame.Type == RawHttp2Frame.Reset) break;
            if (frame.EndsStream) break;
        }

        return (status, Encoding.UTF8.GetString(text.ToArray()));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    private static byte[] Setting(int id, int value)
    {
        byte[] setting = new byte[6];
        BinaryPrimitives.WriteInt16BigEndian(setting, (short)id);
        BinaryPrimitives.WriteInt32BigEndian(setting.AsSpan(2), value);
        return setting;
    }

    /// <summary>RFC 7541 6.2.2: a literal that no table keeps.</summary>
    private static void Field(List<byte> block, string name, string value)
    {
        block.Add(0);
        Text(block, name);
        Text(block, value);
    }

    /// <summary>RFC 7541 5.1 and 5.2, without Huffman's code.</summary>
    private static void Text(List<byte> block, string text)
    {
        int length = text.Length;
        if (length < 127)
        {
            block.Add((byte)length);
        }
        else
        {
            block.Add(127);
            for (length -= 127; length >= 128; length >>= 7) block.Add((byte)(length | 128));
            block.Add((byte)length);
        }

        block.AddRange(Encoding.Latin1.GetBytes(text));
    }

    private async Task<bool> FillAsync(byte[] bytes)
    {
        try
        {
            int count = 0;
            await WithinAsync("a frame", async token => count = await _stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, token));
            return count == bytes.Length;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private async Task WithinAsync(string what, Func<CancellationToken, Task> wait)
    {
        using var source = new CancellationTokenSource(_bound);
        try
        {
            await wait(source.Token);
        }
        catch (OperationCanceledException) when (source.IsCancellationRequested)
        {
            throw new TimeoutException($"waited {_bound.TotalSeconds} s for {what}");
        }
    }
}
