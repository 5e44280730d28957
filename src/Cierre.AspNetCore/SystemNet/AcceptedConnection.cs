using System.Diagnostics.CodeAnalysis;
using Cierre.AspNetCore.Admission;
using Cierre.AspNetCore.Roster;
using Cierre.Closing;
using Cierre.Connections;
using Microsoft.AspNetCore.Http;
using SystemWebSocket = System.Net.WebSockets.WebSocket;

namespace Cierre.AspNetCore.SystemNet;

/// <summary>A connection that was accepted in the course of a request, which stays as long as the connection does.</summary>
[SuppressMessage("Reliability", "CA1001", Justification = "A source without timer or wait handle holds nothing that needs disposal.")]
internal sealed class AcceptedConnection
{
    private readonly OpenConnection _entry;
    private readonly LateHandlers _late;
    private readonly Task _left;
    private readonly CancellationTokenSource _lost = new();
    private readonly Lock _gate = new();
    private bool _hasReturned;

    /// <param name="left">Completes when the connection has left the roster.</param>
    /// <param name="gate">Knows what a connection is told that is left because the host stops.</param>
    public AcceptedConnection(HttpContext context, OpenConnection entry, Task left, LateHandlers late, DrainGate gate)
    {
        (_entry, _left, _late) = (entry, left, late);
        Socket = entry.Connection.AsWebSocket();
        ConnectionControl.Of(entry.Connection).SetFarewell(() => gate.Farewell is { } notice ? (notice.Frame, notice.Why) : null);
        context.Features.Set(entry.Connection);
        // What the request's own token means to programs of System.Net.WebSockets: the connection is lost, not that it closes.
        context.RequestAborted = _lost.Token;
        _ = WatchAsync();
    }

    public SystemWebSocket Socket { get; }

    /// <summary>The program has returned. What it left open is closed, and the request ends with the connection.</summary>
    /// <param name="thrown">What it threw; null: nothing.</param>
    public async Task EndAsync(Exception? thrown)
    {
        lock (_gate) _hasReturned = true;
        if (thrown is not null)
        {
            var why = EndReason.HandlerFailed(thrown);
            ConnectionControl.Of(_entry.Connection).Close(new CloseFrame(CloseCodes.InternalError, why.Text), why);
        }

        Socket.Dispose();
        await _left.ConfigureAwait(false);
        _late.Remove(_entry);
    }

    private async Task WatchAsync()
    {
        CloseRecord record = await _entry.Connection.Closed.ConfigureAwait(false);
        if (!record.WasClean) await _lost.CancelAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _left.ConfigureAwait(false);
        lock (_gate)
        {
            // The program goes on though its connection has ended: a host that stops waits for it, and says so.
            if (!_hasReturned) _late.Add(_entry);
        }
    }
}
