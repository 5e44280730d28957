using System.Collections.Concurrent;
using Cierre.Tests.Connections;
using Xunit;

namespace Cierre.Tests.Receiving;

/// <summary><see cref="WebSocketConnection.RunAsync"/>: messages as calls of a handler.</summary>
public sealed class CallbackInboxTests
{
    [Fact]
    public async Task Each_message_is_a_call_in_order_and_the_end_follows()
    {
        (WebSocketConnection client, WebSocketConnection server) = WebSocketConnection.CreatePair();
        var handler = new Noting();
        Task<CloseRecord> run = server.RunAsync(handler);
        byte[] big = new byte[300_000];
        new Random(1).NextBytes(big);
        await client.SendAsync("text");
        await client.SendAsync(big);
        await client.SendAsync("");
        CloseRecord ours = await Played.Within(client.CloseAsync(4001, "bye"));
        Assert.True(ours.WasClean);
        CloseRecord record = await Played.Within(run);
        Assert.Equal((4001, "bye"), (record.Code, record.Reason));
        Assert.Equal(["Text text", $"Binary {Hash(big)}", "Text ", "closing", "closed 4001"], handler.Calls);
    }

    [Fact]
    public async Task What_came_before_is_handed_out_first()
    {
        (WebSocketConnection client, WebSocketConnection server) = WebSocketConnection.CreatePair();
        for (int i = 0; i < 100; i++) await client.SendAsync($"{i}");
        Assert.Equal("0", (await Played.Within(server.ReceiveAsync().AsTask()))!.Value.GetText());
        var handler = new Noting();
        Task<CloseRecord> run = server.RunAsync(handler);
        for (int i = 100; i < 200; i++) await client.SendAsync($"{i}");
        await Played.Within(client.CloseAsync());
        await Played.Within(run);
        Assert.Equal([.. Enumerable.Range(1, 199).Select(i => $"Text {i}"), "closing", "closed 1000"], handler.Calls);
    }

    [Fact]
    public async Task Fragments_and_compressed_messages_come_whole()
    {
        (WebSocketConnection client, WebSocketConnection server) = WebSocketConnection.CreatePair(
            new WebSocketConnectionOptions { Compression = new DeflateOptions() }, new WebSocketConnectionOptions { Compression = new DeflateOptions() });
        var handler = new Noting();
        Task<CloseRecord> run = server.RunAsync(handler);
        string text = string.Concat(Enumerable.Repeat("again and again ", 500));
        await client.SendAsync(text);
        await using (Stream stream = await client.OpenSendStreamAsync(WebSocketMessageKind.Text))
        {
            foreach (byte[] part in (byte[][])["one "u8.ToArray(), "two "u8.ToArray(), "three"u8.ToArray()])
            {
                await stream.WriteAsync(part);
                await stream.FlushAsync();
            }
        }

        await Played.Within(client.CloseAsync());
        await Played.Within(run);
        Assert.Equal([$"Text {text}", "Text one two three", "closing", "closed 1000"], handler.Calls);
    }

    [Fact]
    public async Task What_a_call_throws_is_the_end_of_the_run_and_not_of_the_connection()
    {
        (WebSocketConnection client, WebSocketConnection server) = WebSocketConnection.CreatePair();
        var handler = new Noting { ThrowsAt = "bad" };
        Task<CloseRecord> run = server.RunAsync(handler);
        await client.SendAsync("good");
        await client.SendAsync("bad");
        await client.SendAsync("ignored");
        FormatException e = await Assert.ThrowsAsync<FormatException>(() => Played.Within(run));
        Assert.Equal("bad", e.Message);
        Assert.True(server.IsOpen);
        await Played.Within(client.CloseAsync());
        Assert.True(SpinWait.SpinUntil(() => handler.Calls.Count == 4, TimeSpan.FromSeconds(60)));
        Assert.Equal(["Text good", "Text bad", "closing", "closed 1000"], handler.Calls);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task End_is_told_behind_a_call_that_is_under_way(bool throws)
    {
        (WebSocketConnection client, WebSocketConnection server) = WebSocketConnection.CreatePair();
        using var goOn = new ManualResetEventSlim();
        using var inside = new ManualResetEventSlim();
        var handler = new Noting
        {
            ThrowsAt = throws ? "x" : null,
            OnText = () =>
            {
                inside.Set();
                Assert.True(goOn.Wait(TimeSpan.FromSeconds(60)));
            },
        };
        Task<CloseRecord> run = server.RunAsync(handler);
        // The call runs where the bytes come, which is in the sender's place here.
        Task send = Task.Run(async () => await client.SendAsync("x"), TestContext.Current.CancellationToken);
        Assert.True(inside.Wait(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
        Task<CloseRecord> close = server.CloseAsync();
        Assert.False(SpinWait.SpinUntil(() => handler.Calls.Count > 1, TimeSpan.FromMilliseconds(300)));
        goOn.Set();
        await Played.Within(send);
        if (throws) await Assert.ThrowsAsync<FormatException>(() => Played.Within(run));
        else await Played.Within(run);
        await Played.Within(close);
        Assert.True(SpinWait.SpinUntil(() => handler.Calls.Count == 3, TimeSpan.FromSeconds(60)));
        Assert.Equal(["Text x", "closing", "closed 1000"], handler.Calls);
    }

    [Fact]
    public async Task Connection_that_has_ended_is_told_as_such()
    {
        (WebSocketConnection client, WebSocketConnection server) = WebSocketConnection.CreatePair();
        await client.SendAsync("unread");
        await Played.Within(client.CloseAsync());
        await Played.Within(server.Closed);
        var handler = new Noting();
        await Played.Within(server.RunAsync(handler));
        Assert.Equal(["Text unread", "closing", "closed 1000"], handler.Calls);
    }

    [Fact]
    public async Task One_reader_at_a_time()
    {
        (WebSocketConnection client, WebSocketConnection server) = WebSocketConnection.CreatePair();
        using var cancel = new CancellationTokenSource();
        Task waiting = server.ReceiveAsync(cancel.Token).AsTask();
        await Assert.ThrowsAsync<InvalidOperationException>(() => server.RunAsync(new Noting()));
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Task<CloseRecord> run = server.RunAsync(new Noting());
        InvalidOperationException e = await Assert.ThrowsAsync<InvalidOperationException>(async () => await server.ReceiveAsync());
        Assert.Contains("IWebSocketHandler", e.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<InvalidOperationException>(() => server.RunAsync(new Noting()));
        await Played.Within(client.CloseAsync());
        await Played.Within(run);
    }

    [Fact]
    public async Task Answers_of_a_call_are_sent_and_a_close_from_it_too()
    {
        (WebSocketConnection client, WebSocketConnection server) = WebSocketConnection.CreatePair();
        Task<CloseRecord> run = server.RunAsync(new Answering());
        for (int i = 0; i < 1000; i++)
        {
            await client.SendAsync($"{i}");
            Assert.Equal($"{i}", (await Played.Within(client.ReceiveAsync().AsTask()))!.Value.GetText());
        }

        await client.SendAsync("close");
        Assert.Null(await Played.Within(client.ReceiveAsync().AsTask()));
        Assert.Equal(4002, (await Played.Within(run)).Code);
    }

    [Fact]
    public async Task Message_is_taken_where_there_is_room_and_refused_where_not()
    {
        (WebSocketConnection client, WebSocketConnection server) = WebSocketConnection.CreatePair(
            serverOptions: new WebSocketConnectionOptions { SendBufferLimit = 400_000 });
        byte[] data = new byte[150_000];
        int taken = 0;
        while (server.TrySend(WebSocketMessageKind.Binary, data)) taken++;
        // What the pipe holds counts no more.
        Assert.InRange(taken, 2, 4);
        for (int i = 0; i < taken; i++) Assert.Equal(data.Length, (await Played.Within(client.ReceiveAsync().AsTask()))!.Value.Data.Length);
        Assert.True(SpinWait.SpinUntil(() => server.TrySend(WebSocketMessageKind.Text, "room again"u8), TimeSpan.FromSeconds(20)));
        Assert.Equal("room again", (await Played.Within(client.ReceiveAsync().AsTask()))!.Value.GetText());
        Assert.Throws<ArgumentException>(() => server.TrySend(WebSocketMessageKind.Text, [0xFF]));
        Assert.Throws<ArgumentOutOfRangeException>(() => server.TrySend((WebSocketMessageKind)7, []));
        await Played.Within(client.CloseAsync());
        await Played.Within(server.Closed);
        Assert.False(server.TrySend(WebSocketMessageKind.Binary, data));
    }

    private static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(bytes));

    private sealed class Noting : IWebSocketHandler
    {
        public string? ThrowsAt { get; init; }

        public Action? OnText { get; init; }

        public ConcurrentQueue<string> Calls { get; } = new();

        public void OnMessage(WebSocketConnection connection, WebSocketMessageKind kind, ReadOnlySpan<byte> data)
        {
            string text = kind == WebSocketMessageKind.Text ? System.Text.Encoding.UTF8.GetString(data) : Hash(data);
            Calls.Enqueue($"{kind} {text}");
            OnText?.Invoke();
            if (text == ThrowsAt) throw new FormatException(text);
        }

        public void OnClosing(WebSocketConnection connection) => Calls.Enqueue("closing");

        public void OnClosed(WebSocketConnection connection, CloseRecord record) => Calls.Enqueue($"closed {record.Code}");
    }

    private sealed class Answering : IWebSocketHandler
    {
        public void OnMessage(WebSocketConnection connection, WebSocketMessageKind kind, ReadOnlySpan<byte> data)
        {
            if (data.SequenceEqual("close"u8)) _ = connection.CloseAsync(4002);
            else Assert.True(connection.TrySend(kind, data));
        }
    }
}
