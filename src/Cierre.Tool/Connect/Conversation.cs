using Cierre.Tool.Output;

namespace Cierre.Tool.Connect;

/// <summary>One run of <c>cierre connect</c>, from opening to the record of the end.</summary>
internal sealed class Conversation(IConnectReport report, Script script, RunTime time, bool interactive)
{
    private readonly Lock _gate = new();
    private long _came;
    private bool _allSent;

    public async Task<int> RunAsync(Uri url, WebSocketClientOptions options)
    {
        WebSocketConnection connection;
        try
        {
            connection = await WebSocketConnection.ConnectAsync(url, options);
        }
        catch (WebSocketConnectException e)
        {
            Report(e.Record);
            return ExitCodes.NotAsExpected;
        }
        catch (ArgumentException e)
        {
            // What only the library can judge: a header that belongs to the handshake, a subprotocol that is no token.
            throw new UsageException(e.Message.Split(" (Parameter", 2)[0]);
        }

        // Before the line that says it is open: who reads it may send a signal at once.
        using var interruption = new Interruption(connection);
        report.Opened(connection);
        CloseRecord record = await TalkAsync(connection);
        Report(record);
        return record.WasClean && _came >= script.Expected ? ExitCodes.Ok : ExitCodes.NotAsExpected;
    }

    private async Task<CloseRecord> TalkAsync(WebSocketConnection connection)
    {
        // Reading goes on while we send: a peer that answers each message would otherwise block us both.
        Task reading = ReadAsync(connection);
        Task sending = SendAsync(connection);
        if (interactive) Interactive.Start(connection);
        await Task.WhenAny(connection.Closed, time.WaitAsync());
        // Time is up, or the end is here already and this changes nothing.
        CloseRecord record = await connection.CloseAsync();
        await Task.WhenAll(reading, sending);
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

    private void Report(CloseRecord record)
    {
        // RFC 6455 7.1.5 and the browsers: the end is an error exactly where no valid close frame was processed.
        if (record.Code is CloseCode.AbnormalClosure or CloseCode.TlsHandshake) report.Failed(record);
        report.Closed(record);
    }
}
