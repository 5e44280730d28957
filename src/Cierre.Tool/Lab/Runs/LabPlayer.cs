using System.Diagnostics.CodeAnalysis;

namespace Cierre.Tool.Lab.Runs;

/// <summary>Connects the client of one run of one situation.</summary>
internal abstract class LabPlayer
{
    /// <summary>How long a close frame may take to be answered, unless a situation is about that: longer than the default, because a busy machine is no
    /// silent peer.</summary>
    public static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(30);

    /// <exception cref="WebSocketConnectException">The opening failed.</exception>
    /// <exception cref="PageOpeningException">The opening failed, in a browser.</exception>
    public abstract Task<LabClient> ConnectAsync(Uri url, Action<WebSocketClientOptions>? configure);

    /// <summary>What the listeners of the last socket received, when it has ended; null where it is no browser's.</summary>
    public virtual Task<ReceivedEvent?> ReceivedAsync() => Task.FromResult<ReceivedEvent?>(null);

    /// <summary>The same events, and messages, with their times; empty where nobody notes them.</summary>
    public virtual IReadOnlyList<TimedEvent> Events => [];

    /// <summary>The frames of the last connection, when it has ended; empty where nobody looked.</summary>
    public virtual Task<IReadOnlyList<WebSocketTraceEvent>> TraceAsync() => Task.FromResult<IReadOnlyList<WebSocketTraceEvent>>([]);

    /// <summary>The situations stay on this machine, whatever proxy the environment names.</summary>
    protected static void Configure(WebSocketClientOptions options, Action<WebSocketClientOptions>? configure)
    {
        options.ConfigureHandler = handler => handler.UseProxy = false;
        options.CloseTimeout = CloseTimeout;
        configure?.Invoke(options);
    }
}

/// <summary>A <see cref="WebSocketConnection"/> plays.</summary>
/// <param name="trace">What is noted of its frames; null for nothing.</param>
internal sealed class ConnectionPlayer(WebSocketTraceOptions? trace) : LabPlayer
{
    private WebSocketConnection? _connection;

    public override async Task<LabClient> ConnectAsync(Uri url, Action<WebSocketClientOptions>? configure)
    {
        var options = new WebSocketClientOptions { Trace = trace };
        Configure(options, configure);
        _connection = await WebSocketConnection.ConnectAsync(url, options);
        return new ConnectionClient(_connection);
    }

    public override Task<IReadOnlyList<WebSocketTraceEvent>> TraceAsync() => LabTrace.OfAsync(_connection);
}

/// <summary>Cierre's browser API plays.</summary>
[SuppressMessage("Reliability", "CA1001", Justification = "The client is disposed by the play that asked for it.")]
internal sealed class BrowserPlayer : LabPlayer
{
    private BrowserClient? _client;

    public override async Task<LabClient> ConnectAsync(Uri url, Action<WebSocketClientOptions>? configure)
    {
        _client = new BrowserClient(url, options => Configure(options, configure));
        await _client.Opened;
        return _client;
    }

    public override async Task<ReceivedEvent?> ReceivedAsync() => _client is null ? null : await _client.ReceivedAsync();
}
