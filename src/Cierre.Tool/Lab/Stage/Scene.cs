namespace Cierre.Tool.Lab.Stage;

/// <summary>One situation while it is played: where its server is, and the ways to reach it.</summary>
internal sealed class Scene(Situation situation, LabHost host)
{
    public LabHost Host => host;

    /// <summary>The situation's endpoint.</summary>
    public Uri Url => host.UrlOf(situation);

    /// <summary>The server's end of the connection, once its handler runs.</summary>
    public Task<WebSocketConnection> ServerSide => host.ServerSide(situation);

    /// <summary>Connects Cierre's client to the situation's endpoint.</summary>
    public Task<WebSocketConnection> ConnectAsync(Action<WebSocketClientOptions>? configure = null) => ConnectAsync(Url, configure);

    public static Task<WebSocketConnection> ConnectAsync(Uri url, Action<WebSocketClientOptions>? configure = null)
    {
        var options = new WebSocketClientOptions();
        // The situations stay on this machine, whatever proxy the environment names.
        options.ConfigureHandler = handler => handler.UseProxy = false;
        configure?.Invoke(options);
        return WebSocketConnection.ConnectAsync(url, options);
    }

    /// <summary>The record of an opening that must fail.</summary>
    public static async Task<CloseRecord> FailToConnectAsync(Uri url)
    {
        try
        {
            await using WebSocketConnection connection = await ConnectAsync(url);
        }
        catch (WebSocketConnectException e)
        {
            return e.Record;
        }

        throw new InvalidOperationException("The connection opened, which it must not.");
    }
}
