using System.IO.Pipelines;
using Cierre.Testing.Clock;
using Cierre.Testing.Network;

namespace Cierre.Testing;

/// <summary>One connection of a simulated network, as TCP has it: two ends, two directions, and what goes wrong in each.</summary>
/// <remarks>Put a connection at each end, or at one of them, and speak at the other byte by byte.</remarks>
public sealed class SimulatedLink
{
    private readonly SimulatedLoop _loop;

    internal SimulatedLink(SimulatedLoop loop, Random random, NetworkTrace trace, NetworkPath toServer, NetworkPath toClient)
    {
        _loop = loop;
        Up = new LinkDirection(loop, random, trace, toServer, "client", "server");
        Down = new LinkDirection(loop, random, trace, toClient, "server", "client");
        (Up.Back, Down.Back) = (Down, Up);
        ClientEnd = new LinkEnd(Down, Up);
        ServerEnd = new LinkEnd(Up, Down);
        if (!trace.IsOn) return;
        Up.OnWritten = new FrameScanner(frame => trace.Says($"client sends {frame}")).Add;
        Down.OnWritten = new FrameScanner(frame => trace.Says($"server sends {frame}")).Add;
    }

    /// <summary>The client's end of the stream: completing its output is FIN, completing it with an exception RST.</summary>
    public IDuplexPipe ClientEnd { get; }

    /// <summary>The server's end of the stream.</summary>
    public IDuplexPipe ServerEnd { get; }

    /// <summary>The way from the client to the server. It may be set in the middle of a conversation: a fault whose bytes have passed happens at
    /// once.</summary>
    /// <exception cref="ArgumentNullException">Null.</exception>
    public NetworkPath ToServer
    {
        get => Up.Path;
        set => Up.Path = value ?? throw new ArgumentNullException(nameof(value));
    }

    /// <summary>The way from the server to the client.</summary>
    /// <exception cref="ArgumentNullException">Null.</exception>
    public NetworkPath ToClient
    {
        get => Down.Path;
        set => Down.Path = value ?? throw new ArgumentNullException(nameof(value));
    }

    /// <summary>How many bytes the client has sent.</summary>
    public long BytesSentByClient => Up.Sent;

    /// <summary>How many bytes the server has sent.</summary>
    public long BytesSentByServer => Down.Sent;

    internal LinkDirection Up { get; }

    internal LinkDirection Down { get; }

    /// <summary>Puts a client connection at the client's end.</summary>
    /// <param name="options">Its options, of which it gets a copy with the network's clock; null for the defaults.</param>
    /// <param name="negotiated">What was agreed on, as in <see cref="WebSocketConnection.CreateFromPipe"/>; null: no subprotocol and no extension.</param>
    /// <returns>The connection, open from the start.</returns>
    /// <exception cref="ArgumentException">The extensions are not permessage-deflate, or not with parameters that this end can have agreed to. RFC 7692
    /// 7.1.</exception>
    public WebSocketConnection OpenClient(WebSocketConnectionOptions? options = null, WebSocketNegotiation? negotiated = null) =>
        Open(ClientEnd, WebSocketRole.Client, options, negotiated);

    /// <summary>Puts a server connection at the server's end.</summary>
    /// <param name="options">Its options, of which it gets a copy with the network's clock; null for the defaults.</param>
    /// <param name="negotiated">What was agreed on, as in <see cref="WebSocketConnection.CreateFromPipe"/>; null: no subprotocol and no extension.</param>
    /// <returns>The connection, open from the start.</returns>
    /// <exception cref="ArgumentException">The extensions are not permessage-deflate, or not with parameters that this end can have agreed to. RFC 7692
    /// 7.1.</exception>
    public WebSocketConnection OpenServer(WebSocketConnectionOptions? options = null, WebSocketNegotiation? negotiated = null) =>
        Open(ServerEnd, WebSocketRole.Server, options, negotiated);

    private WebSocketConnection Open(IDuplexPipe end, WebSocketRole role, WebSocketConnectionOptions? options, WebSocketNegotiation? negotiated)
    {
        var own = new WebSocketConnectionOptions(options ?? new WebSocketConnectionOptions()) { TimeProvider = _loop.Time };
        return WebSocketConnection.CreateFromPipe(end, role, own, negotiated, _loop.Scheduler);
    }
}
