using Cierre.AspNetCore;
using Cierre.AspNetCore.Tests;
using Microsoft.AspNetCore.Builder;

namespace Cierre.Interop.Tests.Proxies;

/// <summary>A gateway of ours in the same place, pinging both sides, which is the default.</summary>
public sealed class GatewayFront : Front
{
    public const string Name = "Cierre's gateway";

    private const long MaxMessageSize = 1L << 30;

    private readonly TestServer _server;

    private GatewayFront(TestServer server) => _server = server;

    public override Uri Url => new(_server.Url, "/gw");

    public static async Task<Front> StartAsync(Uri server) =>
        new GatewayFront(await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync, map: app => app.MapWebSocketGateway("/gw", server, options =>
        {
            // The proxies have no limit for a message.
            options.Endpoint.MaxMessageSize = MaxMessageSize;
            options.ConfigureUpstream = (_, upstream) => upstream.MaxMessageSize = MaxMessageSize;
        })));

    public override Task StopAsync() => _server.StopAsync();

    public override ValueTask DisposeAsync() => _server.DisposeAsync();
}
