using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Cierre.AspNetCore.Kestrel;

/// <summary>Accepts connections, and gives each to the next of the transport's queues.</summary>
internal sealed class SocketListener(Socket socket, SocketTransportOptions options, SocketSettings[] settings, AcceptTrouble trouble) : IConnectionListener
{
    private readonly CancellationTokenSource _unbound = new();
    private Task _pause = Task.CompletedTask;
    private uint _next;

    public EndPoint EndPoint { get; } = socket.LocalEndPoint!;

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            try
            {
                await _pause.ConfigureAwait(false);
                ValueTask<Socket> accepting = socket.AcceptAsync(cancellationToken);
                // Where nobody waits in the queue, the queue is not full.
                if (accepting.IsCompletedSuccessfully) trouble.LookAtQueue(socket);
                Socket accepted = await accepting.ConfigureAwait(false);
                if (accepted.LocalEndPoint is IPEndPoint) accepted.NoDelay = options.NoDelay;
                SocketConnection connection = SocketConnection.Start(accepted, settings[Interlocked.Increment(ref _next) % settings.Length]);
                _pause = trouble.AcceptedAsync(EndPoint, accepted, _unbound.Token).AsTask();
                return connection;
            }
            catch (Exception e) when (e is ObjectDisposedException or SocketException { SocketErrorCode: SocketError.OperationAborted })
            {
                return null;
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable)
            {
                // Whoever asked again at once would be told the same, and keep a processor busy with it.
                await trouble.PauseAsync(EndPoint, e.SocketErrorCode, _unbound.Token).ConfigureAwait(false);
            }
            catch (SocketException)
            {
                // The peer was gone before it was accepted.
                SocketLog.Reset(settings[0].Logger, "(null)");
            }
        }
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        socket.Dispose();
        _unbound.Cancel();
        return default;
    }

    public ValueTask DisposeAsync()
    {
        socket.Dispose();
        _unbound.Cancel();
        _unbound.Dispose();
        foreach (SocketSettings each in settings) each.Dispose();
        return default;
    }
}
