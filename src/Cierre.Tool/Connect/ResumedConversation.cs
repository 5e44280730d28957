using Cierre.Tool.Hosting;
using Cierre.Tool.Output;

namespace Cierre.Tool.Connect;

/// <summary>A run of <c>cierre connect --resume</c>: one conversation, over one connection after the other.</summary>
internal sealed class ResumedConversation(IConnectReport report, Script script, RunTime time, bool interactive)
{
    // An opening that takes too long ends by itself, with a record.
    private static readonly TimeSpan Behind = TimeSpan.FromSeconds(1);

    private volatile ResumableConnection? _resumable;

    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(Uri url, WebSocketReconnectOptions options)
    {
        options.OnEnded = Ended;
        ResumableConnection resumable;
        using (var late = new CancellationTokenSource(time.Left + Behind))
        {
            try
            {
                _resumable = resumable = await ResumableConnection.ConnectAsync(url, options, late.Token);
            }
            catch (WebSocketConnectException e)
            {
                Conversation.Report(report, e.Record);
                return ExitCodes.NotAsExpected;
            }
            catch (WebSocketClosedException e)
            {
                // A connection was open, and no session began.
                Conversation.Report(report, e.Record);
                return ExitCodes.NotAsExpected;
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException("the server has opened the connection and begun no session within the time of the run.");
            }
            catch (ArgumentException e)
            {
                throw UsageException.Of(e);
            }
        }

        resumable.Reconnecting += (_, plan) => report.Away(plan);
        resumable.Resumed += (_, before) => report.Resumed(before);
        resumable.Gap += (_, gap) => report.Missing(gap);
        // 1001 would have the server wait for us.
        using var interruption = new Interruption(() => _ = resumable.Connection.CloseAsync(CloseCodes.NormalClosure, "interrupted"));
        Interactive? keyboard = interactive ? new Interactive(_ => { }, () => _ = resumable.Connection.CloseAsync()) : null;
        return await new Conversation(report, script, time, keyboard).HoldAsync(resumable.Connection, resumable.DisposeAsync);
    }

    /// <summary>Does not wait for a connection of which nothing would come.</summary>
    private void Ended(ReconnectPlan plan)
    {
        if (plan.Delay >= time.Left) _ = _resumable?.Connection.CloseAsync();
    }
}
