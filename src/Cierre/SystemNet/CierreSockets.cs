using System.IO.Pipelines;
using System.Net.Sockets;
using System.Net.WebSockets;
using Cierre.Connections;
using Cierre.SystemNet;
using Cierre.Transports;

namespace Cierre;

/// <summary>Makes a <see cref="WebSocket"/> of System.Net.WebSockets that is a connection of this library, for code that is written for that class.</summary>
/// <remarks>docs/drop-in.md says what differs from the framework's own class, and why. What such an object does not know, the connection below it does:
/// <see cref="GetCierre"/>.</remarks>
public static class CierreSockets
{
    /// <summary>Opens a connection to a server, as <see cref="WebSocketConnection.ConnectAsync"/> does.</summary>
    /// <param name="url">An absolute URL: ws, wss, or http and https, which mean the same.</param>
    /// <param name="options">Subprotocols, headers, limits and times; null for the defaults. A message has no limit unless
    /// <see cref="WebSocketConnectionOptions.MaxMessageSize"/> is set.</param>
    /// <param name="cancellationToken">Gives the opening up.</param>
    /// <returns>The open WebSocket, to be closed or disposed.</returns>
    /// <exception cref="ArgumentException">The URL or an option cannot be part of an opening.</exception>
    /// <exception cref="WebSocketConnectException">The opening failed; its record says why.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static async Task<WebSocket> ConnectAsync(Uri url, WebSocketClientOptions? options = null, CancellationToken cancellationToken = default)
    {
        var byHand = new WebSocketClientOptions(options ?? new WebSocketClientOptions());
        byHand.ReadByHand(byHand.PingInterval);
        WebSocketConnection connection = await WebSocketConnection.ConnectAsync(url, byHand, cancellationToken).ConfigureAwait(false);
        return connection.AsWebSocket();
    }

    /// <summary>Runs a WebSocket over a byte stream on which both sides have agreed to be one, in the place of
    /// <see cref="WebSocket.CreateFromStream(Stream, WebSocketCreationOptions)"/>.</summary>
    /// <param name="stream">The stream. It is disposed of when the connection ends.</param>
    /// <param name="role">Which end this is.</param>
    /// <param name="options">Limits, times and the clock; null for the defaults.</param>
    /// <param name="negotiated">What was agreed on; null: no subprotocol and no extension.</param>
    /// <returns>The WebSocket, open from the start.</returns>
    /// <exception cref="ArgumentNullException">No stream.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The role is none of the two.</exception>
    /// <exception cref="ArgumentException">The stream cannot be read or written; or the extensions are not such that this end can have agreed to
    /// them.</exception>
    public static WebSocket CreateFromStream(Stream stream, WebSocketRole role, WebSocketConnectionOptions? options = null,
        WebSocketNegotiation? negotiated = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.CanRead || !stream.CanWrite) throw new ArgumentException("A WebSocket reads and writes, and the stream cannot do both.", nameof(stream));
        OptionChecks.Defined(role, nameof(role));
        return WebSocketConnection.Run(TransportOf(stream), role, ByHand(options), negotiated, PipeScheduler.ThreadPool).AsWebSocket();
    }

    /// <summary>Runs a WebSocket over a pipe, as <see cref="WebSocketConnection.CreateFromPipe"/> does.</summary>
    /// <param name="pipe">The pipe; both its halves are completed when the connection ends.</param>
    /// <param name="role">Which end this is.</param>
    /// <param name="options">Limits, times and the clock; null for the defaults.</param>
    /// <param name="negotiated">What was agreed on; null: no subprotocol and no extension.</param>
    /// <param name="scheduler">Where the connection reads; null: the thread pool.</param>
    /// <returns>The WebSocket, open from the start.</returns>
    /// <exception cref="ArgumentNullException">No pipe.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The role is none of the two.</exception>
    /// <exception cref="ArgumentException">The extensions are not such that this end can have agreed to them.</exception>
    public static WebSocket CreateFromPipe(IDuplexPipe pipe, WebSocketRole role, WebSocketConnectionOptions? options = null,
        WebSocketNegotiation? negotiated = null, PipeScheduler? scheduler = null) =>
        WebSocketConnection.CreateFromPipe(pipe, role, ByHand(options), negotiated, scheduler).AsWebSocket();

    /// <summary>The connection below: its record, its traffic, its round trip, its trace.</summary>
    /// <param name="webSocket">Any WebSocket.</param>
    /// <returns>The connection; null where the WebSocket is none of this library's, or not open yet.</returns>
    /// <exception cref="ArgumentNullException">Null.</exception>
    public static WebSocketConnection? GetCierre(this WebSocket webSocket)
    {
        ArgumentNullException.ThrowIfNull(webSocket);
        return webSocket switch
        {
            WebSocketAdapter adapter => adapter.Connection,
            CierreClientWebSocket client => client.Connection,
            _ => null,
        };
    }

    private static WebSocketConnectionOptions ByHand(WebSocketConnectionOptions? options)
    {
        options ??= new WebSocketConnectionOptions();
        return ConnectionControl.OptionsByHand(options, options.PingInterval);
    }

    /// <summary>A socket is read and written as it is; any other stream through a pipe.</summary>
    private static Transport TransportOf(Stream stream)
    {
        if (stream.GetType() == typeof(NetworkStream)) return new SocketTransport(((NetworkStream)stream).Socket);
        PipeReader input = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true, useZeroByteReads: true));
        return Transport.OverStream(input, stream);
    }
}
