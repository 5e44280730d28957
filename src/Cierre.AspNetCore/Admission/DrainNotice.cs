using Cierre.Closing;
using Cierre.Opening;

namespace Cierre.AspNetCore.Admission;

/// <summary>What a connection is told while the server drains, and when whoever knocks meanwhile may come back.</summary>
internal sealed record DrainNotice(CloseFrame Frame, CloseWhy Why, TimeSpan RetryAfter)
{
    /// <summary>What the connection has sent is answered first.</summary>
    public void Drain(WebSocketConnection connection) => connection.Driver.Receiving.BeginDrain(Frame, Why);

    public void Close(WebSocketConnection connection) => connection.Driver.BeginClose(Frame, Why);
}
