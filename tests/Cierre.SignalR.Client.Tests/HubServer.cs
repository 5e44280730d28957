using System.Net;
using System.Security.Cryptography.X509Certificates;
using Cierre.AspNetCore;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Cierre.SignalR.Client.Tests;

public sealed class EchoHub : Hub
{
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Performance", "CA1822", Justification = "A hub's methods are called on an instance.")]
    public string Echo(string text) => text;
}

/// <summary>A hub on Cierre at a free port, which keeps what the requests for a WebSocket had.</summary>
internal sealed class HubServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly List<OpeningRequest> _requests = [];

    private HubServer(WebApplication app) => _app = app;

    public Uri Url => new(new Uri(_app.Urls.First()), "hub");

    public WebSocketServer Server => _app.Services.GetRequiredService<WebSocketServer>();

    public IReadOnlyList<OpeningRequest> Requests
    {
        get
        {
            lock (_requests) return [.. _requests];
        }
    }

    /// <param name="certificate">For https, where clients may show one of theirs; null for http.</param>
    /// <param name="password">What Basic credentials must have; null: nobody is asked for credentials.</param>
    public static async Task<HubServer> StartAsync(X509Certificate2? certificate = null, string? password = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddCierre();
        builder.Services.AddSignalR(hub => hub.MaximumReceiveMessageSize = null);
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            if (certificate is null) return;
            listen.UseHttps(https =>
            {
                https.ServerCertificate = certificate;
                https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
                https.AllowAnyClientCertificate();
            });
        }));
        var server = new HubServer(builder.Build());
        server._app.Use(async (context, next) =>
        {
            if (!context.Request.Headers.ContainsKey("Sec-WebSocket-Key"))
            {
                await next(context);
                return;
            }

            server.Add(context);
            string expected = $"Basic {Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes($"user:{password}"))}";
            if (password is null || context.Request.Headers.Authorization == expected)
            {
                context.Response.Cookies.Append("given", "by the server");
                await next(context);
                return;
            }

            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"hub\"";
        });
        server._app.MapHub<EchoHub>("/hub").UseCierre();
        await server._app.StartAsync();
        return server;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private void Add(HttpContext context)
    {
        var headers = context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        lock (_requests) _requests.Add(new OpeningRequest(headers, context.Connection.ClientCertificate?.Thumbprint));
    }
}

/// <summary>A request for a WebSocket.</summary>
/// <param name="Certificate">The thumbprint of the client's certificate; null: it showed none.</param>
internal sealed record OpeningRequest(IReadOnlyDictionary<string, string> Headers, string? Certificate);
