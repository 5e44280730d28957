namespace Cierre.Tool.Lab.Runs;

/// <summary>One situation while it runs: where its server is, and the ways to reach it.</summary>
internal sealed class SituationRun(Situation situation, LabHost host, LabPlayer player)
{
    public LabHost Host => host;

    /// <summary>The situation's endpoint.</summary>
    public Uri Url => host.UrlOf(situation);

    /// <summary>The server's end of the connection, once its handler runs.</summary>
    public Task<WebSocketConnection> ServerSide => host.ServerSide(situation);

    /// <summary>How the server's end of the connection ended: the first to end, where there are several.</summary>
    public Task<CloseRecord> ServerRecord => host.Record(situation);

    /// <summary>Completes when the server's program, on System.Net.WebSockets, is over; it throws what that threw.</summary>
    public Task ProgramOver => host.ProgramOver(situation);

    /// <summary>Connects the client to the situation's endpoint.</summary>
    public Task<LabClient> ConnectAsync(Action<WebSocketClientOptions>? configure = null) => ConnectAsync(Url, configure);

    public Task<LabClient> ConnectAsync(Uri url, Action<WebSocketClientOptions>? configure = null) => player.ConnectAsync(url, configure);

    /// <summary>The record of an opening that must fail; null from a browser, which has none.</summary>
    public async Task<CloseRecord?> FailToConnectAsync(Uri url, Action<WebSocketClientOptions>? configure = null)
    {
        try
        {
            await using LabClient client = await ConnectAsync(url, configure);
        }
        catch (WebSocketConnectException e)
        {
            return e.Record;
        }
        catch (PageOpeningException)
        {
            return null;
        }

        throw new InvalidOperationException("The connection opened, which it must not.");
    }
}
