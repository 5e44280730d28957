using Cierre.Closing;
using Cierre.Connections;

namespace Cierre.AspNetCore.Admission;

/// <summary>Whether new connections are let in: not while the server drains, nor after it.</summary>
internal sealed class DrainGate
{
    private volatile DrainNotice? _notice;

    /// <summary>What the drain tells; null while the gate is open.</summary>
    public DrainNotice? Notice => _notice;

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
