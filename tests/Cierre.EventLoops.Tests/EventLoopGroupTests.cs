using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using Cierre.EventLoops.Loops;
using Cierre.EventLoops.Sockets;
using Cierre.RawPeers;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Cierre.EventLoops.Tests;

/// <summary>Clients whose sockets are read by loops.</summary>
public sealed class EventLoopGroupTests
{
    [Fact]
    public async Task Clients_take_the_loops_in_turn()
    {
        using var group = new EventLoopGroup(new EventLoopOptions { LoopCount = 3 });
        await using LoopServer server = await LoopServer.StartAsync(MapEcho, loops: 0);
        var clients = new List<WebSocketConnection>();
        for (int i = 0; i < 6; i++) clients.Add(await ConnectAsync(server.Url, group));
        Assert.Equal(3, clients.Select(client => TransportOf(client).Loop).Distinct().Count());
        Assert.Equal(clients[..3].Select(client => TransportOf(client).Loop), clients[3..].Select(client => TransportOf(client).Loop));
        foreach (WebSocketConnection client in clients)
        {
            await EchoAsync(client, "x");
            Assert.True((await client.CloseAsync().WaitAsync(LoopServer.Bound)).WasClean);
        }
    }

    [Fact]
    public async Task Runtime_does_not_wait_for_the_socket_any_more()
    {
        using var group = new EventLoopGroup(new EventLoopOptions { LoopCount = 1 });
        await using LoopServer server = await LoopServer.StartAsync(MapEcho, loops: 0);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        var options = new WebSocketClientOptions
        {
            EventLoops = group,
            ConfigureHandler = handler => handler.ConnectCallback = async (context, token) =>
            {
                await socket.ConnectAsync(context.DnsEndPoint, token);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        await using WebSocketConnection client = await WebSocketConnection.ConnectAsync(server.Url, options).WaitAsync(LoopServer.Bound);
        await EchoAsync(client, "x");
        int descriptor = (int)socket.Handle;
        // The loop does.
        Assert.Single(Watchers(descriptor));
    }

    [Fact]
    public async Task Handler_of_a_client_that_blocks_keeps_no_neighbour_and_is_named_by_its_server()
    {
        using var log = new LinesLogger();
        using var group = new EventLoopGroup(new EventLoopOptions { LoopCount = 1 }, log);
        await using LoopServer server = await LoopServer.StartAsync(MapEcho, loops: 0);
        await using WebSocketConnection blocking = await ConnectAsync(server.Url, group), other = await ConnectAsync(server.Url, group);
        using var goOn = new ManualResetEventSlim();
        using var isIn = new ManualResetEventSlim();
        Task blocked = BlockAsync();
        await blocking.SendAsync("block");
        Assert.True(isIn.Wait(LoopServer.Bound));
        for (int i = 0; i < 20; i++) await EchoAsync(other, $"{i}");
        goOn.Set();
        await blocked.WaitAsync(LoopServer.Bound);
        await EchoAsync(blocking, "goes on");
        string line = $"A handler of ws://127.0.0.1:{server.Url.Port} has kept an event loop";
        Assert.True(SpinWait.SpinUntil(() => log.Lines.Any(told => told.StartsWith(line, StringComparison.Ordinal)), LoopServer.Bound));

        async Task BlockAsync()
        {
            await blocking.ReceiveAsync().ConfigureAwait(false);
            isIn.Set();
            goOn.Wait(LoopServer.Bound);
        }
    }

    [Fact]
    public async Task End_of_the_loops_cuts_those_that_are_on_them_and_whoever_comes_later_does_without()
    {
        var group = new EventLoopGroup(new EventLoopOptions { LoopCount = 1 });
        await using LoopServer server = await LoopServer.StartAsync(MapEcho, loops: 0);
        WebSocketConnection early = await ConnectAsync(server.Url, group);
        await EchoAsync(early, "x");
        group.Dispose();
        group.Dispose();
        CloseRecord record = await early.Closed.WaitAsync(LoopServer.Bound);
        Assert.Equal((1006, false), (record.Code, record.WasClean));
        await using WebSocketConnection late = await ConnectAsync(server.Url, group);
        Assert.IsNotType<LoopTransport>(late.Driver.Transport);
        await EchoAsync(late, "x");
    }

    [Fact]
    public void Fewer_threads_than_loops_and_one_are_refused()
    {
        ArgumentException e = Assert.Throws<ArgumentException>(() => new EventLoopGroup(new EventLoopOptions { LoopCount = 4, MaxThreads = 4 }));
        Assert.Equal("options", e.ParamName);
        Assert.StartsWith("MaxThreads (4) is not more than there are loops (4)", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Loop_that_gets_no_thread_ends_the_group_and_the_loops_that_have_one()
    {
        var started = new List<LoopThread>();
        var failure = new OutOfMemoryException();
        InvalidOperationException e = Assert.Throws<InvalidOperationException>(() => new EventLoopGroup(
            new EventLoopOptions { LoopCount = 2 }, loggerFactory: null, TimeProvider.System, thread =>
            {
                if (started.Count == 1) throw failure;
                started.Add(thread);
                thread.Start();
            }));
        Assert.Same(failure, e.InnerException);
        LoopThread first = Assert.Single(started);
        Assert.True(SpinWait.SpinUntil(() => first.Id != 0 && !Directory.Exists($"/proc/self/task/{first.Id}"), LoopServer.Bound));
    }

    [Fact]
    public async Task Gateway_of_a_server_on_loops_has_its_upstreams_on_them()
    {
        await using var upstream = RawServer.Start(async peer =>
        {
            await peer.SendTextAsync((await peer.ReadFrameAsync()).Text);
            await peer.ReadToEndAsync();
        });
        WebSocketEventLoops? given = null;
        await using LoopServer server = await LoopServer.StartAsync(
            app => app.MapWebSocketGateway("/", upstream.Url, options => options.ConfigureUpstream = (_, client) => given = client.EventLoops));
        await using WebSocketConnection client = await server.ConnectAsync();
        await EchoAsync(client, "through");
        Assert.Same(server.Services.GetRequiredService<EventLoopGroup>(), given);
        Assert.Equal(1, server.Services.GetRequiredService<EventLoopGroup>().LoopCount);
    }

    private static void MapEcho(WebApplication app) => app.MapWebSocket("/", async connection =>
    {
        await foreach (WebSocketMessage message in connection.ReadAllAsync()) await connection.SendAsync(message);
    });

    private static Task<WebSocketConnection> ConnectAsync(Uri url, EventLoopGroup group) =>
        WebSocketConnection.ConnectAsync(url, new WebSocketClientOptions { EventLoops = group }).WaitAsync(LoopServer.Bound);

    private static LoopTransport TransportOf(WebSocketConnection client) => Assert.IsType<LoopTransport>(client.Driver.Transport);

    private static async Task EchoAsync(WebSocketConnection client, string text)
    {
        await client.SendAsync(text);
        Assert.Equal(text, (await client.ReceiveAsync().AsTask().WaitAsync(LoopServer.Bound))!.Value.GetText());
    }

    /// <summary>The epoll instances of this process that watch a descriptor: proc(5), fdinfo.</summary>
    private static IEnumerable<string> Watchers(int descriptor)
    {
        string line = $"tfd:{descriptor.ToString(CultureInfo.InvariantCulture),9} ";
        foreach (string path in Directory.GetFiles("/proc/self/fdinfo"))
        {
            string text;
            try
            {
                text = File.ReadAllText(path);
            }
            catch (IOException)
            {
                // It was closed in the meantime.
                continue;
            }

            if (text.Contains(line, StringComparison.Ordinal)) yield return path;
        }
    }

    private sealed class LinesLogger : ILoggerFactory, ILogger
    {
        private readonly ConcurrentQueue<string> _lines = new();

        public IReadOnlyCollection<string> Lines => _lines;

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public void Dispose()
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _lines.Enqueue(formatter(state, exception));
    }
}
