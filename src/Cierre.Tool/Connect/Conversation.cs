using Cierre.Tool.Hosting;
using Cierre.Tool.Output;

namespace Cierre.Tool.Connect;

/// <summary>What is said on one connection, to the record of its end.</summary>
internal sealed class Conversation(IConnectReport report, Script script, RunTime time, Interactive? keyboard)
{
    private readonly Lock _gate = new();
    private long _came;
    private bool _allSent;

    /// <summary>One run of <c>cierre connect</c>: opens one connection and talks.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(IConnectReport report, Script script, RunTime time, bool interactive, Uri url, WebSocketClientOptions options)
    {
        WebSocketConnection connection;
        try
        {
            connection = await WebSocketConnection.ConnectAsync(url, options);
        }
        catch (WebSocketConnectException e)
        {
            Report(report, e.Record);
            return ExitCodes.NotAsExpected;
        }
        catch (ArgumentException e)
        {
            throw UsageException.Of(e);
        }

        // Before the line that says it is open: who reads it may send a signal at once.
        using var interruption = new Interruption(() => _ = connection.CloseAsync(CloseCodes.GoingAway, "interrupted"));
        // What is typed after the end is no news: the run is over.
        Interactive? keyboard = interactive ? new Interactive(_ => { }, () => _ = connection.CloseAsync()) : null;
        return await new Conversation(report, script, time, keyboard).HoldAsync(connection);
    }

    /// <summary>Talks on an open connection.</summary>
    /// <param name="told">What is to be reported before the close.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> HoldAsync(WebSocketConnection connection, Func<ValueTask>? told = null)
    {
        report.Opened(connection);
        CloseRecord record = await TalkAsync(connection);
        if (told is not null) await told();
        Report(report, record);
        // A last connection may end as it should, and its session be lost all the same.
        return record is { WasClean: true, Session: null or { Lost: null } } && _came >= script.Expected ? ExitCodes.Ok : ExitCodes.NotAsExpected;
    }

    public static void Report(IConnectReport report, CloseRecord record)
    {
        // RFC 6455 7.1.5 and the browsers: the end is an error exactly where no valid close frame was processed.
        if (record.Code is CloseCodes.AbnormalClosure or CloseCodes.TlsHandshake) report.Failed(record);
        report.Closed(record);
    }

    private async Task<CloseRecord> TalkAsync(WebSocketConnection connection)
    {
        // Reading goes on while we send: a peer that answers each message would otherwise block us both.
        Task reading = ReadAsync(connection);
        Task watching = WatchAsync(connection);
        Task sending = SendAsync(connection);
        keyboard?.TalkTo(connection);
        await Task.WhenAny(connection.Closed, time.WaitAsync());
        // Time is up, or the end is here already and this changes nothing.
        CloseRecord record = await connection.CloseAsync();
        await Task.WhenAll(reading, sending, watching);
        return record;
    }

    private async Task SendAsync(WebSocketConnection connection)
    {
        try
        {
            await script.SendAsync(connection, report);
        }
        catch (WebSocketClosedException)
        {
            // The record says what happened.
            return;
        }

        lock (_gate) _allSent = true;
        CloseIfDone(connection);
    }

    private async Task ReadAsync(WebSocketConnection connection)
    {
        await foreach (WebSocketMessage message in connection.ReadAllAsync())
        {
            report.Received(message);
            lock (_gate) _came++;
            if (CloseIfDone(connection)) return;
        }
    }

    private async Task WatchAsync(WebSocketConnection connection)
    {
        if (connection.Trace is not { } trace) return;
        await foreach (WebSocketTraceEvent seen in trace) report.Seen(seen);
    }

    private bool CloseIfDone(WebSocketConnection connection)
    {
        lock (_gate)
        {
            if (!script.ClosesByItself || !_allSent || _came < script.Expected) return false;
        }

        CloseArgument close = script.Close ?? CloseArgument.Normal;
        _ = connection.CloseAsync(close.Code, close.Reason);
        return true;
    }
}
