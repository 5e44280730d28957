using Cierre.Closing;
using Cierre.Reconnecting;
using Cierre.Scheduling;

namespace Cierre;

/// <summary>A client that stays connected: what <see cref="WebSocketConnection.KeepConnected"/> runs. Await <see cref="Completion"/> for the record that says
/// why it ended; dispose it to leave.</summary>
public sealed class KeptConnection : IAsyncDisposable
{
    private readonly ConnectionSequence _sequence;
    private readonly Func<WebSocketConnection, CancellationToken, Task> _handler;
    private readonly CancellationTokenSource _leaving = new();
    private readonly CancellationToken _cancellation;
    private readonly TimeProvider _time;
    private volatile WebSocketConnection? _current;

    internal KeptConnection(ConnectionSequence sequence, TimeProvider time, Func<WebSocketConnection, CancellationToken, Task> handler,
        CancellationToken cancellationToken)
    {
        (_sequence, _time, _handler, _cancellation) = (sequence, time, handler, cancellationToken);
        Completion = RunAsync();
    }

    /// <summary>Completes when no further connection is to be opened, with the last end: of a connection, or of an attempt to open one again.</summary>
    /// <remarks>Fails with <see cref="WebSocketConnectException"/> where no connection was ever open, with what the handler, the policy or the renewal of
    /// credentials threw, and with <see cref="OperationCanceledException"/> where the token was cancelled; then, too, the connection has ended.</remarks>
    public Task<CloseRecord> Completion { get; }

    /// <summary>The connection that is open now; null between two. It may end at any time, and a send then throws
    /// <see cref="WebSocketClosedException"/>.</summary>
    public WebSocketConnection? Current => _current is { IsOpen: true } open ? open : null;

    /// <summary>Leaves: closes the connection with 1000 and opens no further one. Waits for the handler, and for the end, at most twice the close timeout; not
    /// to be awaited in the handler, which leaves by closing its connection.</summary>
    /// <returns>Completes when the connection has ended. It throws nothing: what went wrong is in <see cref="Completion"/>.</returns>
    public async ValueTask DisposeAsync()
    {
        ConfigureAwaitOptions quietly = ConfigureAwaitOptions.SuppressThrowing
            | (SimulationContext.IsCurrent ? ConfigureAwaitOptions.ContinueOnCapturedContext : ConfigureAwaitOptions.None);
        // The application may have registered with the token that an opening or a renewal of credentials got; what it throws there is no trouble of who leaves.
        await _leaving.CancelAsync().ConfigureAwait(quietly);
        await ((Task)Completion).ConfigureAwait(quietly);
    }

    private async Task<CloseRecord> RunAsync()
    {
        // The handler never runs inside of the call that begins all this: not on its thread, and not before its result is there.
        await OnPool.GoOn();
        long begun = _time.GetTimestamp();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_cancellation, _leaving.Token);
        try
        {
            await foreach (WebSocketConnection connection in _sequence.RunAsync(either.Token).ConfigureAwait(SimulationContext.IsCurrent))
            {
                _current = connection;
                await UseAsync(connection).ConfigureAwait(SimulationContext.IsCurrent);
            }
        }
        catch (OperationCanceledException) when (_leaving.IsCancellationRequested && !_cancellation.IsCancellationRequested)
        {
            // Left on purpose: the record of the last end says so.
        }
        catch (OperationCanceledException) when (_cancellation.IsCancellationRequested)
        {
            // With the caller's own token.
            _cancellation.ThrowIfCancellationRequested();
        }
        finally
        {
            _current = null;
        }

        return _sequence.Last ?? CloseRecord.NotOpened(new EndReason(CloseCause.Cancelled, new CloseDetail("Requested")), _time.GetElapsedTime(begun));
    }

    /// <summary>One call of the handler. The end of its connection ends it, however it hears of it; whatever else leaves it is a fault of its own.</summary>
    private async Task UseAsync(WebSocketConnection connection)
    {
        CancellationToken ending = connection.Closing;
        try
        {
            await _handler(connection, ending).ConfigureAwait(SimulationContext.IsCurrent);
        }
        catch (Exception e) when (IsTheEnd(e))
        {
            // The record says why, and what follows.
        }
        catch (Exception e)
        {
            var reason = EndReason.HandlerFailed(e);
            connection.Core.BeginClose(new CloseFrame(CloseCodes.InternalError, reason.Text), reason);
            throw;
        }

        bool IsTheEnd(Exception exception) => exception switch
        {
            WebSocketClosedException closed => closed.Record.ConnectionId == connection.Id,
            OperationCanceledException => ending.IsCancellationRequested || _leaving.IsCancellationRequested || _cancellation.IsCancellationRequested,
            AggregateException { InnerExceptions: { Count: > 0 } inner } => inner.All(IsTheEnd),
            _ => false,
        };
    }
}
