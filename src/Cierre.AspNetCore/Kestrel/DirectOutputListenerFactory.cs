using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Cierre.AspNetCore.Kestrel;

/// <summary>
/// Kestrel's own socket transport, but for the output: it writes to the socket itself instead of through a pipe and a second thread.
/// </summary>
/// <remarks>
/// Through Kestrel's pipe a completed flush says nothing about the kernel: of 300 close frames that were flushed and followed by a
/// shutdown of the socket, none arrived. So the bytes below HTTP and TLS have to take the direct way, and only the listener can give
/// every connection that way, whatever middleware is registered on it.
/// </remarks>
internal sealed class DirectOutputListenerFactory(IOptions<SocketTransportOptions> options, ILoggerFactory loggers)
    : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    private readonly SocketTransportFactory _sockets = new(options, loggers);

    public bool CanBind(EndPoint endpoint) => _sockets.CanBind(endpoint);

    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        new Listener(await _sockets.BindAsync(endpoint, cancellationToken));

    private sealed class Listener(IConnectionListener sockets) : IConnectionListener
    {
        public EndPoint EndPoint => sockets.EndPoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            ConnectionContext? connection = await sockets.AcceptAsync(cancellationToken);
            if (connection?.Features.Get<IConnectionSocketFeature>()?.Socket is not { } socket) return connection;
            PipeWriter output = PipeWriter.Create(new NetworkStream(socket, ownsSocket: false));
            connection.Transport = new DirectPipe(connection.Transport.Input, output);
            var end = new ConnectionEnd(connection.ConnectionClosed);
            connection.ConnectionClosed = end.Token;
            connection.Features.Set(new DirectOutputFeature(output, end));
            return connection;
        }

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => sockets.UnbindAsync(cancellationToken);

        public ValueTask DisposeAsync() => sockets.DisposeAsync();
    }

    private sealed record DirectPipe(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
