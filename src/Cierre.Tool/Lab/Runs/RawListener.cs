using System.Net;
using System.Net.Sockets;
using Cierre.RawPeers;

namespace Cierre.Tool.Lab.Runs;

/// <summary>A free port of 127.0.0.1 behind which a raw peer plays the server.</summary>
internal sealed class RawListener : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    private RawListener(bool listen)
    {
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        if (listen) _socket.Listen();
    }

    public Uri Url => new($"ws://127.0.0.1:{((IPEndPoint)_socket.LocalEndPoint!).Port}/");

    public static RawListener Start() => new(listen: true);

    /// <summary>A port that nobody else can take meanwhile, and at which nobody listens.</summary>
    public static RawListener Closed() => new(listen: false);

    /// <summary>The next connection, before any handshake.</summary>
    public async Task<RawPeer> AcceptAsync() => RawPeer.Accepted(await _socket.AcceptAsync());

    /// <summary>Connects the client to a raw server.</summary>
    public async Task<(LabClient Client, RawPeer Server)> OpenAsync(SituationRun run, Action<WebSocketClientOptions>? configure = null)
    {
        Task<LabClient> connecting = run.ConnectAsync(Url, configure);
        RawPeer server = await AcceptAsync();
        await AnswerHandshakeAsync(server);
        return (await connecting, server);
    }

    /// <summary>Reads the client's opening request, and answers it as a server does.</summary>
    public static async Task AnswerHandshakeAsync(RawPeer server)
    {
        await server.ReadHeadAsync();
        await server.SwitchProtocolsAsync();
    }

    public void Dispose() => _socket.Dispose();
}
