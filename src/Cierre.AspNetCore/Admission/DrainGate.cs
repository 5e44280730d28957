using Cierre.Closing;
using Cierre.Connections;
using Microsoft.Extensions.Hosting;

namespace Cierre.AspNetCore.Admission;

/// <summary>Whether new connections are let in: not while the server drains, nor after it.</summary>
/// <param name="atStop">What the drain will tell that the stop of the host begins.</param>
internal sealed class DrainGate(IHostApplicationLifetime lifetime, Func<DrainNotice> atStop)
{
    /// <summary>Held while a connection enters the roster and while a drain begins, so that each connection is either among those that the drain knows or told
    /// by <see cref="Notice"/>, and none is both.</summary>
    public Lock Entering { get; } = new();

    private volatile DrainNotice? _notice;

    /// <summary>What the drain tells; null while the gate is open.</summary>
    public DrainNotice? Notice => _notice;

    /// <summary>What a connection is told that is left while the server drains, or the host stops and is about to drain; null: neither.</summary>
    /// <remarks>Whoever learns of the stop by the host's token, as SignalR does, is earlier than the drain.</remarks>
    public DrainNotice? Farewell => _notice ?? (lifetime.ApplicationStopping.IsCancellationRequested ? atStop() : null);

    public bool IsClosed => _notice is not null;

    public void Close(DrainNotice notice) => _notice = notice;

    public void Open() => _notice = null;
}

/// <summary>What a connection is told while the server drains, and when whoever knocks meanwhile may come back.</summary>
internal sealed record DrainNotice(CloseFrame Frame, EndReason Why, TimeSpan RetryAfter)
{
    /// <summary>What the connection has sent is answered first.</summary>
    public void Drain(WebSocketConnection connection) => ConnectionControl.Of(connection).Drain(Frame, Why);

    public void Close(WebSocketConnection connection) => ConnectionControl.Of(connection).Close(Frame, Why);
}
