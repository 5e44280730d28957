using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Cierre.RawPeers;

/// <summary>
/// A WebSocket peer made of bytes: it does what it is told, right or wrong, in either role, and knows nothing of Cierre's engine.
/// Every wait is bounded and ends with a <see cref="TimeoutException"/> that names what was waited for.
/// </summary>
public sealed class RawPeer : IAsyncDisposable, IDisposable
{
    /// <summary>How long any wait may take unless told otherwise: no test waits for it, but a machine that builds something else may take seconds for a
    /// step.</summary>
    public static readonly TimeSpan DefaultBound = TimeSpan.FromSeconds(60);

    private const int LongestHead = 64 * 1024;
    private static readonly byte[] MaskingKey = [0x37, 0xfa, 0x21, 0x3d];

    private readonly Socket? _socket;
    private readonly Stream _stream;
    private readonly bool _client;
    private readonly TimeSpan _bound;
    private byte[] _buffer = new byte[16 * 1024];
    private int _start;
    private int _count;
    private RawEnd? _end;

    private RawPeer(Socket? socket, Stream stream, bool client, TimeSpan bound)
    {
        _socket = socket;
        _stream = stream;
        _client = client;
        _bound = bound;
    }

    /// <summary>Whether it plays a client, whose frames are masked. RFC 6455 5.3.</summary>
    public bool IsClient => _client;

    /// <summary>The socket itself, for what this class has no word for.</summary>
    /// <exception cref="InvalidOperationException">The peer plays on a stream in memory, which has no socket.</exception>
    public Socket Socket => _socket ?? throw new InvalidOperationException("This peer plays on a stream in memory, which has no socket.");

    /// <summary>The head of the other side's request or response, once it was read.</summary>
    public string Head { get; private set; } = "";

    private Span<byte> Unread => _buffer.AsSpan(_start, _count);

    /// <summary>Connects as a client; over TLS any certificate is accepted.</summary>
    public static async Task<RawPeer> ConnectAsync(string host, int port, bool tls = false, TimeSpan? bound = null)
    {
        var limit = bound ?? DefaultBound;
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await Within(limit, "the TCP connection", async ct => await socket.ConnectAsync(host, port, ct));
            Stream stream = new NetworkStream(socket, ownsSocket: true);
            if (tls)
            {
                var secure = new SslStream(stream);
#pragma warning disable CA5359 // The certificate of a test is no authority's, and nothing is secret.
                var options = new SslClientAuthenticationOptions { TargetHost = host, RemoteCertificateValidationCallback = (_, _, _, _) => true };
#pragma warning restore CA5359
                await Within(limit, "the TLS handshake", ct => secure.AuthenticateAsClientAsync(options, ct));
                stream = secure;
            }

            return new RawPeer(socket, stream, client: true, limit);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Connects as a client, and asks for a WebSocket by hand, with <paramref name="headers"/> ("Name: value") added.</summary>
    /// <exception cref="InvalidDataException">The server does not switch protocols: what it says instead.</exception>
    public static async Task<RawPeer> OpenAsync(string host, int port, string path = "/", bool tls = false, params string[] headers)
    {
        RawPeer peer = await ConnectAsync(host, port, tls);
        string head = await peer.UpgradeAsync(path, headers);
        return head.StartsWith("HTTP/1.1 101 ", StringComparison.Ordinal) ? peer : throw new InvalidDataException(head);
    }

    /// <summary>Plays on a stream that was opened by other means, such as an HTTP/2 stream; the socket is the one that carries it.</summary>
    public static RawPeer Over(Socket socket, Stream stream, bool client, TimeSpan? bound = null) => new(socket, stream, client, bound ?? DefaultBound);

    /// <summary>Plays on one end of a link in memory.</summary>
    public static RawPeer Over(MemoryLinkStream end, bool client, TimeSpan? bound = null) => new(null, end, client, bound ?? DefaultBound);

    /// <summary>Plays a server on an accepted socket; nothing was read yet.</summary>
    public static RawPeer Accepted(Socket socket)
    {
        socket.NoDelay = true;
        return new RawPeer(socket, new NetworkStream(socket, ownsSocket: true), client: false, DefaultBound);
    }

    /// <summary>Takes an accepted socket as a server, and reads the request's head.</summary>
    internal static async Task<RawPeer> AcceptAsync(Socket socket, X509Certificate2? certificate, TimeSpan bound)
    {
        socket.NoDelay = true;
        Stream stream = new NetworkStream(socket, ownsSocket: true);
        if (certificate is not null)
        {
            var secure = new SslStream(stream);
            var options = new SslServerAuthenticationOptions { ServerCertificate = certificate };
            await Within(bound, "the TLS handshake", ct => secure.AuthenticateAsServerAsync(options, ct));
            stream = secure;
        }

        var peer = new RawPeer(socket, stream, client: false, bound);
        await peer.ReadHeadAsync();
        return peer;
    }

    /// <summary>Sends the opening request by hand, with <paramref name="headers"/> ("Name: value") added, and returns the head of the response.</summary>
    public async Task<string> UpgradeAsync(string path = "/", params string[] headers)
    {
        var extra = string.Concat(headers.Select(header => header + "\r\n"));
        await SendAsync(
            $"GET {path} HTTP/1.1\r\nHost: {Socket.RemoteEndPoint}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
            $"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n{extra}\r\n");
        return await ReadHeadAsync();
    }

    /// <summary>Answers the request with 101 and the right Sec-WebSocket-Accept, with <paramref name="headers"/> added.</summary>
    public Task SwitchProtocolsAsync(params string[] headers)
    {
        var extra = string.Concat(headers.Select(header => header + "\r\n"));
        return SendAsync(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
            $"Sec-WebSocket-Accept: {AcceptFor(Header("Sec-WebSocket-Key") ?? "")}\r\n{extra}\r\n");
    }

    /// <summary>The value of a header in <see cref="Head"/>, or null. Several fields of one name are joined with a comma.</summary>
    public string? Header(string name)
    {
        var values = Head.Split("\r\n").Skip(1).Select(line => line.Split(':', 2))
            .Where(field => field.Length == 2 && field[0].Trim().Equals(name, StringComparison.OrdinalIgnoreCase))
            .Select(field => field[1].Trim()).ToArray();
        return values.Length == 0 ? null : string.Join(", ", values);
    }

    /// <summary>Reads up to the empty line; what follows it stays for the next read.</summary>
    public async Task<string> ReadHeadAsync()
    {
        int end;
        while ((end = Unread.IndexOf("\r\n\r\n"u8)) < 0)
        {
            if (_count > LongestHead)
                throw new InvalidDataException($"no end of an HTTP head in {_count} bytes");
            await NeedMoreAsync("an HTTP head");
        }

        Head = Encoding.Latin1.GetString(Take(end + 4));
        return Head;
    }

    /// <summary>Sends bytes as they are.</summary>
    public Task SendAsync(ReadOnlyMemory<byte> bytes) => Within(_bound, $"sending {bytes.Length} bytes", async ct =>
    {
        await _stream.WriteAsync(bytes, ct);
        await _stream.FlushAsync(ct);
    });

    /// <summary>Sends text as it is, in Latin-1: for HTTP heads.</summary>
    public Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    /// <summary>Sends one frame; without <paramref name="mask"/> it is masked as the role demands.</summary>
    /// <param name="claimed">The length that the header claims; null for the payload's own.</param>
    /// <param name="longForm">Whether the length takes 64 bits, however short it is.</param>
    public Task SendFrameAsync(int opcode, ReadOnlyMemory<byte> payload = default, bool fin = true, int rsv = 0, bool? mask = null, long? claimed = null,
        bool longForm = false) =>
        SendAsync(Frame(opcode, payload.Span, fin, rsv, mask ?? _client, claimed, longForm));

    /// <summary>Sends a text frame.</summary>
    public Task SendTextAsync(string text) => SendFrameAsync(1, Encoding.UTF8.GetBytes(text));

    /// <summary>Sends a close frame with a body of code and reason.</summary>
    public Task SendCloseAsync(int code, string reason = "") =>
        SendFrameAsync(8, (byte[])[(byte)(code >> 8), (byte)code, .. Encoding.UTF8.GetBytes(reason)]);

    /// <summary>The bytes of one frame, for tests that cut or damage them.</summary>
    public static byte[] Frame(int opcode, ReadOnlySpan<byte> payload, bool fin, int rsv, bool mask, long? claimed = null, bool longForm = false)
    {
        long length = claimed ?? payload.Length;
        var bytes = new List<byte> { (byte)((fin ? 0x80 : 0) | ((rsv & 7) << 4) | (opcode & 15)) };
        var masked = mask ? 0x80 : 0;
        if (length < 126 && !longForm)
        {
            bytes.Add((byte)(masked | (int)length));
        }
        else
        {
            var size = length <= ushort.MaxValue && !longForm ? 2 : 8;
            bytes.Add((byte)(masked | (size == 2 ? 126 : 127)));
            for (var shift = (size - 1) * 8; shift >= 0; shift -= 8)
                bytes.Add((byte)((ulong)length >> shift));
        }

        if (mask)
            bytes.AddRange(MaskingKey);
        for (var i = 0; i < payload.Length; i++)
            bytes.Add(mask ? (byte)(payload[i] ^ MaskingKey[i % 4]) : payload[i]);
        return [.. bytes];
    }

    /// <summary>Reads one whole frame. Throws <see cref="EndOfStreamException"/>, which says FIN or RST, when the stream ends first.</summary>
    public async Task<RawFrame> ReadFrameAsync()
    {
        RawFrame? frame;
        int length;
        while ((frame = RawFrame.First(Unread, out length)) is null) await NeedMoreAsync("a frame");
        Skip(length);
        return frame;
    }

    /// <summary>Reads until a close frame came whole, and answers nothing; null where the stream ended before.</summary>
    public async Task<RawFrame?> ReadCloseAsync()
    {
        try
        {
            RawFrame frame;
            do frame = await ReadFrameAsync();
            while (frame.Opcode != 8);
            return frame;
        }
        catch (EndOfStreamException)
        {
            return null;
        }
    }

    /// <summary>Reads, and forgets, until what came ends with these bytes, or the stream ended.</summary>
    public async Task ReadUntilAsync(ReadOnlyMemory<byte> last)
    {
        while (!Unread.EndsWith(last.Span) && await FillAsync("the bytes that end it") is null) Skip(Math.Max(0, _count - last.Length));
    }

    /// <summary>Reads everything that still comes, and how it ended.</summary>
    public async Task<(byte[] Bytes, RawEnd End)> ReadToEndAsync()
    {
        RawEnd? end;
        while ((end = await FillAsync("the end of the stream")) is null)
        {
        }

        return (Take(_count), end.Value);
    }

    /// <summary>Ends our direction with FIN (over TLS with close_notify before it); the other one stays open.</summary>
    public async Task HalfCloseAsync()
    {
        if (_stream is SslStream secure)
            await Within(_bound, "sending close_notify", _ => secure.ShutdownAsync());
        if (_stream is MemoryLinkStream memory)
            memory.HalfClose();
        else
            Socket.Shutdown(SocketShutdown.Send);
    }

    /// <summary>Ends the connection with RST; what was not sent yet is lost.</summary>
    public void Reset()
    {
        if (_stream is MemoryLinkStream memory)
        {
            memory.Reset();
        }
        else
        {
            Socket.LingerState = new LingerOption(true, 0);
            Socket.Dispose();
        }

        _end = RawEnd.Reset;
    }

    /// <summary>Closes the socket: FIN, or RST when the other side's bytes are still unread.</summary>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>RFC 6455 4.2.2: base64(SHA-1(key + GUID)).</summary>
    public static string AcceptFor(string key) =>
#pragma warning disable CA5350 // The standard demands SHA-1; it protects nothing here.
        Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350

    /// <inheritdoc cref="DisposeAsync"/>
    public void Dispose()
    {
        // Not through SslStream: it would say close_notify, which only HalfCloseAsync should.
        if (_socket is null)
            _stream.Dispose();
        else
            _socket.Dispose();
    }

    private async Task NeedMoreAsync(string what)
    {
        if (await FillAsync(what) is { } end)
            throw new EndOfStreamException($"{end} instead of {what}, after {_count} bytes of it");
    }

    private async Task<RawEnd?> FillAsync(string what)
    {
        if (_end is not null)
            return _end;
        if (_start + _count == _buffer.Length)
        {
            var larger = _count > _buffer.Length / 2 ? new byte[_buffer.Length * 2] : _buffer;
            Unread.CopyTo(larger);
            (_buffer, _start) = (larger, 0);
        }

        var count = 0;
        try
        {
            await Within(_bound, what, async ct => count = await _stream.ReadAsync(_buffer.AsMemory(_start + _count), ct));
        }
        catch (Exception e) when (e.GetBaseException() is SocketException { SocketErrorCode: SocketError.ConnectionReset } or HttpIOException)
        {
            return _end = RawEnd.Reset;
        }

        if (count == 0)
            return _end = RawEnd.Fin;
        _count += count;
        return null;
    }

    private byte[] Take(int count)
    {
        var taken = Unread[..count].ToArray();
        Skip(count);
        return taken;
    }

    private void Skip(int count)
    {
        _start += count;
        _count -= count;
    }

    private static async Task Within(TimeSpan bound, string what, Func<CancellationToken, Task> wait)
    {
        using var source = new CancellationTokenSource(bound);
        try
        {
            await wait(source.Token).WaitAsync(source.Token);
        }
        catch (OperationCanceledException) when (source.IsCancellationRequested)
        {
            throw new TimeoutException($"waited {bound.TotalSeconds} s for {what}");
        }
    }
}
