using System.Net;
using System.Net.Sockets;

namespace Cierre.SystemNet.Tests.Subjects;

/// <summary><see cref="WebSocket.CreateFromStream(Stream, WebSocketCreationOptions)"/> over a link in memory, or over TCP.</summary>
internal sealed class StreamSubject(bool isServer, bool overTcp) : Subject($"{(overTcp ? "TCP" : "memory")} {(isServer ? "server" : "client")}", isServer)
{
    public override async Task<OpenSubject> OpenAsync(Setup setup)
    {
        (Stream near, RawPeer peer) = overTcp ? await TcpAsync(peerIsClient: IsServer) : Memory(peerIsClient: IsServer);
        return new OpenSubject(WebSocket.CreateFromStream(near, new WebSocketCreationOptions
        {
            IsServer = IsServer,
            SubProtocol = setup.SubProtocol,
            KeepAliveInterval = setup.KeepAliveInterval,
            KeepAliveTimeout = setup.KeepAliveTimeout == default ? Timeout.InfiniteTimeSpan : setup.KeepAliveTimeout,
            DangerousDeflateOptions = setup.Deflate,
        }), peer);
    }

    internal static (MemoryLinkStream Near, RawPeer Peer) Memory(bool peerIsClient)
    {
        (MemoryLinkStream near, MemoryLinkStream far) = MemoryLinkStream.Link();
        return (near, RawPeer.Over(far, peerIsClient));
    }

    internal static async Task<(Stream Near, RawPeer Peer)> TcpAsync(bool peerIsClient)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var near = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await near.ConnectAsync(listener.LocalEndPoint!);
        Socket far = await listener.AcceptAsync();
        far.NoDelay = true;
        return (new NetworkStream(near, ownsSocket: true), RawPeer.Over(far, new NetworkStream(far, ownsSocket: true), peerIsClient));
    }
}
