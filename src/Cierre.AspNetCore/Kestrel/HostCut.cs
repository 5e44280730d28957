using System.Net.Sockets;
using Cierre.Transports;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace Cierre.AspNetCore.Kestrel;

/// <summary>Whether the connection under a stream was cut by this host.</summary>
/// <remarks>
/// Our own transport knows. Of another one it shows in the order of things: when it says that the connection is closed, the socket of one that this host cut is
/// closed already, and that of one that the peer ended is not, because Kestrel closes it in answer to the same news, and whoever asked to be told last is told
/// first.
/// </remarks>
internal sealed class HostCut
{
    private readonly SocketConnection? _own;
    private readonly Socket? _socket;
    private readonly CancellationTokenRegistration _registration;
    private volatile bool _told;
    private volatile bool _wasClosed;

    public HostCut(HttpContext context)
    {
        _own = context.Features.Get<SocketConnection>();
        if (_own is not null) return;
        _socket = context.Features.Get<IConnectionSocketFeature>()?.Socket;
        if (_socket is null || context.Features.Get<IConnectionLifetimeFeature>() is not { } lifetime) return;
        _registration = lifetime.ConnectionClosed.UnsafeRegister(static cut => ((HostCut)cut!).Told(), this);
    }

    public bool IsSo => _own is not null ? _own.IsCutHere : _told ? _wasClosed : IsClosed;

    private bool IsClosed => _socket is not null && Transport.IsDisposed(_socket);

    /// <summary>The connection may live longer than whoever asks.</summary>
    public void Forget() => _registration.Unregister();

    private void Told()
    {
        _wasClosed = IsClosed;
        _told = true;
    }
}
