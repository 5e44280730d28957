using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;

namespace Cierre.AspNetCore.Tests.Gateway;

/// <summary>A server with a gateway at /gw; it keeps both records of each conversation.</summary>
internal sealed class GatewayRig : IAsyncDisposable
{
    private readonly Channel<(CloseRecord Client, CloseRecord Upstream)> _ended = Channel.CreateUnbounded<(CloseRecord, CloseRecord)>();

    public TestServer Server { get; private set; } = null!;

    public static async Task<GatewayRig> StartAsync(
        Carrier carrier, Uri upstream, Action<WebSocketGatewayOptions>? configure = null, Action<WebApplicationBuilder>? build = null)
    {
        var rig = new GatewayRig();
        rig.Server = await TestServer.StartAsync(carrier, TestServer.EchoAsync, build: build, map: app => app.MapWebSocketGateway("/gw", upstream, options =>
        {
            options.OnEnded = ended => rig._ended.Writer.TryWrite((ended.Client, ended.Upstream));
            configure?.Invoke(options);
        }));
        return rig;
    }

    public Task<(CloseRecord Client, CloseRecord Upstream)> EndedAsync() => _ended.Reader.ReadAsync().Soon();

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
