using System.Security.Cryptography.X509Certificates;
using Cierre.AspNetCore;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Cierre.Tool.Hosting;

/// <summary>The web server that a command runs: Kestrel, routing and Cierre, and nothing that reads configuration or writes logs.</summary>
internal static class ToolHost
{
    // A connection that never asks for anything is dropped after this.
    private static readonly TimeSpan HeadersTimeout = TimeSpan.FromSeconds(10);

    /// <param name="certificate">For https; HTTP/1.1 and HTTP/2 by ALPN.</param>
    /// <param name="http2Only">Cleartext HTTP/2 by prior knowledge.</param>
    /// <param name="loops">Whether connections run on event loops, where there is epoll, and not on sockets.</param>
    /// <param name="services">Adds what the command needs beyond that.</param>
    public static WebApplication Build(HostAddress address, X509Certificate2? certificate = null, bool http2Only = false,
        Action<IServiceCollection>? services = null, bool loops = false)
    {
        // Empty: an appsettings.json where the tool happens to run, or ASPNETCORE_URLS, is not meant for it.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.RequestHeadersTimeout = HeadersTimeout;
            kestrel.Listen(address.Address, address.Port, listen =>
            {
                listen.Protocols = http2Only ? HttpProtocols.Http2 : certificate is null ? HttpProtocols.Http1 : HttpProtocols.Http1AndHttp2;
                if (certificate is not null) listen.UseHttps(certificate);
            });
        });
        builder.Services.AddRoutingCore();
        builder.Services.AddCierre();
        if (loops) builder.WebHost.UseCierreEventLoops();
        services?.Invoke(builder.Services);
        return builder.Build();
    }

    /// <summary>Where a started server listens: scheme, address and the port it got.</summary>
    public static string UrlOf(WebApplication app) => app.Urls.Single();
}
