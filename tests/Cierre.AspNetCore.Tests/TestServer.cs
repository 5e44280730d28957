using System.Net;
using System.Security.Cryptography.X509Certificates;
using Cierre.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Cierre.AspNetCore.Tests;

/// <summary>An application on a real Kestrel on a free port, with one endpoint at /; it keeps the records of its connections.</summary>
public sealed class TestServer : IAsyncDisposable
{
    private static readonly X509Certificate2 Certificate = Certificates.ForLocalhost();

    private readonly WebApplication _app;
    private readonly Carrier _carrier;
    private readonly System.Threading.Channels.Channel<CloseRecord> _records = System.Threading.Channels.Channel.CreateUnbounded<CloseRecord>();

    private TestServer(WebApplication app, Carrier carrier) => (_app, _carrier) = (app, carrier);

    public Uri Url { get; private set; } = null!;

    public IServiceProvider Services => _app.Services;

    /// <summary>The server's ends that are open.</summary>
    public IReadOnlyCollection<WebSocketConnection> Connections => Services.GetRequiredService<WebSocketRoster>().Snapshot();

    public static async Task<TestServer> StartAsync(
        Carrier carrier,
        Func<WebSocketConnection, Task> handler,
        Action<WebSocketEndpointOptions>? configure = null,
        Action<WebApplicationBuilder>? build = null,
        Action<WebApplication>? map = null,
        Action<ListenOptions>? listen = null,
        Action<ListenOptions>? above = null,
        string? environment = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = environment });
        builder.Logging.ClearProviders();
        builder.Services.AddCierre();
        builder.WebHost.UseTransportUnderTest();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, options =>
        {
            options.Protocols = carrier is Carrier.Http2 ? HttpProtocols.Http2 : HttpProtocols.Http1AndHttp2;
            listen?.Invoke(options);
            if (carrier.IsTls()) options.UseHttps(Certificate);
            above?.Invoke(options);
        }));
        build?.Invoke(builder);
        WebApplication app = builder.Build();
        var server = new TestServer(app, carrier);
        map?.Invoke(app);
        app.MapWebSocket(
            "/",
            async connection =>
            {
                server.Keep(connection);
                await handler(connection);
            },
            configure);
        await app.StartAsync();
        string address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        server.Url = new Uri(address.Replace("http", "ws", StringComparison.Ordinal));
        return server;
    }

    public static async Task EchoAsync(WebSocketConnection connection)
    {
        await foreach (WebSocketMessage message in connection.ReadAllAsync()) await connection.SendAsync(message);
    }

    public void Keep(WebSocketConnection connection) => _ = connection.Closed.ContinueWith(closed => _records.Writer.TryWrite(closed.Result), TaskScheduler.Default);

    public WebSocketClientOptions ClientOptions() => new()
    {
        HttpVersion = _carrier.IsHttp2() ? HttpVersion.Version20 : HttpVersion.Version11,
        ConfigureHandler = handler => handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true,
        EventLoops = TransportUnderTest.Loops,
    };

    public Task<WebSocketConnection> ConnectAsync(WebSocketClientOptions? options = null, string path = "/") =>
        WebSocketConnection.ConnectAsync(new Uri(Url, path), options ?? ClientOptions());

    public Uri HttpUrl(string path) => new(new Uri("http" + Url.AbsoluteUri[2..]), path);

    /// <summary>Sends a request that need not be a handshake.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request)
    {
        var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        request.RequestUri ??= HttpUrl("/");
        return await new HttpMessageInvoker(handler).SendAsync(request, CancellationToken.None).Soon();
    }

    /// <summary>A peer made of bytes, its connection open.</summary>
    public Task<RawPeer> RawAsync(string path = "/", params string[] headers) =>
        _carrier.IsHttp2() ? Http2Peer.ConnectAsync(HttpUrl(path), headers) : RawPeer.OpenAsync("127.0.0.1", Url.Port, path, _carrier.IsTls(), headers);

    /// <summary>The record of the next connection that ended.</summary>
    public async Task<CloseRecord> RecordAsync() => await _records.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(15));

    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}
