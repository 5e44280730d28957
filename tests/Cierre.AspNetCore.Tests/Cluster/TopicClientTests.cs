using System.Globalization;
using Cierre.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Cierre.AspNetCore.Tests.Cluster;

/// <summary>A .NET client in topics, through a proxy that cuts what carries its session.</summary>
public sealed class TopicClientTests
{
    [Theory]
    [InlineData(CutKind.Reset)]
    [InlineData(CutKind.Silence)]
    public async Task Every_message_comes_once_and_in_order_however_often_the_connection_is_cut(CutKind cut)
    {
        const int Messages = 300;
        await using TestServer server = await StartAsync();
        await using var proxy = new CuttingProxy(server.Url);
        await using ResumableConnection client = await ConnectAsync(proxy.Url);
        List<string> gaps = [];
        client.Gap += (_, gap) => gaps.Add(gap.ToString());
        WebSocketTopic room = server.Services.GetRequiredService<ICluster>().Topic("a");
        Task publishing = Task.Run(async () =>
        {
            for (int i = 1; i <= Messages; i++)
            {
                await room.PublishAsync($"{i}");
                await client.Connection.SendAsync($"{i}");
                if (i % 30 != 0) continue;
                proxy.CutNow(cut);
                await Task.Delay(20);
            }
        });
        List<int> published = [], echoed = [];
        while (published.Count < Messages || echoed.Count < Messages)
        {
            WebSocketMessage message = (await client.Connection.ReceiveAsync().Soon())!.Value;
            (message.Topic switch { "a" => published, null => echoed, _ => [] }).Add(int.Parse(message.GetText(), CultureInfo.InvariantCulture));
        }

        await publishing.Soon();
        Assert.Equal(Enumerable.Range(1, Messages), published);
        Assert.Equal(Enumerable.Range(1, Messages), echoed);
        Assert.Empty(gaps);
        Assert.InRange((await client.Connection.CloseAsync().Soon()).Session!.ConnectionCount, 2, 11);
    }

    /// <summary>The window of the session does not bound topics: the client stops to read, and the server reads its log later, as far as it has it.</summary>
    [Fact]
    public async Task Client_that_does_not_read_holds_little_and_is_told_what_it_missed()
    {
        const int Messages = 400, Size = 100_000;
        await using TestServer server = await StartAsync(options => (options.MaxMessages, options.MaxBytes) = (20, 1 << 24));
        await using ResumableConnection client = await ConnectAsync(server.Url);
        var gaps = new System.Collections.Concurrent.ConcurrentQueue<TopicGap>();
        client.Gap += (_, gap) => gaps.Enqueue(gap);
        WebSocketTopic room = server.Services.GetRequiredService<ICluster>().Topic("a");
        for (int i = 1; i <= Messages; i++) await room.PublishAsync($"{i} {new string('x', Size)}");
        Cierre.Receiving.Inbox inbox = client.Connection.Core.Receiver.Inbox;
        await Waits.Until(() => inbox.TopicBytes >= Cierre.Receiving.Inbox.HighWater, "the client to be full");
        Assert.InRange(inbox.TopicBytes, 1, Cierre.Receiving.Inbox.HighWater + (4 * Size));
        // The sends of both sides go on as soon as it reads.
        await client.Connection.SendAsync("own");
        List<int> got = [];
        bool echoed = false;
        while (got is not [.., Messages] || !echoed)
        {
            WebSocketMessage message = (await client.Connection.ReceiveAsync().Soon())!.Value;
            if (message.Topic is null) echoed = true;
            else got.Add(int.Parse(message.GetText().Split(' ')[0], CultureInfo.InvariantCulture));
        }

        int[] missing = [.. gaps.SelectMany(gap => Enumerable.Range((int)gap.From!, (int)(gap.To! - gap.From + 1)))];
        Assert.Equal(Enumerable.Range(1, Messages), got.Concat(missing).Order());
        Assert.True(!gaps.IsEmpty, "the kernel took all of it");
    }

    [Fact]
    public async Task Client_that_does_not_read_comes_back_all_the_same()
    {
        await using TestServer server = await StartAsync();
        await using var proxy = new CuttingProxy(server.Url);
        await using ResumableConnection client = await ConnectAsync(proxy.Url);
        using var resumed = new SemaphoreSlim(0);
        client.Resumed += (_, _) => resumed.Release();
        WebSocketTopic room = server.Services.GetRequiredService<ICluster>().Topic("a");
        for (int i = 1; i <= 8; i++) await room.PublishAsync($"{i} {new string('x', 30_000)}");
        Cierre.Receiving.Inbox inbox = client.Connection.Core.Receiver.Inbox;
        await Waits.Until(() => inbox.TopicBytes >= Cierre.Receiving.Inbox.HighWater, "the client to be full");
        proxy.CutNow();
        Assert.True(await resumed.WaitAsync(TimeSpan.FromSeconds(30)));
        for (int i = 1; i <= 8; i++) Assert.StartsWith($"{i} ", (await client.Connection.ReceiveAsync().Soon())!.Value.GetText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Largest_message_that_a_member_may_send_reaches_all()
    {
        await using TestServer server = await StartAsync();
        await using ResumableConnection client = await ConnectAsync(server.Url);
        byte[] largest = new byte[1 << 20];
        await server.Services.GetRequiredService<ICluster>().Topic("a").PublishAsync(largest);
        Assert.Equal(largest.Length, (await client.Connection.ReceiveAsync().Soon())!.Value.Data.Length);
    }

    [Fact]
    public async Task Messages_of_topics_that_came_before_the_handler_of_calls_have_their_name()
    {
        await using TestServer server = await StartAsync();
        await using ResumableConnection client = await ConnectAsync(server.Url);
        await server.Services.GetRequiredService<ICluster>().Topic("a").PublishAsync("early");
        await Waits.Until(() => client.Connection.Core.Receiver.Inbox.TopicBytes > 0, "the message to be here");
        var handler = new Handler();
        Task run = client.Connection.RunAsync(handler);
        Assert.Equal("a: early", await handler.Next().Soon());
        await client.Connection.CloseAsync().Soon();
        await run.Soon();
    }

    [Fact]
    public async Task Handler_of_calls_has_messages_of_topics_apart()
    {
        await using TestServer server = await StartAsync();
        await using ResumableConnection client = await ConnectAsync(server.Url);
        var handler = new Handler();
        Task run = client.Connection.RunAsync(handler);
        await server.Services.GetRequiredService<ICluster>().Topic("a").PublishAsync("to all");
        await client.Connection.SendAsync("to one");
        Assert.Equal(["a: to all", "to one"], [await handler.Next().Soon(), await handler.Next().Soon()]);
        await client.Connection.CloseAsync().Soon();
        await run.Soon();
    }

    [Fact]
    public async Task Plain_client_has_messages_without_a_name()
    {
        await using TestServer server = await StartAsync();
        await using WebSocketConnection plain = await server.ConnectAsync(server.ClientOptions(), "/room/a");
        await plain.SendAsync("x");
        Assert.Null((await plain.ReceiveAsync().Soon())!.Value.Topic);
    }

    private static async Task<ResumableConnection> ConnectAsync(Uri url)
    {
        var options = new WebSocketReconnectOptions
        {
            PingInterval = TimeSpan.FromMilliseconds(500),
            PingTimeout = TimeSpan.FromSeconds(2),
            EventLoops = TransportUnderTest.Loops,
            Policy = (_, _) => ReconnectDecision.After(TimeSpan.Zero),
        };
        ResumableConnection client = await ResumableConnection.ConnectAsync(new Uri(url, "/room/a"), options).Soon();
        // It has joined.
        Assert.Equal("joined", (await client.Connection.ReceiveAsync().Soon())!.Value.GetText());
        return client;
    }

    private static Task<TestServer> StartAsync(Action<WebSocketTopicOptions>? configure = null) => TestServer.StartAsync(
        Carrier.Http1,
        TestServer.EchoAsync,
        build: builder =>
        {
            builder.Services.AddSingleton<IDataProtectionProvider>(new EphemeralDataProtectionProvider());
            builder.Services.Configure<WebSocketTopicOptions>(options => configure?.Invoke(options));
        },
        map: app => app.MapWebSocket("/room/{name}", async (WebSocketConnection connection, string name) =>
        {
            await connection.JoinAsync(name);
            if (connection.Session is not null) await connection.SendAsync("joined");
            await TestServer.EchoAsync(connection);
        }).WithResume());

    private sealed class Handler : IWebSocketHandler
    {
        private readonly System.Threading.Channels.Channel<string> _came = System.Threading.Channels.Channel.CreateUnbounded<string>();

        public ValueTask<string> Next() => _came.Reader.ReadAsync();

        public void OnMessage(WebSocketConnection connection, WebSocketMessageKind kind, ReadOnlySpan<byte> data) =>
            _came.Writer.TryWrite(System.Text.Encoding.UTF8.GetString(data));

        public void OnTopicMessage(WebSocketConnection connection, string topic, WebSocketMessageKind kind, ReadOnlySpan<byte> data) =>
            _came.Writer.TryWrite($"{topic}: {System.Text.Encoding.UTF8.GetString(data)}");
    }
}
