using System.Collections.Concurrent;
using System.Security.Claims;
using Cierre.AspNetCore;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Cierre.Testing.Tests.Conversations;

/// <summary>A server in memory whose application may throw wherever it is called, and clients that are no better.</summary>
internal sealed class TroubledServer(Trouble trouble) : IAsyncDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    private readonly ConcurrentDictionary<long, int> _told = new();
    private WebApplication _app = null!;
    private int _opened;

    /// <summary>Connections of the server, by how often <c>OnClosed</c> was called for each.</summary>
    public IReadOnlyDictionary<long, int> Told => _told;

    public int Opened => _opened;

    public WebSocketServer Server => _app.Services.GetRequiredService<WebSocketServer>();

    public async Task StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        builder.Logging.AddProvider(trouble);
        // The framework's own categories say what a server in memory does with a log that throws, and nothing of ours.
        builder.Logging.AddFilter((category, _) => category == "Cierre.WebSocket");
        builder.Services.AddCierre(options => options.UserIdSelector = user => trouble.At("UserIdSelector", user.Identity!.Name));
        builder.Services.Configure<WebSocketLimitOptions>(limits => (limits.MaxConnections, limits.MaxConnectionsPerUser) = (100_000, 100_000));
        _app = builder.Build();
        _app.Use((context, next) =>
        {
            context.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, "anna")], "test"));
            return next(context);
        });
        _app.MapWebSocket(Trouble.Route, ServeAsync, Configure);
        await _app.StartAsync();
    }

    /// <summary>A connection that stays.</summary>
    public Task<WebSocketConnection> ConnectAsync() =>
        _app.GetTestServer().ConnectWebSocketAsync(Trouble.Route, new WebSocketClientOptions { PingInterval = Timeout.InfiniteTimeSpan }).WaitAsync(Bound);

    public async Task StopAsync() => await _app.StopAsync();

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    /// <summary>One conversation: whatever is thrown, it ends, on both sides.</summary>
    public async Task PlayAsync(int seed)
    {
        var random = new Random(seed);
        var options = new WebSocketClientOptions { PingInterval = Timeout.InfiniteTimeSpan, CloseTimeout = TimeSpan.FromSeconds(1) };
        WebSocketConnection client;
        try
        {
            client = await _app.GetTestServer().ConnectWebSocketAsync(Trouble.Route, options).WaitAsync(Bound);
        }
        catch (WebSocketConnectException)
        {
            // Asked before there was a connection, the application threw: the request fails, and nothing was opened.
            return;
        }

        Task<int> reading = Task.Run(() => ReadAsync(client, random.Next(2) == 0));
        try
        {
            for (int i = random.Next(4); i > 0; i--) await client.SendAsync(new byte[random.Next(3) == 0 ? 70_000 : 100]);
            if (random.Next(3) == 0) await client.PingAsync().WaitAsync(Bound);
        }
        catch (WebSocketClosedException)
        {
        }

        switch (random.Next(4))
        {
            case 0:
                await client.CloseAsync(4000, "enough").WaitAsync(Bound);
                break;
            case 1:
                client.Abort();
                break;
            case 2:
                await client.DisposeAsync().AsTask().WaitAsync(Bound);
                break;
            default:
                if (client.IsOpen) await client.SendAsync("leave").AsTask().ContinueWith(_ => { }, TaskScheduler.Default);
                break;
        }

        await client.Closed.WaitAsync(Bound);
        await reading.WaitAsync(Bound);
    }

    /// <summary>As an application in a window does it, perhaps: under a context of its own, which refuses now and then.</summary>
    private async Task<int> ReadAsync(WebSocketConnection connection, bool inContext)
    {
        if (inContext) SynchronizationContext.SetSynchronizationContext(trouble.Context());
        int count = 0;
        await foreach (WebSocketMessage _ in connection.ReadAllAsync()) count++;
        return count;
    }

    private void Configure(WebSocketEndpointOptions options)
    {
        options.PingInterval = TimeSpan.FromMilliseconds(40);
        options.CloseTimeout = TimeSpan.FromSeconds(1);
        options.ExpirySelector = _ => trouble.At<DateTimeOffset?>("ExpirySelector", trouble.IsOver ? null : DateTimeOffset.UtcNow + TimeSpan.FromMilliseconds(200));
        options.ExpiryWarning = TimeSpan.FromMilliseconds(190);
        options.OnExpiring = (_, _) => trouble.At("OnExpiring", ValueTask.CompletedTask);
        options.PermissionCheck = (_, _) => trouble.At("PermissionCheck", ValueTask.FromResult(true));
        options.PermissionCheckInterval = TimeSpan.FromMilliseconds(20);
        options.MessageLimiterSelector = _ => trouble.At("MessageLimiterSelector", trouble.Limiter());
        options.OnClosed = (connection, record) =>
        {
            _told.AddOrUpdate(connection.Id, 1, (_, times) => times + 1);
            if (connection.Closed.Result != record) throw new Broken("server", "told of another record than the connection has");
            trouble.At("OnClosed");
        };
    }

    private async Task ServeAsync(WebSocketConnection connection, HttpContext context)
    {
        Interlocked.Increment(ref _opened);
        await using CancellationTokenRegistration registration = context.RequestAborted.Register(() => trouble.At("RequestAborted"));
        trouble.At("the handler's beginning");
        if (connection.Id % 2 == 0) await connection.PingAsync();
        await foreach (WebSocketMessage message in connection.ReadAllAsync())
        {
            trouble.At("the handler's loop");
            if (message.Kind == WebSocketMessageKind.Text) return;
            if (message.Data.Length > 1000 || connection.Id % 3 == 0) await Receivers(connection).BroadcastAsync(message);
            else await connection.SendAsync(message);
        }

        trouble.At("the handler's end");
    }

    private IEnumerable<WebSocketConnection> Receivers(WebSocketConnection own)
    {
        yield return own;
        trouble.At("the receivers of a broadcast");
    }
}
