using Cierre.Closing;
using Cierre.Connections;

namespace Cierre.AspNetCore.Admission;

/// <summary>What a connection is told while the server drains, and when whoever knocks meanwhile may come back.</summary>
internal sealed record DrainNotice(CloseFrame Frame, EndReason Why, TimeSpan RetryAfter)
{
    /// <summary>What the connection has sent is answered first.</summary>
    public void Drain(WebSocketConnection connection) => ConnectionControl.Of(connection).Drain(Frame, Why);

    public void Close(WebSocketConnection connection) => ConnectionControl.Of(connection).Close(Frame, Why);
}
