using System.Diagnostics;
using Cierre.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace Cierre.AspNetCore.Tests;

/// <summary>A host that stops: what was received is answered, then everybody gets 1001, and nothing holds it up.</summary>
public class HostStopTests
{
    /// <summary>As tests of applications do, and the runs of a tool: without a stop nothing drains, and no client is left with an open connection.</summary>
    [Theory]
    [InlineData("/plain")]
    [InlineData("/detached")]
    [InlineData("/resumable")]
    public async Task Host_that_is_disposed_of_without_a_stop_leaves_no_connection_open(string path)
    {
        TestServer server = await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync, map: app =>
        {
            app.MapWebSocket("/plain", TestServer.EchoAsync);
            app.MapWebSocket("/detached", TestServer.EchoAsync).Detach();
            app.MapWebSocket("/resumable", TestServer.EchoAsync).WithResume();
        });
        await using WebSocketConnection client = await server.ConnectAsync(server.ClientOptions(), path);
        await client.SendAsync("one");
        await client.ReceiveAsync().Soon();
        WebSocketConnection ofServer = server.Connections.Single();
        await server.DisposeAsync();
        await client.Closed.Soon();
        CloseRecord record = await ofServer.Closed.Soon();
        Assert.Equal((1006, EndedBy.Local), (record.Code, record.EndedBy));
    }

    [Theory]
    [MemberData(nameof(Carriers.All), MemberType = typeof(Carriers))]
    public async Task Messages_sent_before_the_stop_are_answered_before_1001(Carrier carrier)
    {
        for (int round = 0; round < 10; round++)
        {
            await using TestServer server = await TestServer.StartAsync(carrier, TestServer.EchoAsync);
            await using RawPeer peer = await server.RawAsync();
            byte[] message = RawPeer.Frame(1, "hello"u8, fin: true, rsv: 0, mask: true);
            // An HTTP/2 stream's writes may still be in the client when they complete: its first message shows that the way is free.
            await peer.SendAsync(message);
            Assert.Equal("hello", (await peer.ReadFrameAsync()).Text);
            int count = carrier.IsHttp2() ? 0 : 200;
            for (int i = 0; i < count; i++) await peer.SendAsync(message);
            await peer.ArrivedAsync();
            Task stop = server.StopAsync();
            (int echoes, RawFrame close) = await ReadToCloseAsync(peer);
            Assert.Equal((count, 1001, "the server is stopping"), (echoes, close.CloseCode, close.CloseReason));
            await AnswerAsync(peer, carrier);
            await peer.DisposeAsync();
            await stop.Soon();
        }
    }

    [Theory]
    [MemberData(nameof(Carriers.All), MemberType = typeof(Carriers))]
    public async Task Handler_that_takes_its_time_answers_everything_received_before_1001(Carrier carrier)
    {
        await using TestServer server = await TestServer.StartAsync(carrier, async connection =>
        {
            await foreach (WebSocketMessage message in connection.ReadAllAsync())
            {
                await Task.Delay(20);
                await connection.SendAsync(message);
            }
        });
        await using RawPeer peer = await server.RawAsync();
        for (int i = 0; i < 20; i++) await peer.SendTextAsync("hello");
        if (carrier.IsHttp2()) await Waits.Until(() => server.Connections.FirstOrDefault()?.Traffic.MessagesReceived == 20, "20 messages");
        await peer.ArrivedAsync();
        Task stop = server.StopAsync();
        (int echoes, RawFrame close) = await ReadToCloseAsync(peer);
        Assert.Equal((20, 1001), (echoes, close.CloseCode));
        await AnswerAsync(peer, carrier);
        await peer.DisposeAsync();
        await stop.Soon();
        CloseRecord record = await server.RecordAsync();
        Assert.Equal((1001, true, EndedBy.Local, CloseCause.HostStopping), (record.Code, record.WasClean, record.EndedBy, record.Cause));
    }

    [Theory]
    [InlineData(Carrier.Http1)]
    [InlineData(Carrier.Tls)]
    [InlineData(Carrier.Http2)]
    public async Task Peer_that_never_stops_sending_does_not_hold_the_stop_up(Carrier carrier)
    {
        await using TestServer server = await TestServer.StartAsync(carrier, async connection =>
        {
            await foreach (WebSocketMessage message in connection.ReadAllAsync()) await Task.Yield();
        });
        await using WebSocketConnection client = await server.ConnectAsync();
        Task sending = Task.Run(async () =>
        {
            byte[] data = new byte[100];
            while (true) await client.SendAsync(data);
        });
        await Waits.Until(() => server.Connections.FirstOrDefault()?.Traffic.MessagesReceived > 1000, "messages");
        var watch = Stopwatch.StartNew();
        await server.StopAsync().Soon();
        Assert.InRange(watch.ElapsedMilliseconds, 0, 3000);
        await Assert.ThrowsAsync<WebSocketClosedException>(() => sending);
        Assert.Equal((1001, true), await client.Closed.Soon() is { } record ? (record.Code, record.WasClean) : default);
    }

    [Fact]
    public async Task New_handshakes_get_503_with_retry_after_while_the_host_drains()
    {
        var go = new TaskCompletionSource();
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, async connection =>
        {
            await connection.ReceiveAsync();
            await go.Task;
        });
        await using RawPeer peer = await server.RawAsync();
        await peer.SendTextAsync("hold the drain up");
        await Waits.Until(() => server.Connections.FirstOrDefault()?.Traffic.MessagesReceived == 1, "the message");
        Task stop = server.StopAsync();
        string head = "";
        for (int i = 0; i < 100 && !head.StartsWith("HTTP/1.1 503", StringComparison.Ordinal); i++)
        {
            await using RawPeer late = await RawPeer.ConnectAsync("127.0.0.1", server.Url.Port);
            head = await late.UpgradeAsync();
        }

        Assert.Contains("\r\nRetry-After: 5\r\n", head, StringComparison.Ordinal);
        WebSocketConnectException refused = await Assert.ThrowsAsync<WebSocketConnectException>(() => server.ConnectAsync());
        Assert.Equal(503, (int)refused.Record.HttpStatus!);
        go.SetResult();
        // The handler returned before the drain could close: its 1000 is the close.
        Assert.Equal(1000, (await peer.ReadFrameAsync()).CloseCode);
        await peer.SendCloseAsync(1000);
        await peer.DisposeAsync();
        await stop.Soon();
    }

    [Fact]
    public async Task Handler_that_never_returns_holds_the_stop_up_no_longer_than_the_host_s_timeout()
    {
        await using TestServer server = await TestServer.StartAsync(
            Carrier.Http1,
            async connection =>
            {
                await connection.ReceiveAsync();
                await Task.Delay(Timeout.Infinite, CancellationToken.None);
            },
            build: b => b.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(1)));
        await using RawPeer idle = await server.RawAsync();
        await using RawPeer busy = await server.RawAsync();
        await busy.SendTextAsync("keep this");
        await Waits.Until(() => server.Connections.Any(c => c.Traffic.MessagesReceived == 1), "the message");
        var watch = Stopwatch.StartNew();
        Task stop = server.StopAsync();
        Assert.Equal(1001, (await idle.ReadFrameAsync()).CloseCode);
        Assert.InRange(watch.ElapsedMilliseconds, 0, 500);
        await idle.SendCloseAsync(1001);
        await idle.HalfCloseAsync();
        // Its handler has a message in hand and does not come back for the next: its patience ends before the host's.
        Assert.Equal(1001, (await busy.ReadFrameAsync()).CloseCode);
        await busy.SendCloseAsync(1001);
        await busy.HalfCloseAsync();
        await stop.Soon();
        Assert.InRange(watch.ElapsedMilliseconds, 0, 2500);
        Assert.All([await server.RecordAsync(), await server.RecordAsync()], record => Assert.Equal((1001, true, CloseCause.HostStopping), (record.Code, record.WasClean, record.Cause)));
    }

    private static async Task AnswerAsync(RawPeer peer, Carrier carrier)
    {
        try
        {
            await peer.SendCloseAsync(1001);
        }
        catch (IOException) when (carrier.IsHttp2())
        {
            // The answer arrived, the server was done with it and closed the connection, and only then HttpClient looked what became of its write.
        }

        await peer.ReadToEndAsync();
    }

    private static async Task<(int Echoes, RawFrame Close)> ReadToCloseAsync(RawPeer peer)
    {
        for (int echoes = 0; ; echoes++)
        {
            RawFrame frame = await peer.ReadFrameAsync();
            if (frame.Opcode == 8) return (echoes, frame);
        }
    }
}
