using Cierre.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Cierre.AspNetCore.Tests;

/// <summary>A connection that our own host cuts is not blamed on the peer, and one that the peer cuts is not blamed on us, though Kestrel tells both
/// in much the same way.</summary>
public sealed class HostCutTests
{
    private static readonly Dictionary<string, Action<HttpContext>> Ways = new()
    {
        ["HttpContext.Abort"] = http => http.Abort(),
        ["IConnectionLifetimeFeature.Abort"] = http => http.Features.GetRequiredFeature<IConnectionLifetimeFeature>().Abort(),
        ["the server's shutdown"] = http => http.RequestServices.GetRequiredService<IServer>().StopAsync(new CancellationToken(canceled: true)),
    };

    public static TheoryData<Carrier, bool, string> Cuts =>
        [.. from carrier in Enum.GetValues<Carrier>() from kestrel in (bool[])[false, true] from way in Ways.Keys select (carrier, kestrel, way)];

    public static TheoryData<Carrier, bool, bool> Losses => [.. from carrier in Enum.GetValues<Carrier>() from kestrel in (bool[])[false, true] from reset in (bool[])[false, true] select (carrier, kestrel, reset)];

    [Theory]
    [MemberData(nameof(Cuts))]
    public async Task Cut_by_the_host_is_ours(Carrier carrier, bool kestrel, string way)
    {
        var opened = new TaskCompletionSource<(WebSocketConnection, HttpContext)>();
        await using TestServer server = await StartAsync(carrier, kestrel, opened);
        await using RawPeer peer = await server.RawAsync("/cut");
        (WebSocketConnection connection, HttpContext http) = await opened.Task.Soon();
        Ways[way](http);
        CloseRecord record = await connection.Closed.Soon();
        Assert.Equal((1006, false, EndedBy.Local, CloseCause.Aborted), (record.Code, record.WasClean, record.EndedBy, record.Cause));
        Assert.Equal("this host cut the connection", record.Detail);
        Assert.Equal(((CloseFrame?)null, (CloseFrame?)null), (record.Sent, record.Received));
        WebSocketClosedException refused = await Assert.ThrowsAsync<WebSocketClosedException>(async () => await connection.SendAsync("late"));
        Assert.Equal(CloseCause.Aborted, refused.Record.Cause);
    }

    [Theory]
    [MemberData(nameof(Losses))]
    public async Task Cut_by_the_peer_is_the_networks(Carrier carrier, bool kestrel, bool reset)
    {
        var opened = new TaskCompletionSource<(WebSocketConnection, HttpContext)>();
        await using TestServer server = await StartAsync(carrier, kestrel, opened);
        RawPeer peer = await server.RawAsync("/cut");
        (WebSocketConnection connection, _) = await opened.Task.Soon();
        if (reset) peer.Reset();
        else await peer.DisposeAsync();
        CloseRecord record = await connection.Closed.Soon();
        Assert.Equal((1006, false, EndedBy.Network), (record.Code, record.WasClean, record.EndedBy));
        Assert.Equal(reset || carrier.IsHttp2() ? CloseCause.ConnectionReset : CloseCause.EndOfStream, record.Cause);
    }

    [Theory]
    [InlineData(Carrier.Http1)]
    [InlineData(Carrier.Tls)]
    public async Task Sender_that_is_cut_learns_who_cut(Carrier carrier)
    {
        var opened = new TaskCompletionSource<HttpContext>();
        var failed = new TaskCompletionSource<WebSocketClosedException>();
        byte[] data = new byte[100_000];
        await using TestServer server = await TestServer.StartAsync(carrier, TestServer.EchoAsync, map: app => app.MapWebSocket("/cut", async (connection, http, _) =>
        {
            opened.SetResult(http);
            try
            {
                while (true) await connection.SendAsync(data, CancellationToken.None);
            }
            catch (WebSocketClosedException e)
            {
                failed.SetResult(e);
            }
        }));
        await using RawPeer peer = await server.RawAsync("/cut");
        (await opened.Task.Soon()).Abort();
        Assert.Equal((EndedBy.Local, CloseCause.Aborted), await failed.Task.Soon() is { Record: var record } ? (record.EndedBy, record.Cause) : default);
    }

    private static void Configure(WebApplicationBuilder builder, bool kestrel) =>
        builder.Services.Configure<WebSocketServerOptions>(options => options.UseKestrelTransport = kestrel);

    private static Task<TestServer> StartAsync(Carrier carrier, bool kestrel, TaskCompletionSource<(WebSocketConnection, HttpContext)> opened) =>
        TestServer.StartAsync(
        carrier,
        TestServer.EchoAsync,
        build: builder => Configure(builder, kestrel),
        map: app => app.MapWebSocket("/cut", async (connection, http, _) =>
        {
            opened.SetResult((connection, http));
            await connection.Closed;
        }));
}
