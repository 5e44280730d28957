using System.Diagnostics;
using System.Threading.Channels;
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

    /// <summary>Also where the cut meets a send that is under way, or one that has just been handed to another thread.</summary>
    [Theory]
    [InlineData(Carrier.Http1)]
    [InlineData(Carrier.Tls)]
    public async Task Sender_that_is_cut_learns_who_cut(Carrier carrier)
    {
        var opened = Channel.CreateUnbounded<HttpContext>();
        var failed = Channel.CreateUnbounded<WebSocketClosedException>();
        byte[] data = new byte[100_000];
        await using TestServer server = await TestServer.StartAsync(carrier, TestServer.EchoAsync, map: app => app.MapWebSocket("/cut", async (connection, http, _) =>
        {
            opened.Writer.TryWrite(http);
            try
            {
                while (true) await connection.SendAsync(data, CancellationToken.None);
            }
            catch (WebSocketClosedException e)
            {
                failed.Writer.TryWrite(e);
            }
        }));
        for (int round = 0; round < 60; round++)
        {
            await using RawPeer peer = await server.RawAsync("/cut");
            HttpContext http = await opened.Reader.ReadAsync().AsTask().Soon();
            for (long until = Stopwatch.GetTimestamp() + (round * Stopwatch.Frequency / 20_000); Stopwatch.GetTimestamp() < until;) Thread.SpinWait(10);
            http.Abort();
            CloseRecord record = (await failed.Reader.ReadAsync().AsTask().Soon()).Record;
            Assert.Equal((round, EndedBy.Local, CloseCause.Aborted), (round, record.EndedBy, record.Cause));
        }
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
