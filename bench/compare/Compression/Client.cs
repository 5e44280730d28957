using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;

namespace Cierre.Bench.Compression;

/// <summary>The client of both servers, System.Net.WebSockets' own; it counts the bytes that come.</summary>
internal sealed class Client : IDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly SocketsHttpHandler _handler = new();
    private readonly byte[] _buffer = new byte[80 * 1024];
    private CountingStream? _stream;

    /// <summary>Bytes received so far, with the headers of frames.</summary>
    public long Received => _stream!.Received;

    public static async Task<Client> OpenAsync(int port, Mode mode)
    {
        var client = new Client();
        client._handler.ConnectCallback = async (context, cancel) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(context.DnsEndPoint, cancel);
            return client._stream = new CountingStream(socket);
        };
        ClientWebSocketOptions options = client._socket.Options;
        options.CollectHttpResponseDetails = true;
        bool takeover = mode == Mode.Takeover;
        if (mode != Mode.Off) options.DangerousDeflateOptions = new WebSocketDeflateOptions { ClientContextTakeover = takeover, ServerContextTakeover = takeover };
        using var invoker = new HttpMessageInvoker(client._handler, disposeHandler: false);
        await client._socket.ConnectAsync(new Uri($"ws://{IPAddress.Loopback}:{port}/"), invoker, CancellationToken.None);
        client.CheckAgreed(mode);
        return client;
    }

    /// <summary>Sends a message, waits until it comes back and checks its length.</summary>
    public async Task EchoAsync(ReadOnlyMemory<byte> message)
    {
        await _socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        int length = 0;
        ValueWebSocketReceiveResult result;
        do
        {
            result = await _socket.ReceiveAsync(_buffer.AsMemory(length), CancellationToken.None);
            length += result.Count;
        }
        while (!result.EndOfMessage);
        if (!_buffer.AsSpan(0, length).SequenceEqual(message.Span)) throw new InvalidDataException("Another message came back.");
    }

    public async Task CloseAsync() => await _socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);

    public void Dispose()
    {
        _socket.Dispose();
        _handler.Dispose();
    }

    private void CheckAgreed(Mode mode)
    {
        string agreed = _socket.HttpResponseHeaders!.TryGetValue("Sec-WebSocket-Extensions", out IEnumerable<string>? values) ? string.Join(", ", values) : "";
        bool asWished = mode switch
        {
            Mode.Off => agreed.Length == 0,
            Mode.Takeover => agreed.StartsWith("permessage-deflate", StringComparison.Ordinal) && !agreed.Contains("no_context_takeover", StringComparison.Ordinal),
            _ => agreed.Contains("server_no_context_takeover", StringComparison.Ordinal) && agreed.Contains("client_no_context_takeover", StringComparison.Ordinal),
        };
        if (!asWished) throw new InvalidOperationException($"{mode}, and the server agreed on '{agreed}'.");
    }

    private sealed class CountingStream(Socket socket) : NetworkStream(socket, ownsSocket: true)
    {
        public long Received { get; private set; }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int count = await base.ReadAsync(buffer, cancellationToken);
            Received += count;
            return count;
        }
    }
}
