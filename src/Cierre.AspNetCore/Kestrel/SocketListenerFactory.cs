using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Cierre.AspNetCore.Kestrel;

/// <summary>Listens as Kestrel's own socket transport does, by its options, and makes connections whose socket can be taken over.</summary>
internal sealed class SocketListenerFactory(IOptions<SocketTransportOptions> options, IServiceProvider services)
    : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    public bool CanBind(EndPoint endpoint) => endpoint is IPEndPoint or UnixDomainSocketEndPoint or FileHandleEndPoint;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
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
        return ValueTask.FromResult<IConnectionListener>(new SocketListener(socket, options.Value, services.GetService<IMemoryPoolFactory<byte>>()));
    }
}
