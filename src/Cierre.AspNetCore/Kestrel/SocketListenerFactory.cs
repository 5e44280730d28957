using System.Net;
using System.Net.Sockets;
using Cierre.AspNetCore.Logging;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Cierre.AspNetCore.Kestrel;

/// <summary>Stands in for Kestrel's own socket transport, by the same options, and for no other transport: makes connections whose socket can be
/// taken over.</summary>
internal sealed class SocketListenerFactory(
    IOptions<SocketTransportOptions> options, IOptions<WebSocketServerOptions> server, ILoggerFactory loggers, IServiceProvider services)
    : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    /// <summary>Where Kestrel's own would listen if this one were not registered. Kestrel asks the factory that was registered last first.</summary>
    public bool CanBind(EndPoint endpoint) => WithoutUs(endpoint) switch
    {
        SocketTransportFactory => !server.Value.UseKestrelTransport,
        // Kestrel registers its own only where there is none yet.
        null => endpoint is IPEndPoint or UnixDomainSocketEndPoint or FileHandleEndPoint,
        _ => false,
    };

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        if (server.Value.UseKestrelTransport) return new SocketTransportFactory(options, loggers).BindAsync(endpoint, cancellationToken);
        Socket socket;
        try
        {
            socket = options.Value.CreateBoundListenSocket(endpoint);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw new AddressInUseException(e.Message, e);
        }

        socket.Listen(options.Value.Backlog);
        SocketSettings[] settings = SocketSettings.For(
            options.Value,
            services.GetService<IMemoryPoolFactory<byte>>(),
            loggers.CreateLogger(SocketLog.Category),
            services.GetService<SocketLoops>());
        var trouble = new AcceptTrouble(CloseLog.Of(loggers), services.GetService<TimeProvider>() ?? TimeProvider.System, DescriptorLimit.Read());
        return ValueTask.FromResult<IConnectionListener>(new SocketListener(socket, options.Value, settings, trouble));
    }

    private IConnectionListenerFactory? WithoutUs(EndPoint endpoint) => services.GetServices<IConnectionListenerFactory>()
        .LastOrDefault(factory =>
            factory is not SocketListenerFactory && (factory is not IConnectionListenerFactorySelector selector || selector.CanBind(endpoint)));
}
