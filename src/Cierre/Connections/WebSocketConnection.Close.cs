using Cierre.Closing;
using Cierre.Protocol;

namespace Cierre;

public sealed partial class WebSocketConnection
{
    /// <summary>Closes: what was sent before goes out first, then the close frame; then the peer's answer is awaited, at most the close timeout. RFC 6455 7.1.2.</summary>
    /// <remarks>A call after a close was begun by either side changes nothing and waits for the same record.</remarks>
    /// <param name="code">1000-1003, 1007-1014 (1010: a client only) or 3000-4999.</param>
    /// <param name="reason">At most 123 bytes of UTF-8 go on the wire; a longer one is cut at the border of a code point and kept whole in the record.</param>
    /// <param name="cancellationToken">Ends the wait, not the close.</param>
    /// <returns>How the connection ended.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The code must not be sent; nothing was written.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Task<CloseRecord> CloseAsync(ushort code = CloseCode.NormalClosure, string reason = "", CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(reason);
        CloseCodes.CheckSendable(code, _driver.Role == Role.Client, nameof(code));
        _driver.BeginClose(new CloseFrame(code, reason), CloseWhy.Requested);
        return Closed.WaitAsync(cancellationToken);
    }

    /// <summary>Ends at once: nothing is sent, and the peer sees 1006.</summary>
    public void Abort() => _driver.Abort(CloseWhy.Aborted);

    /// <summary>Closes with 1001 if no close was begun, and waits for the end, at most twice the close timeout.</summary>
    /// <returns>Completes when the transport is closed.</returns>
    public async ValueTask DisposeAsync()
    {
        _driver.BeginClose(new CloseFrame(CloseCode.GoingAway, CloseWhy.Disposed.Detail.English), CloseWhy.Disposed);
        await Closed;
    }
}
