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

    /// <summary>The last end, of a connection or of an opening that failed; null before the first.</summary>
    public CloseRecord? Last { get; private set; }

    /// <exception cref="WebSocketConnectException">No connection was ever open, and there is to be none.</exception>
    public async IAsyncEnumerable<WebSocketConnection> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var planner = new ReconnectPlanner(url, options);
        bool wasOpen = false;
        while (true)
        {
            (WebSocketConnection? connection, Last) = await OpenAsync(planner, cancellationToken).ConfigureAwait(SimulationContext.IsCurrent);
            long begun = _time.GetTimestamp();
            if (connection is not null)
            {
                wasOpen = true;
                try
                {
                    await using (cancellationToken.UnsafeRegister(static connection => CloseAsync((WebSocketConnection)connection!), connection)
                        .ConfigureAwait(SimulationContext.IsCurrent))
                    {
                        yield return connection;
                        await EndAsync(connection).ConfigureAwait(SimulationContext.IsCurrent);
                    }
                }
                finally
                {
                    // Runs as well when the loop is left while it holds the connection.
                    Last = await CloseAsync(connection).ConfigureAwait(SimulationContext.IsCurrent);
                }

                cancellationToken.ThrowIfCancellationRequested();
            }

            ReconnectPlan plan = planner.Next(Last!);
            options.OnEnded?.Invoke(plan);
            if (plan.Delay is { } delay)
            {
                // The body of the loop may have gone on after the end, from which the delay counts.
                TimeSpan sinceTheEnd = connection is null ? TimeSpan.Zero : _time.GetElapsedTime(begun) - Last!.Elapsed;
                await WaitAsync(sinceTheEnd > TimeSpan.Zero ? delay - sinceTheEnd : delay, cancellationToken).ConfigureAwait(SimulationContext.IsCurrent);
                if (!plan.RenewsCredentials || await RenewAsync(plan, cancellationToken).ConfigureAwait(SimulationContext.IsCurrent)) continue;
            }

            if (!wasOpen) throw new WebSocketConnectException(Last!);
            yield break;
        }
    }

    /// <summary>Whoever had the connection is done with it, so what still comes is dropped: behind 64 KiB of it the peer's close would never be seen.</summary>
    private static async Task EndAsync(WebSocketConnection connection)
    {
        try
        {
            await connection.DiscardAllAsync(CancellationToken.None).ConfigureAwait(SimulationContext.IsCurrent);
        }
        catch (InvalidOperationException)
        {
            // Somebody else receives, and sees the end that way.
            await connection.Closed.ConfigureAwait(SimulationContext.IsCurrent);
        }
    }

    /// <summary>Who leaves has what was wanted of the connection: 1000, unless it closes already. Awaited at most twice the close timeout.</summary>
    private static Task<CloseRecord> CloseAsync(WebSocketConnection connection) => connection.CloseAsync();

    private async Task<(WebSocketConnection? Connection, CloseRecord? Record)> OpenAsync(ReconnectPlanner planner, CancellationToken cancellationToken)
    {
        try
        {
            return (await connect(planner.Url, _options, planner.EarlyLosses, cancellationToken).ConfigureAwait(SimulationContext.IsCurrent), null);
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
        WebSocketClientOptions? renewed = options.CredentialsRenewal is { } renew
            ? await renew(plan.Last, cancellationToken).ConfigureAwait(SimulationContext.IsCurrent)
            : null;
        if (renewed is null)
        {
            options.OnEnded?.Invoke(plan.Ended());
            return false;
        }

        _options = renewed;
        return true;
    }
}
