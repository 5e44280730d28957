using System.Collections.Concurrent;
using System.Net;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Configuration;
using static Cierre.AspNetCore.Tests.SystemNet.AcceptingRig;

namespace Cierre.AspNetCore.Tests.SystemNet;

/// <summary>A real YARP behind our middleware, in front of a real server on the framework's own WebSockets.</summary>
internal sealed class RelayRig : IAsyncDisposable
{
    private readonly WebApplication _upstream;

    private RelayRig(WebApplication upstream) => _upstream = upstream;

    public TestServer Proxy { get; private set; } = null!;

    public LogSink Log { get; } = new();

    /// <summary>What the upstream was told at the end of each connection; null: it lost it.</summary>
    public ConcurrentQueue<(int? Code, string? Reason)> UpstreamEnds { get; } = new();

    public ConcurrentQueue<WebSocket> UpstreamSockets { get; } = new();

    public WebSocketServer Server => Proxy.Services.GetRequiredService<WebSocketServer>();

    public IEnumerable<string> Lines => Log.Lines.Where(line => line.Contains(" relayed, ", StringComparison.Ordinal));

    public static async Task<RelayRig> StartAsync(
        Carrier carrier = Carrier.Http1, TimeSpan? closeTimeout = null, Version? upstreamVersion = null, Action<WebApplication>? map = null, string route = "/relay/{**rest}")
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(
            IPAddress.Loopback, 0, options => options.Protocols = upstreamVersion?.Major == 2 ? HttpProtocols.Http2 : HttpProtocols.Http1));
        var rig = new RelayRig(builder.Build());
        rig._upstream.UseWebSockets();
        rig._upstream.Run(rig.UpstreamAsync);
        await rig._upstream.StartAsync();
        string address = rig._upstream.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        rig.Proxy = await TestServer.StartAsync(
            carrier,
            TestServer.EchoAsync,
            build: proxy =>
            {
                proxy.Logging.SetMinimumLevel(LogLevel.Debug).AddFilter("Microsoft", LogLevel.None).AddFilter("Yarp", LogLevel.None).AddProvider(rig.Log);
                proxy.Services.Configure<CierreWebSocketOptions>(options => options.CloseTimeout = closeTimeout ?? options.CloseTimeout);
                proxy.Services.AddReverseProxy().LoadFromMemory(
                    [new RouteConfig { RouteId = "all", ClusterId = "one", Match = new RouteMatch { Path = route } }],
                    [
                        new ClusterConfig
                        {
                            ClusterId = "one",
                            Destinations = new Dictionary<string, DestinationConfig> { ["a"] = new() { Address = address } },
                            HttpRequest = new() { Version = upstreamVersion ?? HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact },
                        },
                    ]);
            },
            map: app =>
            {
                app.UseCierreUpgradeObservation();
                map?.Invoke(app);
                app.MapReverseProxy();
            });
        return rig;
    }

    public Task<WebSocketConnection> ConnectAsync(string path) => Proxy.ConnectAsync(path: path);

    public async Task<ClientWebSocket> SystemAsync(string path)
    {
        var client = new ClientWebSocket();
        await client.ConnectAsync(new Uri(Proxy.Url, path), None).Soon();
        return client;
    }

    /// <summary>The one connection that is open: a client may know of it first.</summary>
    public async Task<RelayedConnection> RelayedAsync()
    {
        await Waits.Until(() => Server.RelayedConnections.Count == 1, "the connection to be listed");
        return Server.RelayedConnections.Single();
    }

    /// <summary>Drains with 1012, once so many connections are listed.</summary>
    public async Task<Task> BeginDrainAsync(int count = 1)
    {
        await Waits.Until(() => Server.RelayedConnections.Count == count, "the connections to be listed");
        return Server.DrainAsync(new WebSocketDrainOptions { Code = CloseCodes.ServiceRestart }, None);
    }

    /// <summary>The one line of the one connection that has ended.</summary>
    public async Task<string> LineAsync()
    {
        await Waits.Until(() => Lines.Any(), "the line of the log");
        return Lines.Single();
    }

    public async ValueTask DisposeAsync()
    {
        await Proxy.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    private async Task UpstreamAsync(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            await context.Response.WriteAsync("plain");
            return;
        }

        using WebSocket socket = await context.WebSockets.AcceptWebSocketAsync();
        UpstreamSockets.Enqueue(socket);
        try
        {
            Task sends = context.Request.Path.Value!.EndsWith("/ticks", StringComparison.Ordinal) ? TicksAsync(socket) : Task.CompletedTask;
            await ReceiveAsync(socket, context.Request.Path.Value!);
            UpstreamEnds.Enqueue(((int?)socket.CloseStatus, socket.CloseStatusDescription));
            await sends;
        }
        catch (WebSocketException)
        {
            UpstreamEnds.Enqueue((null, null));
        }
    }

    /// <summary>Echoes; "close N reason" closes, "abort" aborts, and at /begin a message begins that never ends.</summary>
    private static async Task ReceiveAsync(WebSocket socket, string path)
    {
        if (path.EndsWith("/begin", StringComparison.Ordinal)) await socket.SendAsync("never"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: false, None);
        byte[] buffer = new byte[64 * 1024];
        while (true)
        {
            ValueWebSocketReceiveResult received = await socket.ReceiveAsync(buffer.AsMemory(), None);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                await socket.CloseOutputAsync(socket.CloseStatus ?? WebSocketCloseStatus.NormalClosure, "answered", None);
                return;
            }

            string text = Encoding.UTF8.GetString(buffer.AsSpan(0, received.Count));
            if (text.StartsWith("close ", StringComparison.Ordinal))
            {
                string[] words = text.Split(' ', 3);
                await socket.CloseAsync((WebSocketCloseStatus)int.Parse(words[1], System.Globalization.CultureInfo.InvariantCulture), words[2], None);
                return;
            }

            if (text == "abort")
            {
                socket.Abort();
                throw new WebSocketException();
            }

            if (!path.EndsWith("/ticks", StringComparison.Ordinal))
                await socket.SendAsync(buffer.AsMemory(0, received.Count), received.MessageType, received.EndOfMessage, None);
        }
    }

    /// <summary>Messages without a pause, of several frames and of many sizes.</summary>
    private static async Task TicksAsync(WebSocket socket)
    {
        byte[] part = new byte[20_000];
        try
        {
            for (int number = 0; socket.State == WebSocketState.Open; number++)
            {
                part.AsSpan().Fill((byte)number);
                for (int i = 0; i < 3; i++) await socket.SendAsync(part.AsMemory(0, number * 131 % part.Length), WebSocketMessageType.Binary, i == 2, None);
                if (number % 16 == 0) await Task.Yield();
            }
        }
        catch (WebSocketException)
        {
            // Closed meanwhile.
        }
    }
}
