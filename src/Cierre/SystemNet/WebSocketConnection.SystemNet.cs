using System.Net.WebSockets;
using Cierre.SystemNet;

namespace Cierre;

public sealed partial class WebSocketConnection
{
    private WebSocketAdapter? _adapter;

    /// <summary>Gives the connection the face of <see cref="WebSocket"/>, for code that is written for System.Net.WebSockets. docs/drop-in.md says what differs
    /// from the framework's own class, and why.</summary>
    /// <remarks>
    /// <para>From now on messages are handed out in pieces, to that object alone, and the peer's close frame is its caller's to answer, within
    /// <see cref="WebSocketConnectionOptions.CloseTimeout"/>. The rest of this connection is as before: its record, its traffic, its trace.</para>
    /// <para>What came by now can still be read, and a close that was begun by now runs its course. <see cref="CierreSockets"/> makes such an object before
    /// anything is read.</para>
    /// </remarks>
    /// <returns>Always the same object for this connection.</returns>
    /// <exception cref="InvalidOperationException">A receive is waiting, or what one handed out is still in use; or the connection is not open yet.</exception>
    public WebSocket AsWebSocket()
    {
        if (_adapter is { } before) return before;
        var adapter = new WebSocketAdapter(this);
        if (Interlocked.CompareExchange(ref _adapter, adapter, null) is { } other) return other;
        Driver.Sending.CancelledTooLate = adapter.Cut;
        return adapter;
    }
}
