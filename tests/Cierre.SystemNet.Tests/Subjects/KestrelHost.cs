using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Cierre.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Cierre.SystemNet.Tests.Subjects;

/// <summary>What carries a WebSocket to a Kestrel.</summary>
internal enum Carrier
{
    /// <summary>HTTP/1.1 over TCP.</summary>
    Http1,

    /// <summary>HTTP/1.1 over TLS.</summary>
    Tls,

    /// <summary>A stream of HTTP/2 without TLS. RFC 8441.</summary>
    Http2,
}

/// <summary>One application on Kestrel with a port for each carrier. It accepts what the middleware lets it accept, and hands it to the test that
/// asked.</summary>
internal sealed class KestrelHost
{
    private static readonly X509Certificate2 Certificate = Certificates.ForLocalhost();

    private readonly Lazy<Task<Uri[]>> _started;
    private readonly ConcurrentDictionary<string, Waiting> _waiting = new();

    /// <param name="configure">Puts the middleware under test into the pipeline.</param>
    /// <param name="build">Registers what it needs.</param>
    public KestrelHost(Action<WebApplication> configure, Action<WebApplicationBuilder>? build = null) =>
        _started = new Lazy<Task<Uri[]>>(() => StartAsync(configure, build));

    private sealed record Waiting(Setup Setup, TaskCompletionSource<WebSocket> Accepted, TaskCompletionSource Done);

    public async Task<OpenSubject> OpenAsync(Carrier carrier, Setup setup)
    {
        Uri[] addresses = await _started.Value;
        string id = Guid.NewGuid().ToString("N");
        var waiting = new Waiting(
            setup,
            new TaskCompletionSource<WebSocket>(TaskCreationOptions.RunContinuationsAsynchronously),
            new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        _waiting[id] = waiting;
        List<string> headers = [];
        if (setup.SubProtocol is { } protocol) headers.Add($"Sec-WebSocket-Protocol: {protocol}");
        if (setup.Compressed) headers.Add("Sec-WebSocket-Extensions: permessage-deflate");
        Uri address = new(addresses[(int)carrier], id);
        RawPeer peer = carrier is Carrier.Http2
            ? await Http2Peer.ConnectAsync(address, [.. headers])
            : await RawPeer.OpenAsync(address.Host, address.Port, address.AbsolutePath, carrier is Carrier.Tls, [.. headers]);
        return new OpenSubject(await waiting.Accepted.Task.WaitAsync(RawPeer.DefaultBound), peer, waiting.Done.SetResult);
    }

    private async Task<Uri[]> StartAsync(Action<WebApplication> configure, Action<WebApplicationBuilder>? build)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
            kestrel.Listen(IPAddress.Loopback, 0, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                listen.UseHttps(Certificate);
            });
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
        });
        build?.Invoke(builder);
        WebApplication app = builder.Build();
        configure(app);
        app.Run(AcceptAsync);
        await app.StartAsync();
        return [.. app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(address => new Uri(address))];
    }

    private async Task AcceptAsync(HttpContext context)
    {
        if (!_waiting.TryRemove(context.Request.Path.Value!.TrimStart('/'), out Waiting? waiting)) return;
        Setup setup = waiting.Setup;
        try
        {
            waiting.Accepted.SetResult(await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext
            {
                SubProtocol = setup.SubProtocol,
                DangerousEnableCompression = setup.Compressed,
                KeepAliveInterval = setup.KeepAliveInterval,
                KeepAliveTimeout = setup.KeepAliveTimeout == default ? null : setup.KeepAliveTimeout,
            }));
        }
        catch (Exception e)
        {
            waiting.Accepted.SetException(e);
            throw;
        }

        await waiting.Done.Task;
    }
}
