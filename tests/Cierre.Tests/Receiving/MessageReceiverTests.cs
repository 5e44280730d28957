using Cierre.Receiving;
using Cierre.TestKit;
using Cierre.Tests.Connections;
using Xunit;

namespace Cierre.Tests.Receiving;

public sealed class MessageReceiverTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Messages_that_nobody_waits_for_are_kept_in_order(bool client)
    {
        var played = new Played(client);
        for (int i = 0; i < 100; i++) played.PeerText($"{i}");
        for (int i = 0; i < 100; i++) Assert.Equal($"{i}", await played.ReceiveTextAsync());
    }

    [Fact]
    public async Task Message_that_is_waited_for_is_handed_over_on_the_thread_that_brought_it()
    {
        var played = new Played();
        int thread = 0;
        Task reader = Read();
        played.PeerText("here");
        await Played.Within(reader);
        Assert.Equal(Environment.CurrentManagedThreadId, thread);

        async Task Read()
        {
            await played.Connection.ReceiveAsync();
            thread = Environment.CurrentManagedThreadId;
        }
    }

    [Fact]
    public async Task Waiting_receive_ends_with_null_when_the_connection_ends()
    {
        var played = new Played();
        Task<string?> waiting = played.ReceiveTextAsync();
        played.Wire.End();
        Assert.Null(await waiting);
    }

    [Fact]
    public async Task Only_one_receive_may_wait()
    {
        var played = new Played();
        Task<string?> waiting = played.ReceiveTextAsync();
        Assert.Throws<InvalidOperationException>(() => _ = played.Connection.ReceiveAsync());
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await played.Connection.ReceiveStreamAsync());
        played.PeerText("still here");
        Assert.Equal("still here", await waiting);
    }

    [Fact]
    public async Task Receive_whose_message_came_but_was_not_taken_yet_is_still_the_one_receive()
    {
        var played = new Played();
        ValueTask<WebSocketMessage?> first = played.Connection.ReceiveAsync();
        played.PeerText("first");
        // The memory of the first message must not be given back under its reader.
        Assert.Throws<InvalidOperationException>(() => _ = played.Connection.ReceiveAsync());
        Assert.Equal("first", (await first)!.Value.GetText());
        played.PeerText("second");
        Assert.Equal("second", await played.ReceiveTextAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Cancelling_a_receive_ten_thousand_times_loses_nothing(bool client)
    {
        var played = new Played(client);
        int received = 0;
        for (int i = 0; i < 10_000; i++)
        {
            using var source = new CancellationTokenSource();
            ValueTask<WebSocketMessage?> waiting = played.Connection.ReceiveAsync(source.Token);
            // Before the message, after it, and at the same time.
            switch (i % 3)
            {
                case 0:
                    await source.CancelAsync();
                    played.PeerText($"{received}");
                    await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.AsTask());
                    break;
                case 1:
                    played.PeerText($"{received}");
                    await source.CancelAsync();
                    Assert.Equal($"{received++}", (await waiting)!.Value.GetText());
                    continue;
                default:
                    Task cancelling = Task.Run(source.Cancel);
                    played.PeerText($"{received}");
                    await cancelling;
                    try
                    {
                        Assert.Equal($"{received++}", (await waiting)!.Value.GetText());
                        continue;
                    }
                    catch (OperationCanceledException)
                    {
                        received--;
                    }

                    break;
            }

            Assert.Equal($"{received++}", await played.ReceiveTextAsync());
        }

        Assert.True(played.Connection.IsOpen);
    }

    [Fact]
    public async Task Cancelled_token_cancels_before_anything_is_taken()
    {
        var played = new Played();
        played.PeerText("kept");
        var cancelled = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => played.Connection.ReceiveAsync(cancelled).AsTask());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => played.Connection.ReceiveStreamAsync(cancelled).AsTask());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => played.Connection.ReadAllAsync(cancelled).GetAsyncEnumerator().MoveNextAsync().AsTask());
        Assert.Equal("kept", await played.ReceiveTextAsync());
    }

    /// <summary>The thread that brings the bytes cannot wait for them. What it asked for is as if it had never been asked for.</summary>
    [Theory]
    [InlineData("receive")]
    [InlineData("loop")]
    [InlineData("part")]
    public async Task Receive_that_blocks_the_thread_that_brings_the_bytes_is_refused_and_loses_nothing(string what)
    {
        var played = new Played();
        using var source = new CancellationTokenSource();
        WebSocketConnection connection = played.Connection;
        Task<(Exception? Refused, WebSocketMessageStream? Stream)> reading = Read();
        played.Peer(Played.Text, "one"u8, fin: what != "part");
        (Exception? refused, WebSocketMessageStream? stream) = await Played.Within(reading);
        Assert.Contains("await", Assert.IsType<InvalidOperationException>(refused).Message);
        if (what == "part") played.Peer(0, "rest"u8);
        played.PeerText("two");
        if (stream is not null)
        {
            byte[] buffer = new byte[10];
            Assert.Equal(4, await Played.Within(stream.ReadAsync(buffer).AsTask()));
            Assert.Equal("rest"u8, buffer.AsSpan(0, 4));
        }

        Assert.Equal("two", await played.ReceiveTextAsync());
        Task<string?> next = played.ReceiveTextAsync();
        // Its registration is gone with it.
        await source.CancelAsync();
        played.PeerText("three");
        Assert.Equal("three", await next);

        async Task<(Exception?, WebSocketMessageStream?)> Read()
        {
            WebSocketMessageStream? stream = null;
            if (what == "part")
            {
                stream = await connection.ReceiveStreamAsync().ConfigureAwait(false);
                Assert.Equal(3, stream!.Read(new byte[10]));
            }
            else
            {
                await connection.ReceiveAsync().ConfigureAwait(false);
            }

            return (Refusal(stream), stream);
        }

        Exception? Refusal(WebSocketMessageStream? stream)
        {
            try
            {
                switch (what)
                {
                    case "receive":
                        connection.ReceiveAsync(source.Token).GetAwaiter().GetResult();
                        break;
                    case "loop":
                        connection.ReadAllAsync(source.Token).GetAsyncEnumerator().MoveNextAsync().GetAwaiter().GetResult();
                        break;
                    default:
                        stream!.ReadExactly(new byte[1]);
                        break;
                }

                return null;
            }
            catch (InvalidOperationException e)
            {
                return e;
            }
        }
    }
}
