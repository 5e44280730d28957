using System.IO.Pipelines;
using Cierre.Connections;
using Cierre.Protocol;
using Cierre.Transports;

namespace Cierre;

public sealed partial class WebSocketConnection
{
    /// <summary>Runs a connection over a byte stream of yours, which both sides have agreed to be a WebSocket: after an opening handshake of your own, through a tunnel, in a simulation.</summary>
    /// <remarks>
    /// The pipe plays the part of TCP. Completing <see cref="IDuplexPipe.Output"/> ends our direction, as FIN does; completing it with a
    /// <see cref="System.Net.Sockets.SocketException"/> of <see cref="System.Net.Sockets.SocketError.ConnectionReset"/> cuts, as RST does; completing <see cref="IDuplexPipe.Input"/> lets
    /// go of the whole. The connection looks for the same from the other end, and takes a completed flush as the word that the peer can have the bytes.
    /// </remarks>
    /// <param name="pipe">The stream; the connection completes both its halves when it ends.</param>
    /// <param name="isServer">Whether this end is the server, which does not mask and ends the stream first. RFC 6455 5.1, 7.1.1.</param>
    /// <param name="options">Limits, times and the clock; null for the defaults.</param>
    /// <param name="scheduler">Where the connection reads, and what must not run in its caller's place; null: the thread pool.</param>
    /// <returns>The connection, open from the start; it begins to read on the scheduler.</returns>
    public static WebSocketConnection CreateFromPipe(IDuplexPipe pipe, bool isServer, WebSocketConnectionOptions? options = null, PipeScheduler? scheduler = null)
    {
        ArgumentNullException.ThrowIfNull(pipe);
        scheduler ??= PipeScheduler.ThreadPool;
        var transport = new PipeTransport(pipe.Input, new DuplexWire(pipe.Input, pipe.Output), scheduler);
        var connection = new WebSocketConnection(isServer ? Role.Server : Role.Client, options ?? new WebSocketConnectionOptions(), transport, OpeningInfo.InMemory);
        scheduler.Schedule(static connection => ((WebSocketConnection)connection!).Start(), connection);
        return connection;
    }
}
