using Cierre.Tool.Hosting;
using Cierre.Tool.Output;

namespace Cierre.Tool.Connect;

/// <summary>A run of <c>cierre connect --reconnect</c>: one conversation after another, as long as the advice says to connect again and time is left.</summary>
internal sealed class KeptConversation(IConnectReport report, Script script, RunTime time, bool interactive)
{
    private volatile WebSocketConnection? _connection;
    private int _exitCode = ExitCodes.NotAsExpected;

    /// <returns>The exit code: that of the last attempt.</returns>
    public async Task<int> RunAsync(Uri url, WebSocketReconnectOptions options)
    {
        using var away = new CancellationTokenSource();
        options.OnEnded = plan => Ended(plan, options, away);
        using var interruption = new Interruption(() => HangUp(away, CloseCodes.GoingAway, "interrupted"));
        Interactive? keyboard = interactive ? new Interactive(report.NotSent, () => HangUp(away, CloseCodes.NormalClosure, "")) : null;
        try
        {
            await foreach (WebSocketConnection connection in WebSocketConnection.KeepConnectedAsync(url, options, away.Token))
            {
                _connection = connection;
                _exitCode = await new Conversation(report, script, time, keyboard).HoldAsync(connection);
            }
        }
        catch (OperationCanceledException) when (away.IsCancellationRequested)
        {
            // The last close was reported.
        }
        catch (WebSocketConnectException)
        {
            // So was the last opening that failed.
        }
        catch (ArgumentException e)
        {
            throw UsageException.Of(e);
        }

        return _exitCode;
    }

    private void Ended(ReconnectPlan plan, WebSocketReconnectOptions options, CancellationTokenSource away)
    {
        if (!plan.Last.WasOpen)
        {
            Conversation.Report(report, plan.Last);
            _exitCode = ExitCodes.NotAsExpected;
        }

        if (plan.Delay is not { } delay) return;
        if (delay < time.Left)
        {
            report.Reconnecting(plan.Attempt, delay);
            options.ConnectTimeout = time.Left - delay is { Ticks: > 0 } left ? left : TimeSpan.FromTicks(1);
        }
        else
        {
            // Nothing would come of it.
            away.Cancel();
        }
    }

    private void HangUp(CancellationTokenSource away, ushort code, string reason)
    {
        if (_connection is { Closed.IsCompleted: false } connection) _ = connection.CloseAsync(code, reason);
        else away.Cancel();
    }
}
