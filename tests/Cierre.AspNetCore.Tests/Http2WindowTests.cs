using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Cierre.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Xunit;

namespace Cierre.AspNetCore.Tests;

/// <summary>Streams of HTTP/2 whose window is shut, and how streams end. RFC 9113 5.2 and 8.1, RFC 8441 5.</summary>
public class Http2WindowTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(20_000)]
    public async Task Peer_that_grants_no_window_loses_its_stream_at_the_close_timeout_and_the_host_stops(int length)
    {
        await using TestServer server = await TestServer.StartAsync(
            Carrier.Http2,
            async connection =>
            {
                if (length > 0) _ = connection.SendAsync(new byte[length]).AsTask();
                await connection.CloseAsync(4000);
            },
            options => options.CloseTimeout = TimeSpan.FromMilliseconds(300));
        await using RawHttp2Peer peer = await RawHttp2Peer.ConnectAsync("127.0.0.1", server.Url.Port, window: 0);
        int stream = await peer.OpenAsync();
        RawHttp2Frame? end = await peer.ReadFrameAsync(stream);
        Assert.Equal(RawHttp2Frame.Reset, end?.Type);
        CloseRecord record = await server.RecordAsync();
        Assert.Equal((1006, false, EndedBy.Local, CloseCause.CloseTimeout), (record.Code, record.WasClean, record.EndedBy, record.Cause));
        // The connection lives, and carries the next stream.
        int next = await peer.ConnectStreamAsync("/nowhere");
        Assert.Equal(404, (await peer.ReadAnswerAsync(next)).Status);
        var watch = Stopwatch.StartNew();
        await server.StopAsync().Soon();
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 5);
    }

    [Fact]
    public async Task Send_that_waits_for_its_window_fails_when_the_peer_resets_the_stream()
    {
        Channel<Task> sends = Channel.CreateUnbounded<Task>();
        await using TestServer server = await TestServer.StartAsync(Carrier.Http2, async connection =>
        {
            Task send = connection.SendAsync(new byte[4 << 20]).AsTask();
            sends.Writer.TryWrite(send);
            await send;
        });
        await using RawHttp2Peer peer = await RawHttp2Peer.ConnectAsync("127.0.0.1", server.Url.Port);
        for (int i = 0; i < 100; i++)
        {
            int stream = await peer.OpenAsync();
            Task send = await sends.Reader.ReadAsync().AsTask().Soon();
            await peer.SendFrameAsync(RawHttp2Frame.Reset, 0, stream, new byte[] { 0, 0, 0, 8 });
            WebSocketClosedException error = await Assert.ThrowsAsync<WebSocketClosedException>(() => send.Soon());
            Assert.Equal(1006, error.Record.Code);
        }
    }

    [Fact]
    public async Task Peer_that_has_a_window_and_does_not_answer_gets_the_close_frame_and_the_end()
    {
        await using TestServer server = await TestServer.StartAsync(Carrier.Http2, c => c.CloseAsync(4000), options => options.CloseTimeout = TimeSpan.FromMilliseconds(300));
        await using RawHttp2Peer peer = await RawHttp2Peer.ConnectAsync("127.0.0.1", server.Url.Port);
        int stream = await peer.OpenAsync();
        RawHttp2Frame? close = await peer.ReadFrameAsync(stream);
        Assert.Equal([0x88, 2, 0x0F, 0xA0], close!.Payload);
        RawHttp2Frame? end = close.EndsStream ? close : await peer.ReadFrameAsync(stream);
        Assert.True(end!.EndsStream, $"{end}");
        Assert.Equal(0, (await peer.ReadFrameAsync(stream))!.ErrorCode);
        Assert.Equal(CloseCause.CloseTimeout, (await server.RecordAsync()).Cause);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(3000)]
    [InlineData(30_000)]
    public async Task Window_that_stays_shut_costs_neither_the_stream_nor_the_connection(int length)
    {
        await using TestServer server = await TestServer.StartAsync(
            Carrier.Http2,
            TestServer.EchoAsync,
            // The shortest patience that Kestrel takes: without the lift the connection is gone after about 3 s.
            build: builder => builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MinResponseDataRate = new MinDataRate(240, TimeSpan.FromSeconds(1.1))),
            map: app => app.MapWebSocket("/big", async connection =>
            {
                await connection.SendAsync(new byte[length]);
                await connection.ReceiveAsync();
            }));
        await using RawHttp2Peer peer = await RawHttp2Peer.ConnectAsync("127.0.0.1", server.Url.Port, window: 0, TimeSpan.FromSeconds(8));
        int shut = await peer.OpenAsync("/big"), other = await peer.OpenAsync();
        await peer.GrantAsync(other, 1000);
        // Nothing comes: no data, no GOAWAY, no end of TCP.
        await Assert.ThrowsAsync<TimeoutException>(peer.ReadFrameAsync);
        await peer.SendDataAsync(other, RawPeer.Frame(1, "still here"u8, fin: true, rsv: 0, mask: true));
        RawHttp2Frame? echo = await peer.ReadFrameAsync(other);
        Assert.Equal(RawHttp2Frame.Data, echo?.Type);
        await peer.GrantAsync(shut, 100_000);
        RawHttp2Frame? data = await peer.ReadFrameAsync(shut);
        Assert.Equal(RawHttp2Frame.Data, data?.Type);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Rate_of_other_answers_on_the_connection_is_still_held(bool withWebSocket)
    {
        await using TestServer server = await TestServer.StartAsync(
            Carrier.Http2,
            TestServer.EchoAsync,
            build: builder => builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MinResponseDataRate = new MinDataRate(1_000_000, TimeSpan.FromSeconds(1.1))),
            map: app =>
            {
                app.MapWebSocket("/big", async connection =>
                {
                    await connection.SendAsync(new byte[3000]);
                    await connection.ReceiveAsync();
                });
                app.MapGet("/download", async context => await context.Response.Body.WriteAsync(new byte[200_000]));
            });
        await using RawHttp2Peer peer = await RawHttp2Peer.ConnectAsync("127.0.0.1", server.Url.Port, window: 0, TimeSpan.FromSeconds(15));
        if (withWebSocket) await peer.OpenAsync("/big");
        int download = await peer.SendRequestAsync("GET", "/download", null, [], endStream: true);
        Assert.Equal(200, (await peer.ReadAnswerAsync(download)).Status);
        var watch = Stopwatch.StartNew();
        RawHttp2Frame? frame;
        try
        {
            do frame = await peer.ReadFrameAsync();
            while (frame is not null && frame.Type != 7);
        }
        catch (IOException)
        {
        }

        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 10);
    }

    [Fact]
    public async Task End_of_the_client_s_stream_is_sent_before_its_tcp_ends()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var url = new Uri($"ws://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/");
        for (int i = 0; i < 40; i++)
        {
            Task<WebSocketConnection> connecting = WebSocketConnection.ConnectAsync(url, new WebSocketClientOptions { HttpVersion = HttpVersion.Version20 });
            await using RawHttp2Peer peer = await RawHttp2Peer.AcceptAsync(await listener.AcceptSocketAsync().Soon());
            RawHttp2Frame request = await NextAsync(peer, RawHttp2Frame.Headers);
            await peer.SendFrameAsync(RawHttp2Frame.Headers, 4, request.Stream, new byte[] { 0x88 });
            await using WebSocketConnection client = await connecting.Soon();
            Task<CloseRecord> closing = client.CloseAsync(1000);
            await NextAsync(peer, RawHttp2Frame.Data);
            await peer.SendDataAsync(request.Stream, new byte[] { 0x88, 2, 3, 232 }, endStream: true);
            Assert.True((await closing.Soon()).WasClean);
            RawHttp2Frame? end;
            do end = await peer.ReadFrameAsync(request.Stream);
            while (end is { EndsStream: false, Type: not RawHttp2Frame.Reset });
            Assert.True(end is { EndsStream: true }, $"round {i}: {(end is null ? "TCP ended before END_STREAM" : end)}");
        }
    }

    [Theory]
    [InlineData("201")]
    [InlineData("204")]
    [InlineData("299")]
    public async Task Status_other_than_200_is_a_bad_handshake(string status)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var url = new Uri($"ws://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/");
        Task<WebSocketConnection> connecting = WebSocketConnection.ConnectAsync(url, new WebSocketClientOptions { HttpVersion = HttpVersion.Version20 });
        await using RawHttp2Peer peer = await RawHttp2Peer.AcceptAsync(await listener.AcceptSocketAsync().Soon());
        RawHttp2Frame request = await NextAsync(peer, RawHttp2Frame.Headers);
        await peer.SendFrameAsync(RawHttp2Frame.Headers, 5, request.Stream, (byte[])[8, 3, .. System.Text.Encoding.ASCII.GetBytes(status)]);
        WebSocketConnectException refused = await Assert.ThrowsAsync<WebSocketConnectException>(() => connecting.Soon());
        Assert.Equal((CloseCause.BadHandshake, int.Parse(status, System.Globalization.CultureInfo.InvariantCulture)), (refused.Record.Cause, (int)refused.Record.HttpStatus!));
        Assert.Contains("where 200 was due", refused.Record.Detail, StringComparison.Ordinal);
    }

    private static async Task<RawHttp2Frame> NextAsync(RawHttp2Peer peer, int type)
    {
        while (await peer.ReadFrameAsync() is { } frame)
        {
            if (frame.Type == type) return frame;
        }

        throw new EndOfStreamException($"no frame of type {type}");
    }
}
