using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.ExceptionServices;
using System.Text;
using Cierre.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Xunit;

namespace Cierre.AspNetCore.Tests;

/// <summary>The socket's way from HTTP to the connection.</summary>
// Exceptions of the whole process are watched here, so no other test runs beside these.
[Collection(nameof(Heavy))]
public sealed class SocketConnectionTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task More_than_http_buffers_sent_behind_the_request_arrives_whole_and_in_order()
    {
        const int Count = 40;
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, Sizes);
        await using RawPeer peer = await RawPeer.ConnectAsync("127.0.0.1", server.Url.Port);
        var bytes = new List<byte>(Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"));
        for (int i = 0; i < Count; i++) bytes.AddRange(RawPeer.Frame(2, new byte[100_000 + i], fin: true, rsv: 0, mask: true));
        Task sending = peer.SendAsync(bytes.ToArray());
        Assert.StartsWith("HTTP/1.1 101", await peer.ReadHeadAsync(), StringComparison.Ordinal);
        for (int i = 0; i < Count; i++) Assert.Equal($"{100_000 + i}", (await peer.ReadFrameAsync()).Text);
        await sending;
    }

    [Fact]
    public async Task Reset_right_behind_the_upgrade_is_still_a_reset()
    {
        for (int i = 0; i < 50; i++)
        {
            await using TestServer server = await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync);
            RawPeer peer = await server.RawAsync();
            if (i % 2 == 0) await Task.Yield();
            peer.Reset();
            CloseRecord record = await server.RecordAsync();
            Assert.Equal((1006, CloseCause.ConnectionReset), (record.Code, record.Cause));
        }
    }

    [Fact]
    public async Task Many_requests_before_the_upgrade_share_the_connection()
    {
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync, map: app => app.MapGet("/plain", () => Results.NoContent()));
        await using RawPeer peer = await RawPeer.ConnectAsync("127.0.0.1", server.Url.Port);
        for (int i = 0; i < 20; i++)
        {
            await peer.SendAsync("GET /plain HTTP/1.1\r\nHost: localhost\r\n\r\n");
            Assert.StartsWith("HTTP/1.1 204", await peer.ReadHeadAsync(), StringComparison.Ordinal);
        }

        await peer.UpgradeAsync();
        await peer.SendTextAsync("hello");
        Assert.Equal("hello", (await peer.ReadFrameAsync()).Text);
    }

    [Fact]
    public async Task Request_that_the_application_aborts_cuts_the_connection()
    {
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync, map: app => app.MapGet("/abort", (HttpContext context) => context.Abort()));
        await using RawPeer peer = await RawPeer.ConnectAsync("127.0.0.1", server.Url.Port);
        await peer.SendAsync("GET /abort HTTP/1.1\r\nHost: localhost\r\n\r\n");
        Assert.Equal(RawEnd.Reset, (await peer.ReadToEndAsync()).End);
    }

    [Fact]
    public async Task Upgraded_request_that_the_application_aborts_is_cut_and_recorded()
    {
        var opened = new TaskCompletionSource<(WebSocketConnection, HttpContext)>();
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync, map: app => app.MapWebSocket("/abort", async (connection, http, _) =>
        {
            opened.SetResult((connection, http));
            await connection.Closed;
        }));
        await using RawPeer peer = await RawPeer.ConnectAsync("127.0.0.1", server.Url.Port);
        await peer.UpgradeAsync("/abort");
        (WebSocketConnection connection, HttpContext context) = await opened.Task.WaitAsync(Bound);
        context.Abort();
        CloseRecord record = await connection.Closed.WaitAsync(Bound);
        Assert.Equal((1006, false, CloseCause.Aborted), (record.Code, record.WasClean, record.Cause));
        Assert.Equal(RawEnd.Reset, (await peer.ReadToEndAsync()).End);
    }

    /// <summary>Thousands may be reset at once, and an exception costs three times what the rest of such an end does.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Reset_of_a_connection_that_speaks_HTTP_throws_nothing_of_ours(bool waitsWithoutBuffer)
    {
        var log = new LogSink();
        var thrown = new ConcurrentQueue<string>();
        EventHandler<FirstChanceExceptionEventArgs> watch = (_, e) =>
        {
            if (e.Exception is SocketException && new StackTrace().ToString() is { } stack && stack.Contains("SocketConnection.", StringComparison.Ordinal)) thrown.Enqueue(stack);
        };
        await using TestServer server = await TestServer.StartAsync(
            Carrier.Http1,
            TestServer.EchoAsync,
            build: builder =>
            {
                builder.Services.Configure<SocketTransportOptions>(options => options.WaitForDataBeforeAllocatingBuffer = waitsWithoutBuffer);
                builder.Logging.SetMinimumLevel(LogLevel.Debug).AddProvider(log);
            },
            map: app => app.MapGet("/plain", () => Results.NoContent()));
        AppDomain.CurrentDomain.FirstChanceException += watch;
        try
        {
            for (int i = 0; i < 20; i++)
            {
                RawPeer peer = await RawPeer.ConnectAsync("127.0.0.1", server.Url.Port);
                await peer.SendAsync("GET /plain HTTP/1.1\r\nHost: localhost\r\n\r\n");
                await peer.ReadHeadAsync();
                peer.Reset();
                await Waits.Until(() => log.Lines.Count(line => line.EndsWith("reset.", StringComparison.Ordinal)) > i, "the reset");
            }
        }
        finally
        {
            AppDomain.CurrentDomain.FirstChanceException -= watch;
        }

        Assert.True(thrown.IsEmpty, string.Join(Environment.NewLine, thrown));
    }

    [Fact]
    public async Task Address_in_use_is_said()
    {
        await using TestServer first = await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddCierre();
        builder.WebHost.UseTransportUnderTest();
        await using WebApplication second = builder.Build();
        second.Urls.Add($"http://127.0.0.1:{first.Url.Port}");
        IOException refused = await Assert.ThrowsAsync<IOException>(() => second.StartAsync());
        Assert.Contains("address already in use", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Options_of_the_socket_transport_are_followed_and_left_alone()
    {
        Socket? bound = null;
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync, build: builder => builder.Services.Configure<SocketTransportOptions>(options =>
            options.CreateBoundListenSocket = endpoint => bound = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint)));
        Assert.Equal(server.Url.Port, ((IPEndPoint)bound!.LocalEndPoint!).Port);
        Assert.False(server.Services.GetRequiredService<IOptions<SocketTransportOptions>>().Value.UnsafePreferInlineScheduling);
    }

    private static async Task Sizes(WebSocketConnection connection)
    {
        await foreach (WebSocketMessage message in connection.ReadAllAsync()) await connection.SendAsync($"{message.Data.Length}");
    }
}
