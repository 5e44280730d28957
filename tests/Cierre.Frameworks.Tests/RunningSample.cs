using System.Net.WebSockets;
using Cierre.AspNetCore;
using Cierre.AspNetCore.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Cierre.Frameworks.Tests;

/// <summary>A program of samples/ on a free port, unchanged, on one stack or the other.</summary>
internal sealed class RunningSample : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly FrameworkSockets? _sockets;

    private RunningSample(WebApplication app, LogSink log, FrameworkSockets? sockets) => (_app, Log, _sockets) = (app, log, sockets);

    /// <summary>What Cierre writes to the log.</summary>
    public LogSink Log { get; }

    public IServiceProvider Services => _app.Services;

    public Uri Url => new(_app.Urls.First());

    public Uri WebSocketUrl(string path) => new UriBuilder(new Uri(Url, path)) { Scheme = "ws" }.Uri;

    public WebSocketServer Server => Services.GetRequiredService<WebSocketServer>();

    public static async Task<RunningSample> StartAsync(Func<string[], Action<WebApplicationBuilder>?, WebApplication> build, Stack stack, params string[] more)
    {
        var log = new LogSink();
        FrameworkSockets? sockets = stack == Stack.Framework ? new FrameworkSockets() : null;
        WebApplication app = build(["--urls", "http://127.0.0.1:0", "--Framework", sockets is null ? "false" : "true", .. more], builder =>
        {
            builder.Logging.ClearProviders().AddProvider(log).AddFilter((category, _) => category!.StartsWith("Cierre.", StringComparison.Ordinal));
            builder.WebHost.UseTransportUnderTest();
            if (sockets is not null) builder.Services.AddSingleton<IStartupFilter>(sockets);
        });
        await app.StartAsync();
        return new RunningSample(app, log, sockets);
    }

    /// <summary>Closes every WebSocket from the server's side, past the program.</summary>
    public async Task CloseAllAsync(ushort code, string reason)
    {
        if (_sockets is not null)
        {
            foreach (WebSocket socket in _sockets.Open) await socket.CloseOutputAsync((WebSocketCloseStatus)code, reason, CancellationToken.None).Soon();
            return;
        }

        await Task.WhenAll(Server.Connections.Select(open => open.Connection.CloseAsync(code, reason))).Soon();
    }

    /// <summary>Empties the server as a deploy does: a drain, which the framework has not, is there a close of each.</summary>
    public async Task DrainAsync()
    {
        if (_sockets is not null)
        {
            await CloseAllAsync(CloseCodes.ServiceRestart, "the service restarts");
            return;
        }

        await Server.DrainAsync(new WebSocketDrainOptions { Code = CloseCodes.ServiceRestart }).Soon();
        Server.EndDrain();
    }

    /// <summary>Waits for a line of the log.</summary>
    /// <param name="number">Which of those that have the part.</param>
    public async Task<string> LoggedAsync(string part, int number = 1)
    {
        await Waits.Until(() => Line() is not null, $"line {number} with \"{part}\"");
        return Line()!;

        string? Line() => Log.Lines.Where(line => line.Contains(part, StringComparison.Ordinal)).Skip(number - 1).FirstOrDefault();
    }

    /// <summary>Stops the host as a signal to the process does.</summary>
    public Task StopAsync()
    {
        _app.Lifetime.StopApplication();
        return _app.StopAsync();
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}
