using System.Net;
using System.Net.Sockets;
using System.Runtime.ExceptionServices;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Cierre.RawPeers;

/// <summary>
/// Listens on a free port of 127.0.0.1 and runs a script for each connection, once the request's head was read.
/// A script that fails fails the test: <see cref="DisposeAsync"/> throws what it threw.
/// </summary>
public sealed class RawServer : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Func<RawPeer, Task> _script;
    private readonly bool _switch;
    private readonly X509Certificate2? _certificate;
    private readonly TimeSpan _bound;
    private readonly List<Socket> _sockets = [];
    private readonly List<Task> _running = [];
    private readonly Lock _lock = new();
    private readonly Task _accepting;
    private bool _stopping;

    private RawServer(Func<RawPeer, Task> script, bool switchProtocols, X509Certificate2? certificate, TimeSpan bound)
    {
        (_script, _switch, _certificate, _bound) = (script, switchProtocols, certificate, bound);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        _accepting = AcceptAsync();
    }

    /// <summary>The port it listens on.</summary>
    public int Port { get; }

    /// <summary>Where a client connects to: ws or wss, by name, so that certificates can be judged.</summary>
    public Uri Url => new($"{(_certificate is null ? "ws" : "wss")}://localhost:{Port}/");

    /// <summary>
    /// Starts a server. It answers every request with 101 before the script runs, unless <paramref name="switchProtocols"/> is false:
    /// then the script answers. When the script returns, the socket is closed.
    /// </summary>
    public static RawServer Start(Func<RawPeer, Task> script, bool switchProtocols = true, X509Certificate2? certificate = null, TimeSpan? bound = null) =>
        new(script, switchProtocols, certificate, bound ?? RawPeer.DefaultBound);

    /// <summary>What each answer waits for; until it is set: nothing.</summary>
    public Task Held { get; set; } = Task.CompletedTask;

    /// <summary>Waits until every script so far has ended; throws what one of them threw.</summary>
    public async Task ScriptsAsync()
    {
        Task[] running;
        lock (_lock)
            running = [.. _running];
        await Task.WhenAll(running).WaitAsync(_bound);
    }

    /// <summary>Stops listening and closes what is open; throws what a script threw, except what the closing itself made it throw.</summary>
    public async ValueTask DisposeAsync()
    {
        Task[] running;
        Exception? failure;
        lock (_lock)
        {
            if (_stopping)
                return;
            _stopping = true;
            running = [.. _running];
            failure = FirstFailure(running, _ => true);
            _listener.Dispose();
            foreach (var socket in _sockets)
                socket.Dispose();
        }

        await Task.WhenAll([_accepting, .. running]).WaitAsync(_bound).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        failure ??= FirstFailure(running, e => e is not (IOException or SocketException or ObjectDisposedException or OperationCanceledException));
        if (failure is not null)
            ExceptionDispatchInfo.Throw(failure);
    }

    private static Exception? FirstFailure(Task[] scripts, Func<Exception, bool> counts) =>
        scripts.Where(script => script.IsFaulted).Select(script => script.Exception!.InnerException!).FirstOrDefault(counts);

    private async Task AcceptAsync()
    {
        while (true)
        {
            Socket socket;
            try
            {
                socket = await _listener.AcceptAsync();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }

            lock (_lock)
            {
                if (_stopping)
                {
                    socket.Dispose();
                    return;
                }

                _sockets.Add(socket);
                _running.Add(Task.Run(() => RunAsync(socket)));
            }
        }
    }

    private async Task RunAsync(Socket socket)
    {
        using (socket)
        {
            RawPeer peer;
            try
            {
                peer = await RawPeer.AcceptAsync(socket, _certificate, _bound);
            }
            catch (Exception e) when (e is IOException or AuthenticationException or TimeoutException)
            {
                // A client that refuses the certificate or goes away before asking is no failure of the script.
                return;
            }

            await using (peer)
            {
                await Held;
                if (_switch)
                    await peer.SwitchProtocolsAsync();
                await _script(peer);
            }
        }
    }
}
