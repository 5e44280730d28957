using System.Diagnostics.CodeAnalysis;

namespace Cierre.Tool.Lab.Stage;

/// <summary>One situation while it is played: where its server is, and the ways to reach it.</summary>
/// <param name="browser">Whether the browser's API plays the client.</param>
[SuppressMessage("Reliability", "CA1001", Justification = "The client is disposed by the play that asked for it.")]
internal sealed class Scene(Situation situation, LabHost host, bool browser)
{
    private BrowserClient? _browser;

    public LabHost Host => host;

    /// <summary>The situation's endpoint.</summary>
    public Uri Url => host.UrlOf(situation);

    /// <summary>The server's end of the connection, once its handler runs.</summary>
    public Task<WebSocketConnection> ServerSide => host.ServerSide(situation);

    /// <summary>How the server's end of the connection ended: the first to end, where there are several.</summary>
    public Task<CloseRecord> ServerRecord => host.Record(situation);

    /// <summary>What the browser API's listeners received; null where it did not play.</summary>
    public async Task<ReceivedEvent?> ReceivedEventAsync() => _browser is null ? null : await _browser.ReceivedAsync();

    /// <summary>Connects Cierre's client to the situation's endpoint.</summary>
    public Task<LabClient> ConnectAsync(Action<WebSocketClientOptions>? configure = null) => ConnectAsync(Url, configure);

    public async Task<LabClient> ConnectAsync(Uri url, Action<WebSocketClientOptions>? configure = null)
    {
        if (browser)
        {
            _browser = new BrowserClient(url, Set);
            await _browser.Opened;
            return _browser;
        }

        var options = new WebSocketClientOptions();
        Set(options);
        return new ConnectionClient(await WebSocketConnection.ConnectAsync(url, options));

        void Set(WebSocketClientOptions options)
        {
            // The situations stay on this machine, whatever proxy the environment names.
            options.ConfigureHandler = handler => handler.UseProxy = false;
            configure?.Invoke(options);
        }
    }

    /// <summary>The record of an opening that must fail.</summary>
    public async Task<CloseRecord> FailToConnectAsync(Uri url, Action<WebSocketClientOptions>? configure = null)
    {
        try
        {
            await using LabClient client = await ConnectAsync(url, configure);
        }
        catch (WebSocketConnectException e)
        {
            return e.Record;
        }

        throw new InvalidOperationException("The connection opened, which it must not.");
    }
}
