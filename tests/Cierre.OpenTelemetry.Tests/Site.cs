using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Cierre.AspNetCore;

namespace Cierre.OpenTelemetry.Tests;

/// <summary>A server on a free port; its route is its own, so that what is exported can be told apart.</summary>
internal sealed class Site : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Site(WebApplication app, string route) => (_app, Route) = (app, route);

    public string Route { get; }

    public Uri Url { get; private set; } = null!;

    public static Task<Site> EchoAsync(string route, Action<WebSocketEndpointOptions>? configure = null) => StartAsync(
        route,
        app => app.MapWebSocket(
            route,
            async connection =>
            {
                await foreach (WebSocketMessage message in connection.ReadAllAsync()) await connection.SendAsync(message);
            },
            configure));

    public static async Task<Site> StartAsync(string route, Action<WebApplication> map)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddCierre();
        builder.Services.AddMetrics();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        WebApplication app = builder.Build();
        map(app);
        await app.StartAsync();
        string address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return new Site(app, route) { Url = new Uri(new Uri(address.Replace("http", "ws", StringComparison.Ordinal)), route) };
    }

    /// <summary>Sends one message, gets it back and closes.</summary>
    public async Task TalkAsync(string text = "hello")
    {
        await using WebSocketConnection client = await WebSocketConnection.ConnectAsync(Url).WaitAsync(Waits.Bound);
        await client.SendAsync(text);
        await client.ReceiveAsync().AsTask().WaitAsync(Waits.Bound);
        await client.CloseAsync().WaitAsync(Waits.Bound);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
