using System.Runtime.CompilerServices;
using Cierre.Browser;
using Cierre.TestKit;
using Xunit;
using WebSocket = Cierre.Browser.WebSocket;

namespace Cierre.AspNetCore.Tests;

/// <summary>A client whose application has one thread, a window's or a scheduler's, and blocks it or keeps it busy.</summary>
public sealed class SingleThreadTests
{
    private static readonly AsyncLocal<object?> Local = new();
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    public static TheoryData<Carrier, bool> Cases => new(
        from carrier in Enum.GetValues<Carrier>()
        from asScheduler in new[] { false, true }
        select (carrier, asScheduler));

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Every_wait_of_a_connection_may_block(Carrier carrier, bool asScheduler)
    {
        const int Size = 4 * 1024 * 1024;
        await using TestServer server = await TestServer.StartAsync(carrier, TestServer.EchoAsync, o => o.MaxMessageSize = Size);
        using var thread = new SingleThread(asScheduler);
        CloseRecord record = null!;
        await thread.RunAsync(() =>
        {
            WebSocketClientOptions options = server.ClientOptions();
            options.MaxMessageSize = Size;
            WebSocketConnection connection = server.ConnectAsync(options).GetAwaiter().GetResult();
            connection.SendAsync("one").GetAwaiter().GetResult();
            Assert.Equal("one", connection.ReceiveAsync().GetAwaiter().GetResult()!.Value.GetText());
            byte[] large = new byte[Size];
            Task<int> echo = Task.Run(() => connection.ReceiveAsync().GetAwaiter().GetResult()!.Value.Data.Length);
            connection.SendAsync(large).GetAwaiter().GetResult();
            Assert.Equal(large.Length, echo.GetAwaiter().GetResult());
            connection.PingAsync().Wait();
            WebSocketMessageStream stream = connection.OpenSendStreamAsync(WebSocketMessageKind.Binary).GetAwaiter().GetResult();
            for (int i = 0; i < 8; i++) stream.Write(new byte[100_000]);
            stream.Dispose();
            WebSocketMessageStream back = connection.ReceiveStreamAsync().GetAwaiter().GetResult()!;
            int count = 0, read;
            while ((read = back.Read(large, 0, large.Length)) != 0) count += read;
            Assert.Equal(800_000, count);
            IAsyncEnumerator<WebSocketMessage> messages = connection.ReadAllAsync().GetAsyncEnumerator();
            connection.SendAsync("two").GetAwaiter().GetResult();
            Assert.True(messages.MoveNextAsync().GetAwaiter().GetResult());
            record = connection.CloseAsync().GetAwaiter().GetResult();
            Assert.Same(record, connection.Closed.Result);
            connection.DisposeAsync().GetAwaiter().GetResult();
        }).WaitAsync(Bound);
        Assert.Equal((1000, true, EndedBy.Local), (record.Code, record.WasClean, record.EndedBy));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Connection_is_carried_while_the_thread_is_busy(Carrier carrier, bool asScheduler)
    {
        var free = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        // The server's pings are answered, and so are the client's, for many times the ping timeout.
        await using TestServer server = await TestServer.StartAsync(carrier, async connection =>
        {
            for (int i = 0; i < 20; i++) Assert.InRange(await connection.PingAsync().Soon(), TimeSpan.Zero, TimeSpan.FromSeconds(1));
            while (connection.Age < TimeSpan.FromSeconds(1)) await connection.PingAsync();
            free.SetResult();
            await TestServer.EchoAsync(connection);
        });
        using var thread = new SingleThread(asScheduler);
        await thread.RunAsync(async () =>
        {
            WebSocketClientOptions options = server.ClientOptions();
            (options.PingInterval, options.PingTimeout) = (TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(200));
            WebSocketConnection connection = await server.ConnectAsync(options);
            Assert.True(free.Task.Wait(Bound));
            Assert.True(thread.IsHere);
            await connection.SendAsync("still there");
            Assert.Equal("still there", (await connection.ReceiveAsync())!.Value.GetText());
            Assert.Equal(1000, (await connection.CloseAsync()).Code);
            Assert.True(thread.IsHere);
        }).WaitAsync(Bound);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Large_send_leaves_while_the_thread_that_sent_is_busy(Carrier carrier, bool asScheduler)
    {
        const int Size = 8 * 1024 * 1024;
        var mayRead = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var got = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using TestServer server = await TestServer.StartAsync(
            carrier,
            async connection =>
            {
                await mayRead.Task;
                got.SetResult((await connection.ReceiveAsync())!.Value.Data.Length);
                await connection.PingAsync();
                await connection.ReceiveAsync();
            },
            o => o.MaxMessageSize = Size);
        using var thread = new SingleThread(asScheduler);
        await thread.RunAsync(async () =>
        {
            WebSocketConnection connection = await server.ConnectAsync();
            Task sending = connection.SendAsync(new byte[Size]).AsTask();
            mayRead.SetResult();
            Assert.Equal(Size, got.Task.WaitAsync(Bound).GetAwaiter().GetResult());
            await sending;
            await connection.CloseAsync();
        }).WaitAsync(Bound);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Every_wait_of_a_reconnecting_client_may_block(Carrier carrier, bool asScheduler)
    {
        await using TestServer server = await TestServer.StartAsync(carrier, TestServer.EchoAsync);
        using var thread = new SingleThread(asScheduler);
        await thread.RunAsync(() =>
        {
            var options = new WebSocketReconnectOptions { HttpVersion = server.ClientOptions().HttpVersion, ConfigureHandler = server.ClientOptions().ConfigureHandler };
            IAsyncEnumerator<WebSocketConnection> connections = WebSocketConnection.KeepConnectedAsync(server.Url, options).GetAsyncEnumerator();
            Assert.True(connections.MoveNextAsync().AsTask().GetAwaiter().GetResult());
            connections.Current.SendAsync("one").GetAwaiter().GetResult();
            Assert.Equal("one", connections.Current.ReceiveAsync().GetAwaiter().GetResult()!.Value.GetText());
            connections.Current.CloseAsync().Wait();
            Assert.False(connections.MoveNextAsync().AsTask().GetAwaiter().GetResult());
            connections.DisposeAsync().AsTask().Wait();
        }).WaitAsync(Bound);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Every_wait_of_a_browser_socket_may_block_on_the_thread_of_its_events(Carrier carrier, bool asScheduler)
    {
        await using TestServer server = await TestServer.StartAsync(carrier, TestServer.EchoAsync);
        using var thread = new SingleThread(asScheduler);
        var seen = new List<string>();
        var delivered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await thread.RunAsync(() =>
        {
            WebSocket socket = Socket(server);
            socket.OnOpen = _ => seen.Add("open");
            socket.OnMessage = e => seen.Add($"message {e.Data}");
            socket.OnClose = e =>
            {
                seen.Add($"close {e.Code}");
                delivered.SetResult();
            };
            socket.Opened.GetAwaiter().GetResult();
            Assert.Equal(WebSocket.OPEN, socket.ReadyState);
            socket.Send("hello");
            SpinWait.SpinUntil(() => server.Connections.Any(c => c.Traffic.MessagesSent == 1), Bound);
            socket.Close(4000);
            Assert.Equal(4000, socket.Closed.GetAwaiter().GetResult().Code);
            Assert.Equal(WebSocket.CLOSED, socket.ReadyState);
            socket.DisposeAsync().AsTask().Wait();
        }).WaitAsync(Bound);
        await delivered.Task.WaitAsync(Bound);
        // What came behind close() is dropped; the message may have come before.
        Assert.Equal(["open", "close 4000"], seen.Where(what => !what.StartsWith("message", StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Disposing_a_browser_socket_may_block_in_every_state(Carrier carrier, bool asScheduler)
    {
        await using TestServer server = await TestServer.StartAsync(carrier, TestServer.EchoAsync);
        using var thread = new SingleThread(asScheduler);
        await thread.RunAsync(() =>
        {
            Socket(server).DisposeAsync().AsTask().Wait();
            WebSocket open = Socket(server);
            open.Opened.Wait();
            open.DisposeAsync().AsTask().Wait();
            var refused = new WebSocket(new Uri(server.Url, "nowhere").ToString(), Options(server));
            Assert.Throws<AggregateException>(refused.Opened.Wait);
            Assert.Equal(1006, refused.Closed.Result.Code);
        }).WaitAsync(Bound);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Awaiting_a_browser_socket_on_the_thread_of_its_events_comes_back_behind_them(Carrier carrier, bool asScheduler)
    {
        await using TestServer server = await TestServer.StartAsync(carrier, async connection =>
        {
            for (int i = 0; i < 100; i++) await connection.SendAsync($"{i}");
        });
        using var thread = new SingleThread(asScheduler);
        await thread.RunAsync(async () =>
        {
            int open = 0, messages = 0, close = 0;
            WebSocket socket = Socket(server);
            socket.OnOpen = _ => open++;
            socket.OnMessage = _ => messages++;
            socket.OnClose = _ => Volatile.Write(ref close, 1);
            await socket.Closed;
            if (!asScheduler) Assert.Equal((1, 100, 1), (open, messages, close));
        }).WaitAsync(Bound);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Every_wait_of_a_stream_may_block(Carrier carrier, bool asScheduler)
    {
        await using TestServer server = await TestServer.StartAsync(carrier, TestServer.EchoAsync);
        using var thread = new SingleThread(asScheduler);
        await thread.RunAsync(() =>
        {
            var stream = new WebSocketStream(server.Url.ToString(), new WebSocketStreamOptions { Connection = Options(server) });
            WebSocketOpenInfo info = stream.Opened.GetAwaiter().GetResult();
            info.Writable.WriteAsync("one").AsTask().Wait();
            Assert.Equal("one", info.Readable.ReadAsync().AsTask().Result.ToString());
            stream.Close(new WebSocketCloseInfo { CloseCode = 4000 });
            Assert.Equal(4000, stream.Closed.Result.CloseCode!.Value);
            stream.DisposeAsync().AsTask().Wait();
            new WebSocketStream(server.Url.ToString(), new WebSocketStreamOptions { Connection = Options(server) }).DisposeAsync().AsTask().Wait();
        }).WaitAsync(Bound);
    }

    [Theory]
    [InlineData(Carrier.Http1)]
    [InlineData(Carrier.Tls)]
    [InlineData(Carrier.Http2)]
    public async Task Open_connection_keeps_no_AsyncLocal_of_whoever_opened_it_and_shows_none(Carrier carrier)
    {
        await using TestServer server = await TestServer.StartAsync(carrier, TestServer.EchoAsync);
        (WebSocketConnection connection, WeakReference local) = await OpenAsync(() => server.ConnectAsync());
        (WebSocket socket, WeakReference ofSocket) = await OpenAsync(async () =>
        {
            WebSocket socket = Socket(server);
            await socket.Opened;
            return socket;
        });
        (WebSocketOpenInfo stream, WeakReference ofStream) = await OpenAsync(() => new WebSocketStream(server.Url.ToString(), new WebSocketStreamOptions { Connection = Options(server) }).Opened);
        // Used meanwhile, so that the pump, a flush and a ping have gone on a few times.
        for (int i = 0; i < 3; i++)
        {
            await connection.SendAsync(new byte[100_000]);
            await connection.ReceiveAsync();
            await connection.PingAsync();
        }

        object? shown = new();
        var heard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        socket.OnMessage = _ =>
        {
            shown = Local.Value;
            heard.SetResult();
        };
        Local.Value = "of the sender";
        socket.Send("x");
        Local.Value = null;
        await heard.Task.Soon();
        Assert.Null(shown);
        for (int i = 0; i < 50 && (local.IsAlive || ofSocket.IsAlive || ofStream.IsAlive); i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            await Task.Yield();
        }

        Assert.Equal((false, false, false), (local.IsAlive, ofSocket.IsAlive, ofStream.IsAlive));
        await connection.CloseAsync();
        await socket.DisposeAsync();
        stream.Writable.Complete();
        GC.KeepAlive(stream);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<(T, WeakReference)> OpenAsync<T>(Func<Task<T>> open)
    {
        // Off this method, whose own state would hold it.
        var held = new TaskCompletionSource<(T, WeakReference)>(TaskCreationOptions.RunContinuationsAsynchronously);
        ThreadPool.UnsafeQueueUserWorkItem(_ => Begin(open, held), null);
        return await held.Task.Soon();
    }

    private static async void Begin<T>(Func<Task<T>> open, TaskCompletionSource<(T, WeakReference)> held)
    {
        try
        {
            WeakReference local = Set();
            held.SetResult((await open(), local));
        }
        catch (Exception e)
        {
            held.SetException(e);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference Set()
    {
        var value = new object();
        Local.Value = value;
        return new WeakReference(value);
    }

    private static BrowserWebSocketOptions Options(TestServer server) => new()
    {
        HttpVersion = server.ClientOptions().HttpVersion,
        ConfigureHandler = server.ClientOptions().ConfigureHandler,
    };

    private static WebSocket Socket(TestServer server) => new(server.Url.ToString(), Options(server));
}
