using System.IO.Pipelines;
using Cierre.Connections;
using Cierre.Deflate;
using Cierre.Sending;
using Cierre.Transports;

namespace Cierre;

public sealed partial class WebSocketConnection
{
    /// <summary>Runs a connection over a byte stream of yours, which both sides have agreed to be a WebSocket: after an opening handshake of your own, through
    /// a tunnel, in a simulation.</summary>
    /// <remarks>
    /// The pipe plays the part of TCP. Completing <see cref="IDuplexPipe.Output"/> ends our direction, as FIN does; completing it with a
    /// <see cref="System.Net.Sockets.SocketException"/> of <see cref="System.Net.Sockets.SocketError.ConnectionReset"/> cuts, as RST does; completing
    /// <see cref="IDuplexPipe.Input"/> lets go of the whole. The connection looks for the same from the other end, and takes a completed flush as the word that
    /// the peer can have the bytes.
    /// </remarks>
    /// <param name="pipe">The stream; the connection completes both its halves when it ends.</param>
    /// <param name="role">Which end this is: the server does not mask, and ends the stream first. RFC 6455 5.1, 7.1.1.</param>
    /// <param name="options">Limits, times and the clock; null for the defaults.</param>
    /// <param name="negotiated">What was agreed on; null: no subprotocol and no extension, whatever the options offer. Each end keeps to the extensions with
    /// its own <see cref="WebSocketConnectionOptions.Compression"/>.</param>
    /// <param name="scheduler">Where the connection reads, and what must not run in its caller's place; null: the thread pool.</param>
    /// <returns>The connection, open from the start; it begins to read on the scheduler.</returns>
    /// <exception cref="ArgumentNullException">No pipe.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The role is none of the two.</exception>
    /// <exception cref="ArgumentException">The extensions are not permessage-deflate, or not with parameters that this end can have agreed to. RFC 7692
    /// 7.1.</exception>
    public static WebSocketConnection CreateFromPipe(
        IDuplexPipe pipe, WebSocketRole role, WebSocketConnectionOptions? options = null, WebSocketNegotiation? negotiated = null,
        PipeScheduler? scheduler = null)
    {
        ArgumentNullException.ThrowIfNull(pipe);
        OptionChecks.Defined(role, nameof(role));
        scheduler ??= PipeScheduler.ThreadPool;
        var transport = new PipeTransport(pipe.Input, new DuplexWire(pipe.Input, pipe.Output), scheduler);
        return Run(transport, role, options ?? new WebSocketConnectionOptions(), negotiated, scheduler);
    }

    internal static WebSocketConnection Run(
        Transport transport, WebSocketRole role, WebSocketConnectionOptions options, WebSocketNegotiation? negotiated, PipeScheduler scheduler)
    {
        negotiated = WithTerms(negotiated ?? new WebSocketNegotiation(), role == WebSocketRole.Server, options.Compression ?? new DeflateOptions());
        var connection = new WebSocketConnection(role, options, transport, negotiated);
        scheduler.Schedule(static connection => ((WebSocketConnection)connection!).Start(), connection);
        return connection;
    }

    /// <summary>The same, with what its extensions mean to this end.</summary>
    private static WebSocketNegotiation WithTerms(WebSocketNegotiation negotiated, bool isServer, DeflateOptions own)
    {
        string extensions = negotiated.Extensions;
        if (extensions.Length == 0) return negotiated.With(terms: null);
        // A server has said it itself; a client holds it against what it asked for.
        DeflateOptions asked = isServer ? new DeflateOptions { ClientContextTakeover = true } : own;
        return ExtensionList.Parse([extensions], out IReadOnlyList<ExtensionOffer> answer) is null && answer is [{ Name: DeflateNegotiation.Name } deflate]
            && DeflateNegotiation.Check(deflate, asked, out _) is { } agreed
            ? negotiated.With(agreed.For(isServer, own))
            : throw new ArgumentException(
                $"'{extensions}' is not permessage-deflate alone with parameters that these options can have agreed to (RFC 7692 7.1).", nameof(negotiated));
    }
}
