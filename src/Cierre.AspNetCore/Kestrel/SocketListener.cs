using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Cierre.AspNetCore.Kestrel;

/// <summary>Accepts connections, and gives each to the next of the transport's queues.</summary>
internal sealed class SocketListener(Socket socket, SocketTransportOptions options, SocketSettings[] settings) : IConnectionListener
{
    private uint _next;

    public EndPoint EndPoint { get; } = socket.LocalEndPoint!;

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            try
            {
                Socket accepted = await socket.AcceptAsync(cancellationToken).ConfigureAwait(false);
                if (accepted.LocalEndPoint is IPEndPoint) accepted.NoDelay = options.NoDelay;
                return SocketConnection.Start(accepted, settings[Interlocked.Increment(ref _next) % settings.Length]);
            }
            catch (Exception e) when (e is ObjectDisposedException or SocketException { SocketErrorCode: SocketError.OperationAborted })
            {
                return null;
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
        return default;
    }

    public ValueTask DisposeAsync()
    {
        socket.Dispose();
        foreach (SocketSettings each in settings) each.Dispose();
        return default;
    }
}
