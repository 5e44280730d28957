using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Cierre.EventLoops.Tests;

/// <summary>A handler that keeps its thread does not keep its neighbours, all of them on one loop.</summary>
public sealed class BlockingHandlerTests : IDisposable
{
    private readonly ManualResetEventSlim _goOn = new();
    private volatile bool _spins;
    private int _inside;

    public void Dispose()
    {
        _goOn.Set();
        _goOn.Dispose();
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(1, true)]
    [InlineData(16, false)]
    public async Task Others_are_answered_meanwhile_and_the_loop_is_as_before_afterwards(int blocked, bool spins)
    {
        _spins = spins;
        await using LoopServer server = await LoopServer.StartAsync(app => app.MapWebSocket("/", HandleAsync));
        WebSocketConnection[] others = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => server.ConnectAsync()));
        WebSocketConnection[] blocking = await Task.WhenAll(Enumerable.Range(0, blocked).Select(_ => server.ConnectAsync()));
        foreach (WebSocketConnection connection in blocking) await UntilOnLoopAsync(connection);
        foreach (WebSocketConnection connection in blocking) await connection.SendAsync("block");
        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref _inside) == blocked, LoopServer.Bound));
        for (int round = 0; round < 20; round++)
            await Task.WhenAll(others.Select((connection, i) => EchoAsync(connection, $"{round} {i}")));
        Assert.Equal(blocked, Volatile.Read(ref _inside));
        _goOn.Set();
        foreach (WebSocketConnection connection in blocking)
        {
            Assert.Equal("block", (await connection.ReceiveAsync().AsTask().WaitAsync(LoopServer.Bound))!.Value.GetText());
            await EchoAsync(connection, "goes on");
        }

        Assert.True(SpinWait.SpinUntil(
            () => server.Log.Any(line => line.StartsWith("A handler of / has kept an event loop", StringComparison.Ordinal)), LoopServer.Bound));
        foreach (WebSocketConnection connection in (WebSocketConnection[])[.. others, .. blocking])
            Assert.True((await connection.CloseAsync().WaitAsync(LoopServer.Bound)).WasClean);
        // One runs the loop; those that took part wait for a while, and then end.
        Assert.True(SpinWait.SpinUntil(() => server.Threads == 1, LoopServer.Bound), $"{server.Threads} threads");
    }

    [Fact]
    public async Task Log_that_throws_ends_nothing()
    {
        await using LoopServer server = await LoopServer.StartAsync(app => app.MapWebSocket("/", HandleAsync), build: builder => builder.Logging.AddProvider(new ThrowingProvider()));
        await using WebSocketConnection blocking = await server.ConnectAsync(), other = await server.ConnectAsync();
        await UntilOnLoopAsync(blocking);
        await blocking.SendAsync("block");
        Assert.True(SpinWait.SpinUntil(() => server.Log.Any(line => line.StartsWith("A handler of", StringComparison.Ordinal)), LoopServer.Bound));
        await EchoAsync(other, "x");
        _goOn.Set();
        Assert.Equal("block", (await blocking.ReceiveAsync().AsTask().WaitAsync(LoopServer.Bound))!.Value.GetText());
    }

    [Fact]
    public async Task Neighbours_of_a_handler_that_blocks_as_the_loops_end_are_told()
    {
        await using LoopServer server = await LoopServer.StartAsync(app => app.MapWebSocket("/", HandleAsync));
        await using WebSocketConnection blocking = await server.ConnectAsync(), other = await server.ConnectAsync();
        await UntilOnLoopAsync(blocking);
        await UntilOnLoopAsync(other);
        await blocking.SendAsync("block");
        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref _inside) == 1, LoopServer.Bound));
        server.Services.GetRequiredService<EventLoopGroup>().Dispose();
        await other.Closed.WaitAsync(LoopServer.Bound);
        _goOn.Set();
    }

    [Fact]
    public async Task Messages_of_a_blocked_connection_keep_their_order()
    {
        await using LoopServer server = await LoopServer.StartAsync(app => app.MapWebSocket("/", HandleAsync));
        await using WebSocketConnection connection = await server.ConnectAsync();
        await UntilOnLoopAsync(connection);
        await connection.SendAsync("block");
        for (int i = 0; i < 1000; i++) await connection.SendAsync($"{i}");
        await using WebSocketConnection other = await server.ConnectAsync();
        await EchoAsync(other, "x");
        _goOn.Set();
        Assert.Equal("block", (await connection.ReceiveAsync().AsTask().WaitAsync(LoopServer.Bound))!.Value.GetText());
        for (int i = 0; i < 1000; i++) Assert.Equal($"{i}", (await connection.ReceiveAsync().AsTask().WaitAsync(LoopServer.Bound))!.Value.GetText());
    }

    [Fact]
    public async Task Connection_whose_handler_blocks_can_be_aborted_and_its_peer_hears_at_once()
    {
        WebSocketConnection? ours = null;
        await using LoopServer server = await LoopServer.StartAsync(app => app.MapWebSocket("/", connection => HandleAsync(ours = connection)));
        WebSocketConnection client = await server.ConnectAsync();
        await UntilOnLoopAsync(client);
        await client.SendAsync("block");
        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref _inside) == 1, LoopServer.Bound));
        ours!.Abort();
        CloseRecord record = await client.Closed.WaitAsync(LoopServer.Bound);
        Assert.Equal(1006, record.Code);
        Assert.Equal(1, Volatile.Read(ref _inside));
        _goOn.Set();
        Assert.Equal(1006, (await ours.Closed.WaitAsync(LoopServer.Bound)).Code);
    }

    [Fact]
    public async Task Handler_that_blocks_on_its_own_send_goes_on_when_the_peer_reads()
    {
        byte[] much = new byte[32 << 20];
        await using LoopServer server = await LoopServer.StartAsync(app => app.MapWebSocket("/", async connection =>
        {
            await foreach (WebSocketMessage message in connection.ReadAllAsync()) connection.SendAsync(much).AsTask().Wait();
        }));
        await using WebSocketConnection client = await WebSocketConnection.ConnectAsync(server.Url, new WebSocketClientOptions { MaxMessageSize = much.Length });
        for (int i = 0; i < 3; i++)
        {
            await client.SendAsync("more");
            Assert.Equal(much.Length, (await client.ReceiveAsync().AsTask().WaitAsync(LoopServer.Bound))!.Value.Data.Length);
        }
    }

    [Fact]
    public async Task Handler_that_throws_on_the_loop_closes_with_1011()
    {
        await using LoopServer server = await LoopServer.StartAsync(app => app.MapWebSocket("/", async connection =>
        {
            await connection.ReceiveAsync();
            throw new InvalidOperationException("of the application");
        }));
        WebSocketConnection client = await server.ConnectAsync();
        await client.SendAsync("x");
        CloseRecord record = await client.Closed.WaitAsync(LoopServer.Bound);
        Assert.Equal((1011, true), (record.Code, record.WasClean));
    }

    /// <summary>A handler that has not waited yet runs on the pool. One that runs on the loop waits again before its answer leaves.</summary>
    private static async Task UntilOnLoopAsync(WebSocketConnection connection)
    {
        string where;
        do
        {
            await connection.SendAsync("where");
            where = (await connection.ReceiveAsync().AsTask().WaitAsync(LoopServer.Bound))!.Value.GetText();
        }
        while (where != "loop");
    }

    private static async Task EchoAsync(WebSocketConnection connection, string text)
    {
        await connection.SendAsync(text);
        Assert.Equal(text, (await connection.ReceiveAsync().AsTask().WaitAsync(LoopServer.Bound))!.Value.GetText());
    }

    private async Task HandleAsync(WebSocketConnection connection)
    {
        await foreach (WebSocketMessage message in connection.ReadAllAsync())
        {
            string text = message.GetText();
            if (text == "block") Block();
            await connection.SendAsync(text == "where" ? Thread.CurrentThread.IsThreadPoolThread ? "pool" : "loop" : text);
        }
    }

    private void Block()
    {
        Interlocked.Increment(ref _inside);
        if (_spins)
        {
            while (!_goOn.IsSet) Thread.SpinWait(20);
        }
        else
        {
            _goOn.Wait(LoopServer.Bound);
        }

        Interlocked.Decrement(ref _inside);
    }

    private sealed class ThrowingProvider : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => categoryName == "Cierre.EventLoops" ? this : NullLogger.Instance;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
