using System.Collections.Concurrent;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Cierre.Frameworks.Tests;

/// <summary>Keeps the framework's own WebSockets that a program accepts, so that a test can close them: the framework has no list of them.</summary>
internal sealed class FrameworkSockets : IStartupFilter
{
    private readonly ConcurrentQueue<WebSocket> _accepted = new();

    public IEnumerable<WebSocket> Open => _accepted.Where(socket => socket.State == WebSocketState.Open);

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        // As the hubs of SignalR set it for themselves.
        app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = TimeSpan.Zero });
        app.Use(rest => context =>
        {
            if (context.Features.Get<IHttpWebSocketFeature>() is { } feature) context.Features.Set<IHttpWebSocketFeature>(new Kept(feature, _accepted));
            return rest(context);
        });
        next(app);
    };

    private sealed class Kept(IHttpWebSocketFeature feature, ConcurrentQueue<WebSocket> accepted) : IHttpWebSocketFeature
    {
        public bool IsWebSocketRequest => feature.IsWebSocketRequest;

        public async Task<WebSocket> AcceptAsync(WebSocketAcceptContext context)
        {
            WebSocket socket = await feature.AcceptAsync(context);
            accepted.Enqueue(socket);
            return socket;
        }
    }
}
