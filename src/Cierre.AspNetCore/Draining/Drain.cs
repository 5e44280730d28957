using Cierre.AspNetCore.Admission;
using Cierre.AspNetCore.Logging;
using Cierre.AspNetCore.Resuming;
using Cierre.AspNetCore.Roster;
using Cierre.Closing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Cierre.AspNetCore.Draining;

/// <summary>Closes every connection, at once or one after the other: what it has sent is answered first; new handshakes are refused meanwhile, and
/// afterwards.</summary>
/// <remarks>Two drains may run at a time, as when the host stops during one that was asked for: a connection takes the first close that reaches it, and each
/// has its own bound.</remarks>
internal sealed class Drain(WebSocketRoster connections, RelayedConnections relayed, SessionHost sessions, DrainGate gate,
    IOptions<WebSocketDrainOptions> configured, IOptions<HostOptions> host, IServiceProvider services) : IDisposable
{
    // Beyond the close timeout of each connection: a handler that does not come back for what was received. Its peer has to have its
    // close frame, and time to answer it, before the patience of the whole ends.
    private static readonly TimeSpan MostPatience = TimeSpan.FromSeconds(10);

    private readonly TimeProvider _time = services.GetService<TimeProvider>() ?? TimeProvider.System;
    private readonly ILogger _logger = CloseLog.Of(services.GetRequiredService<ILoggerFactory>());

    /// <summary>The host stops: what is open when its time is over is cut.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        try
        {
            await RunAsync(configured.Value, EndReason.HostStopping, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            Cut();
        }
    }

    /// <summary>The application asked for it; the host goes on. A cancelled wait leaves open what was not reached.</summary>
    public Task RunAsync(WebSocketDrainOptions? options, CancellationToken cancellationToken)
    {
        options ??= configured.Value;
        if (options.Fault(host.Value.ShutdownTimeout) is { } fault) throw new ArgumentException(fault, nameof(options));
        return RunAsync(options, EndReason.Draining, cancellationToken);
    }

    /// <summary>The host goes away, perhaps without a stop. The requests that are open the server cuts itself; of those that have ended their connections would
    /// stay.</summary>
    public void Dispose()
    {
        sessions.EndWithConnections();
        Abort(connections.Snapshot(), [.. relayed]);
    }

    private async Task RunAsync(WebSocketDrainOptions options, EndReason why, CancellationToken cancellationToken)
    {
        DrainNotice notice = options.Notice(why);
        long begun = _time.GetTimestamp();
        TimeSpan timeout = options.Limit(host.Value.ShutdownTimeout);
        Action[] open;
        lock (gate.Entering)
        {
            gate.Close(notice);
            open =
            [
                .. connections.Snapshot().Select(connection => (Action)(() => notice.Drain(connection))),
                .. relayed.Select(connection => (Action)(() => connection.Drain(notice.Frame, notice.Why))),
            ];
        }

        // Nobody can come back to them any more.
        sessions.EndWithConnections();
        int count = open.Length;
        // A server of ordinary requests stops as it would without us, its log included.
        if (count != 0) CloseLog.DrainBegan(_logger, count, options.Code);
        foreach ((Action drain, TimeSpan at) in Spread.Over(open, options.Spread, Random.Shared))
        {
            if (await EmptiesBeforeAsync(at).ConfigureAwait(false)) break;
            drain();
        }

        TimeSpan half = (timeout - options.Spread) / 2;
        if (!await EmptiesBeforeAsync(options.Spread + (half < MostPatience ? half : MostPatience)).ConfigureAwait(false))
        {
            foreach (WebSocketConnection connection in connections.Snapshot()) notice.Close(connection);
            if (!await EmptiesBeforeAsync(timeout).ConfigureAwait(false)) Cut();
        }

        if (count == 0) return;
        double seconds = _time.GetElapsedTime(begun).TotalSeconds;
        CloseLog.DrainEnded(_logger, seconds);

        Task<bool> EmptiesBeforeAsync(TimeSpan at) => EmptiesWithinAsync(at - _time.GetElapsedTime(begun), cancellationToken);
    }

    private async Task<bool> EmptiesWithinAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Task empty = Task.WhenAll(connections.WhenEmpty(), relayed.WhenEmpty(), sessions.WhenEmpty());
        if (time <= TimeSpan.Zero) return empty.IsCompleted;
        // A wait counts whole milliseconds and forgets the rest: nobody's turn comes before its time.
        time = time < TimeSpan.FromDays(24) ? TimeSpan.FromMilliseconds(Math.Ceiling(time.TotalMilliseconds)) : Timeout.InfiniteTimeSpan;
        try
        {
            await empty.WaitAsync(time, _time, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private void Cut()
    {
        IReadOnlyCollection<WebSocketConnection> left = connections.Snapshot();
        RelayedConnection[] passing = [.. relayed];
        int count = left.Count + passing.Length;
        if (count == 0) return;
        CloseLog.DrainCut(_logger, count);
        Abort(left, passing);
    }

    private static void Abort(IEnumerable<WebSocketConnection> open, IEnumerable<RelayedConnection> passing)
    {
        foreach (WebSocketConnection connection in open) connection.Abort();
        foreach (RelayedConnection connection in passing) connection.Abort();
    }
}
