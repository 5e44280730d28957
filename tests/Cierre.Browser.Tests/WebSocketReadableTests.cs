using Cierre.TestKit;
using Xunit;

namespace Cierre.Browser.Tests;

public sealed class WebSocketReadableTests
{
    private readonly TaskCompletionSource<RawFrame> _close = new();

    [Fact]
    public async Task Text_comes_as_a_string_and_binary_as_bytes_which_stay_valid()
    {
        await using RawServer server = StreamRig.Answering(_close, async peer =>
        {
            await peer.SendTextAsync("héllo");
            await peer.SendFrameAsync(2, new byte[] { 1, 2, 3 });
            await peer.SendFrameAsync(2);
            await peer.SendTextAsync("");
            await peer.SendCloseAsync(1000);
        });
        (_, WebSocketOpenInfo info) = await StreamRig.OpenAsync(server);
        List<WebSocketChunk> chunks = [];
        await foreach (WebSocketChunk chunk in info.Readable) chunks.Add(chunk);
        Assert.Equal(["héllo", null, null, ""], chunks.Select(c => c.Text));
        Assert.Equal([0, 3, 0, 0], chunks.Select(c => c.Bytes.Length));
        Assert.Equal([1, 2, 3], chunks[1].Bytes.ToArray());
    }

    [Fact]
    public async Task End_comes_after_what_came_before_it_and_in_order_where_the_close_was_clean()
    {
        await using var server = RawServer.Start(async peer =>
        {
            for (int i = 0; i < 100; i++) await peer.SendTextAsync($"{i}");
            await peer.SendCloseAsync(4000);
            await peer.ReadFrameAsync();
        });
        (WebSocketStream stream, WebSocketOpenInfo info) = await StreamRig.OpenAsync(server);
        Assert.Equal((ushort?)4000, (await stream.Closed.Soon()).CloseCode);
        Task completion = info.Readable.Completion;
        Assert.False(completion.IsCompleted);
        List<string?> chunks = [];
        await foreach (WebSocketChunk chunk in info.Readable.ReadAllAsync()) chunks.Add(chunk.Text);
        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"{i}"), chunks);
        await completion.Soon();
        Assert.False(info.Readable.TryRead(out _));
        await Assert.ThrowsAsync<System.Threading.Channels.ChannelClosedException>(() => info.Readable.ReadAsync().Soon());
    }

    [Theory]
    [InlineData(null, "", 1005, "")]
    [InlineData(null, "because", 1000, "because")]
    [InlineData(4002, "enough", 4002, "enough")]
    public async Task Cancelling_with_a_WebSocketError_closes_with_its_code_and_reason(int? code, string reason, int sent, string sentReason)
    {
        await using RawServer server = StreamRig.Answering(_close);
        (WebSocketStream stream, WebSocketOpenInfo info) = await StreamRig.OpenAsync(server);
        Task<bool> waiting = info.Readable.WaitToReadAsync().AsTask();
        info.Readable.Cancel(new WebSocketError("", new() { CloseCode = (ushort?)code, Reason = reason }));
        Assert.False(await waiting.Soon());
        Assert.Equal(sent, (await stream.Closed.Soon()).CloseCode!.Value);
        StreamRig.AssertClose(sent, sentReason, await _close.Task);
    }

    public static TheoryData<Exception?> NoCode => [(Exception?)null, new InvalidOperationException("mine"), new DomException("m", "AbortError"), WebSocketError.Unclean(new CloseRecord())];

    [Theory]
    [MemberData(nameof(NoCode), DisableDiscoveryEnumeration = true)]
    public async Task Cancelling_with_anything_else_closes_with_an_empty_body(Exception? reason)
    {
        await using RawServer server = StreamRig.Answering(_close);
        (WebSocketStream stream, WebSocketOpenInfo info) = await StreamRig.OpenAsync(server);
        info.Readable.Cancel(reason);
        Assert.Equal(1005, (await stream.Closed.Soon()).CloseCode!.Value);
        StreamRig.AssertEmpty(await _close.Task);
    }

    [Fact]
    public async Task Cancelling_drops_what_was_not_read_and_ends_the_stream()
    {
        await using RawServer server = StreamRig.Answering(_close, async peer =>
        {
            for (int i = 0; i < 10; i++) await peer.SendTextAsync("unread");
        });
        (WebSocketStream stream, WebSocketOpenInfo info) = await StreamRig.OpenAsync(server);
        Assert.True(await info.Readable.WaitToReadAsync().Soon());
        info.Readable.Cancel();
        Assert.False(info.Readable.TryRead(out _));
        Assert.False(await info.Readable.WaitToReadAsync().Soon());
        await info.Readable.Completion.Soon();
        Assert.True((await stream.Closed.Soon()).Record!.WasClean);
        info.Readable.Cancel(new WebSocketError("", new() { CloseCode = 4000 }));
    }

    [Fact]
    public async Task Leaving_the_loop_cancels_the_stream_and_leaving_ReadAllAsync_does_not()
    {
        await using RawServer server = StreamRig.Answering(_close, async peer =>
        {
            for (int i = 0; i < 3; i++) await peer.SendTextAsync($"{i}");
        });
        (WebSocketStream stream, WebSocketOpenInfo info) = await StreamRig.OpenAsync(server);
        await foreach (WebSocketChunk chunk in info.Readable.ReadAllAsync())
        {
            Assert.Equal("0", chunk.Text);
            break;
        }

        await foreach (WebSocketChunk chunk in info.Readable)
        {
            Assert.Equal("1", chunk.Text);
            Assert.False(stream.Closed.IsCompleted);
            break;
        }

        StreamRig.AssertEmpty(await _close.Task.Soon());
        Assert.False(await info.Readable.WaitToReadAsync().Soon());
        await stream.Closed.Soon();
    }

    [Fact]
    public async Task Read_that_is_cancelled_loses_nothing()
    {
        var go = new TaskCompletionSource();
        await using RawServer server = StreamRig.Answering(_close, async peer =>
        {
            await go.Task;
            await peer.SendTextAsync("whole");
        });
        (WebSocketStream stream, WebSocketOpenInfo info) = await StreamRig.OpenAsync(server);
        using var source = new CancellationTokenSource();
        Task<WebSocketChunk> reading = info.Readable.ReadAsync(source.Token).AsTask();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.Soon());
        go.SetResult();
        Assert.True(await info.Readable.WaitToReadAsync().Soon());
        Assert.Equal((true, true, 1), (info.Readable.CanPeek, info.Readable.CanCount, info.Readable.Count));
        Assert.True(info.Readable.TryPeek(out WebSocketChunk peeked));
        Assert.True(info.Readable.TryRead(out WebSocketChunk read));
        Assert.Equal(("whole", "whole"), (peeked.Text, read.Text));
        stream.Close();
        await stream.Closed.Soon();
    }

    [Fact]
    public async Task Reader_that_does_not_read_stops_the_peer_and_then_gets_everything()
    {
        byte[] data = new byte[32 * 1024];
        long sent = 0;
        var stuck = new TaskCompletionSource();
        await using RawServer server = StreamRig.Answering(_close, async peer =>
        {
            Task? waiting = null;
            while (waiting is null)
            {
                Task sending = peer.SendFrameAsync(2, data);
                sent += data.Length;
                if (await Task.WhenAny(sending, Task.Delay(300)) != sending) waiting = sending;
                Assert.InRange(sent, 0, 64 * 1024 * 1024);
            }

            stuck.SetResult();
            await waiting;
            await peer.SendCloseAsync(1000);
        });
        (WebSocketStream stream, WebSocketOpenInfo info) = await StreamRig.OpenAsync(server);
        await stuck.Task.WaitAsync(TimeSpan.FromSeconds(60));
        long received = 0;
        await foreach (WebSocketChunk chunk in info.Readable) received += chunk.Bytes.Length;
        Assert.Equal(sent, received);
        Assert.Equal((ushort?)1000, (await stream.Closed.Soon()).CloseCode);
    }
}
