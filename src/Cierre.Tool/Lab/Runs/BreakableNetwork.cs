using System.Net;
using System.Net.Sockets;

namespace Cierre.Tool.Lab.Runs;

/// <summary>The network between a client and a server: it can hold what is under way, and it can break.</summary>
internal sealed class BreakableNetwork : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Uri _server;
    private readonly Socket _toServer = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly TaskCompletionSource _clientSent = New();
    private readonly TaskCompletionSource _serverSent = New();
    private TaskCompletionSource? _held;
    private Socket? _toClient;

    private BreakableNetwork(Uri server)
    {
        _server = server;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
    }

    /// <summary>Where the client connects to in place of the server.</summary>
    public Uri Url => new UriBuilder(_server) { Port = ((IPEndPoint)_listener.LocalEndPoint!).Port }.Uri;

    public static BreakableNetwork To(Uri server)
    {
        var network = new BreakableNetwork(server);
        _ = network.RunAsync();
        return network;
    }

    /// <summary>From now on nothing arrives.</summary>
    public void Hold() => Volatile.Write(ref _held, New());

    /// <summary>Completes when, since <see cref="Hold"/>, both sides have sent something that has not arrived.</summary>
    public Task BothSentAsync() => Task.WhenAll(_clientSent.Task, _serverSent.Task);

    /// <summary>What was held arrives.</summary>
    public void Release() => Volatile.Read(ref _held)?.TrySetResult();

    /// <summary>Breaks: both sides get RST.</summary>
    public void Break()
    {
        foreach (Socket? socket in (Socket?[])[_toClient, _toServer])
        {
            if (socket is null) continue;
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
            socket.Close();
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        _toServer.Dispose();
        _toClient?.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            _toClient = await _listener.AcceptAsync();
            _toClient.NoDelay = true;
            await _toServer.ConnectAsync(_server.Host, _server.Port);
            await Task.WhenAll(CarryAsync(_toClient, _toServer, _clientSent), CarryAsync(_toServer, _toClient, _serverSent));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Broken, or over: both ends see that for themselves.
        }
    }

    private async Task CarryAsync(Socket from, Socket to, TaskCompletionSource sent)
    {
        byte[] buffer = new byte[4096];
        int count;
        while ((count = await from.ReceiveAsync(buffer)) > 0)
        {
            if (Volatile.Read(ref _held) is { } held)
            {
                sent.TrySetResult();
                await held.Task;
            }

            for (int done = 0; done < count;) done += await to.SendAsync(buffer.AsMemory(done, count - done));
        }

        to.Shutdown(SocketShutdown.Send);
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
