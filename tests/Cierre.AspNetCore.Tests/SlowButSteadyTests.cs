using System.Net.Sockets;
using Cierre.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Cierre.AspNetCore.Tests;

/// <summary>A peer that takes a long message slowly but steadily is no peer that takes nothing, whatever carries the connection.</summary>
public class SlowButSteadyTests
{
    private const int MiB = 1024 * 1024;
    private const string NothingTaken = "the peer reads too slowly: it took nothing of what waits for it for 40 s";
    private const string NoSendCompleted = "the peer reads too slowly: no send to it was completed for 40 s";

    // Of the peer that takes slowly: with a buffer of tens of megabytes its kernel would acknowledge nothing for a while, whatever is read of it.
    private const int ReceiveBuffer = 64 * 1024;

    private readonly FakeTimeProvider _clock = new();

    [Theory]
    [InlineData(Carrier.Http1, false)]
    [InlineData(Carrier.Tls, false)]
    [InlineData(Carrier.Http1, true)]
    [InlineData(Carrier.Tls, true)]
    public async Task Client_of_a_server(Carrier carrier, bool kestrelTransport)
    {
        var opened = new TaskCompletionSource<WebSocketConnection>();
        await using TestServer server = await TestServer.StartAsync(
            carrier,
            connection => SendAsync(connection, opened, 64 * MiB),
            Set,
            build: builder => builder.Services.Configure<WebSocketServerOptions>(o => o.UseKestrelTransport = kestrelTransport));
        await using RawPeer peer = await server.RawAsync();
        peer.Socket.ReceiveBufferSize = ReceiveBuffer;
        await PlayAsync(await opened.Task.Soon(), () => ReadAsync(peer.Socket), NothingTaken);
    }

    [Fact]
    public async Task Stream_of_HTTP_2()
    {
        var opened = new TaskCompletionSource<WebSocketConnection>();
        await using TestServer server = await TestServer.StartAsync(Carrier.Http2, connection => SendAsync(connection, opened, 2 * MiB), Set);
        await using RawHttp2Peer peer = await RawHttp2Peer.ConnectAsync("127.0.0.1", server.Url.Port);
        int stream = await peer.OpenAsync();
        await PlayAsync(
            await opened.Task.Soon(),
            async () =>
            {
                await peer.GrantAsync(0, 70_000);
                await peer.GrantAsync(stream, 70_000);
                for (int count = 0; count < 70_000;) count += (await peer.ReadFrameAsync(stream))!.Payload.Length;
            },
            NoSendCompleted);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Server_of_a_client(bool tls)
    {
        var opened = new TaskCompletionSource<RawPeer>();
        var over = new TaskCompletionSource();
        await using RawServer server = RawServer.Start(
            async peer =>
            {
                opened.SetResult(peer);
                await over.Task;
            },
            certificate: tls ? Certificates.ForLocalhost() : null);
        var options = new WebSocketClientOptions { ConfigureHandler = handler => handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true };
        Set(options);
        await using WebSocketConnection client = await WebSocketConnection.ConnectAsync(server.Url, options).Soon();
        try
        {
            RawPeer peer = await opened.Task.Soon();
            peer.Socket.ReceiveBufferSize = ReceiveBuffer;
            _ = SendAsync(client, new TaskCompletionSource<WebSocketConnection>(), 64 * MiB);
            await PlayAsync(client, () => ReadAsync(peer.Socket), NothingTaken);
        }
        finally
        {
            over.SetResult();
        }
    }

    private void Set(WebSocketConnectionOptions options)
    {
        options.TimeProvider = _clock;
        options.PingInterval = Timeout.InfiniteTimeSpan;
        options.SendTimeout = TimeSpan.FromSeconds(40);
        options.CloseTimeout = TimeSpan.FromSeconds(5);
    }

    /// <summary>Three timeouts go by while the peer takes something now and then; then it stops.</summary>
    private async Task PlayAsync(WebSocketConnection connection, Func<Task> takeSome, string detail)
    {
        await Waits.Until(() => connection.QueuedBytes > 0, "the message");
        try
        {
            for (int i = 0; i < 12; i++)
            {
                await takeSome();
                Advance(10);
                Assert.True(connection.IsOpen, $"closed after {i * 10} s: {connection.Driver.Known().Detail}");
            }

            // What is on its way into the buffers is progress still, and that takes real time.
            await Waits.Until(() => AdvanceUntil(() => !connection.IsOpen), "the end of patience");
            await Waits.Until(() => AdvanceUntil(() => connection.Closed.IsCompleted), "the record");
        }
        finally
        {
            // The clock stands still: nothing else would end it.
            connection.Abort();
        }

        CloseRecord record = await connection.Closed.Soon();
        Assert.Equal((1006, EndedBy.Local, CloseCause.PolicyViolation, detail), (record.Code, record.EndedBy, record.Cause, record.Detail));
    }

    private bool AdvanceUntil(Func<bool> condition)
    {
        Advance(5);
        return condition();
    }

    private void Advance(int seconds)
    {
        for (int i = 0; i < seconds; i++) _clock.Advance(TimeSpan.FromSeconds(1));
    }

    private static async Task SendAsync(WebSocketConnection connection, TaskCompletionSource<WebSocketConnection> opened, int count)
    {
        opened.SetResult(connection);
        await connection.SendAsync(new byte[count]).AsTask().ContinueWith(_ => { }, TaskScheduler.Default);
        await connection.Closed;
    }

    /// <summary>What the layer above would do with the bytes does not matter.</summary>
    private static async Task ReadAsync(Socket socket)
    {
        byte[] bytes = new byte[MiB];
        int count = 0, came;
        do count += came = await socket.ReceiveAsync(bytes.AsMemory(count)).Soon();
        while (came != 0 && count < bytes.Length);
        Assert.Equal(bytes.Length, count);
    }
}
