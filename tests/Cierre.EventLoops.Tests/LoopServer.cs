using System.Collections.Concurrent;
using System.Net;
using Cierre.AspNetCore;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Cierre.EventLoops.Tests;

/// <summary>An application on Kestrel over event loops, or over the sockets beside which they are measured.</summary>
internal sealed class LoopServer : IAsyncDisposable, ILoggerProvider, ILogger
{
    public static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    private readonly ConcurrentQueue<string> _log = new();
    private WebApplication? _app;

    public Uri Url { get; private set; } = null!;

    public IReadOnlyCollection<string> Log => _log;

    public IServiceProvider Services => _app!.Services;

    /// <summary>How many threads the loops have.</summary>
    public int Threads => Services.GetRequiredService<EventLoopGroup>().Threads;

    /// <param name="loops">How many; 0: sockets.</param>
    public static async Task<LoopServer> StartAsync(Action<WebApplication> map, int loops = 1, Action<WebApplicationBuilder>? build = null)
    {
        var server = new LoopServer();
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(server);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddCierre();
        if (loops > 0) builder.WebHost.UseCierreEventLoops(options => options.LoopCount = loops);
        build?.Invoke(builder);
        server._app = builder.Build();
        map(server._app);
        await server._app.StartAsync();
        string address = server._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        server.Url = new Uri(address.Replace("http", "ws", StringComparison.Ordinal));
        return server;
    }

    public Task<WebSocketConnection> ConnectAsync(string path = "/") => WebSocketConnection.ConnectAsync(new Uri(Url, path)).WaitAsync(Bound);

    public async ValueTask DisposeAsync()
    {
        await _app!.StopAsync();
        await _app.DisposeAsync();
    }

    ILogger ILoggerProvider.CreateLogger(string categoryName) => this;

    void IDisposable.Dispose()
    {
    }

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _log.Enqueue(formatter(state, exception));
}
