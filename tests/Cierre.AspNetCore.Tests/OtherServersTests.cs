using System.Net;
using Cierre.TestKit;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Xunit;

namespace Cierre.AspNetCore.Tests;

/// <summary>Kestrel as other people set it up: with a transport of their own, or with middleware on the connection.</summary>
public class OtherServersTests
{
    public static TheoryData<Carrier, string> Ways => [.. from carrier in Enum.GetValues<Carrier>() from way in (string[])["own transport", "logging below tls", "logging above", "inline scheduling", "kestrel's transport"] select (carrier, way)];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Echo_close_violation_and_stop_work(Carrier carrier, string way)
    {
        await using TestServer server = await StartAsync(carrier, way);
        byte[] data = new byte[300_000];
        Random.Shared.NextBytes(data);
        await using (WebSocketConnection client = await server.ConnectAsync())
        {
            for (int i = 0; i < 5; i++)
            {
                await client.SendAsync(data);
                Assert.Equal(data, (await client.ReceiveAsync().Soon())!.Value.ToArray());
            }

            CloseRecord record = await client.CloseAsync(4001).Soon();
            Assert.Equal((4001, true), (record.Code, record.WasClean));
            Assert.Equal((4001, true), await server.RecordAsync() is { } theirs ? (theirs.Code, theirs.WasClean) : default);
        }

        await using (RawPeer peer = await server.RawAsync())
        {
            await peer.SendFrameAsync(3);
            RawFrame frame = await peer.ReadFrameAsync();
            Assert.Equal((1002, "opcode 3 is reserved"), (frame.CloseCode, frame.CloseReason));
            Assert.Equal((0, RawEnd.Fin), await CloseCodeTests.RestAsync(peer));
        }

        Assert.Equal(1002, (await server.RecordAsync()).Sent!.Code);
        await using WebSocketConnection last = await server.ConnectAsync();
        Task stop = server.StopAsync();
        Assert.Equal((1001, true), await last.Closed.Soon() is { } ended ? (ended.Code, ended.WasClean) : default);
        await stop.Soon();
    }

    [Theory]
    [InlineData(Carrier.Http1)]
    [InlineData(Carrier.Tls)]
    public async Task Logging_middleware_does_not_take_the_proof_of_sending_away(Carrier carrier)
    {
        await using TestServer server = await StartAsync(carrier, "logging above");
        byte[] flood = [.. RawPeer.Frame(3, [], fin: true, rsv: 0, mask: true), .. new byte[1024 * 1024]];
        for (int i = 0; i < 20; i++)
        {
            await using RawPeer peer = await server.RawAsync();
            await peer.SendAsync(flood);
            Assert.Equal(1002, (await peer.ReadFrameAsync()).CloseCode);
            Assert.Equal((0, RawEnd.Fin), await CloseCodeTests.RestAsync(peer));
        }
    }

    [Fact]
    public async Task Unix_socket_carries_a_connection()
    {
        string path = Path.Combine(Path.GetTempPath(), $"cierre-{Guid.NewGuid():N}.sock");
        await using TestServer server = await TestServer.StartAsync(Carrier.Http1, TestServer.EchoAsync, build: b => b.WebHost.ConfigureKestrel(k => k.ListenUnixSocket(path)));
        WebSocketClientOptions options = server.ClientOptions();
        options.ConfigureHandler = handler => handler.ConnectCallback = async (_, token) =>
        {
            var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified);
            await socket.ConnectAsync(new System.Net.Sockets.UnixDomainSocketEndPoint(path), token);
            return new System.Net.Sockets.NetworkStream(socket, ownsSocket: true);
        };
        await using WebSocketConnection client = await WebSocketConnection.ConnectAsync(new Uri("ws://localhost/"), options);
        await client.SendAsync("hello");
        Assert.Equal("hello", (await client.ReceiveAsync().Soon())!.Value.GetText());
        Assert.True((await client.CloseAsync().Soon()).WasClean);
    }

    private static Task<TestServer> StartAsync(Carrier carrier, string way) => TestServer.StartAsync(
        carrier,
        TestServer.EchoAsync,
        build: builder =>
        {
            builder.Logging.SetMinimumLevel(LogLevel.Trace);
            if (way == "own transport") builder.Services.AddSingleton<IConnectionListenerFactory, OwnTransport>();
            if (way == "kestrel's transport") builder.Services.Configure<WebSocketServerOptions>(options => options.UseKestrelTransport = true);
            if (way == "inline scheduling") builder.WebHost.UseSockets(sockets => sockets.UnsafePreferInlineScheduling = true);
        },
        listen: options =>
        {
            if (way == "logging below tls") options.UseConnectionLogging();
        },
        above: options =>
        {
            if (way == "logging above") options.UseConnectionLogging();
        });

    /// <summary>Kestrel's own, registered by the application behind ours.</summary>
    private sealed class OwnTransport(IOptions<SocketTransportOptions> options, ILoggerFactory loggers) : IConnectionListenerFactory
    {
        private readonly SocketTransportFactory _inner = new(options, loggers);

        public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) => _inner.BindAsync(endpoint, cancellationToken);
    }
}
