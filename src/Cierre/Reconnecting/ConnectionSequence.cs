using System.Runtime.CompilerServices;

namespace Cierre.Reconnecting;

/// <summary>Opens a connection; the number is that of the early losses before it.</summary>
internal delegate Task<WebSocketConnection> Connect(Uri url, WebSocketClientOptions options, int earlyLossesBefore, CancellationToken cancellationToken);

/// <summary>One connection after another: opens, hands out, awaits the end and what the planner makes of it.</summary>
internal sealed class ConnectionSequence(Uri url, WebSocketReconnectOptions options, Connect connect)
{
    // As long as timers can wait in one go; Retry-After may ask for more.
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(24);

    private readonly TimeProvider _time = options.TimeProvider;
    private WebSocketClientOptions _options = options;

    public async IAsyncEnumerable<WebSocketConnection> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var planner = new ReconnectPlanner(url, options);
        while (true)
        {
            (WebSocketConnection? connection, CloseRecord? record) = await OpenAsync(planner, cancellationToken).ConfigureAwait(SimulationContext.IsCurrent);
            long begun = _time.GetTimestamp();
            if (connection is not null)
            {
                // Runs as well when the loop is left while it holds the connection.
                await using (connection)
                await using (cancellationToken.UnsafeRegister(static connection => _ = ((WebSocketConnection)connection!).DisposeAsync().AsTask(), connection))
                {
                    yield return connection;
                    record = await connection.Closed.ConfigureAwait(SimulationContext.IsCurrent);
                }

                cancellationToken.ThrowIfCancellationRequested();
            }

            ReconnectPlan plan = planner.Next(record!);
            options.Ended?.Invoke(plan);
            if (plan.Delay is not { } delay) yield break;
            // The body of the loop may have gone on after the end, from which the delay counts.
            TimeSpan sinceTheEnd = connection is null ? TimeSpan.Zero : _time.GetElapsedTime(begun) - record!.Elapsed;
            await WaitAsync(sinceTheEnd > TimeSpan.Zero ? delay - sinceTheEnd : delay, cancellationToken).ConfigureAwait(SimulationContext.IsCurrent);
            if (plan.RenewsCredentials && !await RenewAsync(plan, cancellationToken).ConfigureAwait(SimulationContext.IsCurrent)) yield break;
        }
    }

    private async Task<(WebSocketConnection? Connection, CloseRecord? Record)> OpenAsync(ReconnectPlanner planner, CancellationToken cancellationToken)
    {
        try
        {
            return (await connect(planner.Address, _options, planner.EarlyLosses, cancellationToken).ConfigureAwait(SimulationContext.IsCurrent), null);
        }
        catch (WebSocketConnectException e)
        {
            return (null, e.Record);
        }
    }

    private async Task WaitAsync(TimeSpan delay, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        for (long begun = _time.GetTimestamp(); delay - _time.GetElapsedTime(begun) is { Ticks: > 0 } left;)
        {
            await Task.Delay(left < LongestTimer ? left : LongestTimer, _time, cancellationToken).ConfigureAwait(SimulationContext.IsCurrent);
        }
    }

    /// <summary>False: there are none to be had, and nobody who could.</summary>
    private async ValueTask<bool> RenewAsync(ReconnectPlan plan, CancellationToken cancellationToken)
    {
        WebSocketClientOptions? renewed = options.RenewCredentials is { } renew ? await renew(plan.Last, cancellationToken).ConfigureAwait(SimulationContext.IsCurrent) : null;
        if (renewed is null)
        {
            options.Ended?.Invoke(plan with { Delay = null, RenewsCredentials = false });
            return false;
        }

        _options = renewed;
        return true;
    }
}
