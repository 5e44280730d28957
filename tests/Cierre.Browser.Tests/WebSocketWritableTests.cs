using System.Threading.Channels;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Browser.Tests;

public sealed class WebSocketWritableTests
{
    private static readonly byte[] Piece = new byte[64 * 1024];

    private readonly TaskCompletionSource<RawFrame> _close = new();
    private readonly TaskCompletionSource _read = new();
    private List<RawFrame> _frames = [];

    [Fact]
    public async Task String_is_sent_as_text_and_bytes_as_binary_in_their_order()
    {
        await using RawServer server = Reading();
        (WebSocketStream stream, WebSocketOpenInfo info) = await StreamRig.OpenAsync(server);
        _read.SetResult();
        await info.Writable.WriteAsync("a\uD800");
        await info.Writable.WriteAsync(new byte[] { 7 });
        Assert.True(info.Writable.TryWrite(""));
        Assert.True(await info.Writable.WaitToWriteAsync().Soon());
        Assert.True(info.Writable.TryWrite(default));
        Assert.True(info.Writable.TryComplete());
        await stream.Closed.Soon();
        Assert.Equal([(1, "a\uFFFD"), (2, "\a"), (1, ""), (2, "")], _frames.Select(f => (f.Opcode, f.Text)));
        StreamRig.AssertEmpty(await _close.Task);
    }

    [Fact]
    public async Task Peer_that_does_not_read_stops_the_writes_and_then_gets_everything()
    {
        await using RawServer server = Reading();
        (WebSocketStream stream, WebSocketOpenInfo info) = await StreamRig.OpenAsync(server);
        (Task waiting, int taken) = await FillAsync(info.Writable);
        // Taken in by WriteAsync: bounded. There is no room for another.
        Assert.False(info.Writable.TryWrite("no room"));
        Task<bool> room = info.Writable.WaitToWriteAsync().AsTask();
        Assert.False(room.IsCompleted);
        _read.SetResult();
        await waiting.Soon();
        Assert.True(await room.Soon());
        info.Writable.Complete();
        await stream.Closed.Soon();
        Assert.Equal((taken + 1) * (long)Piece.Length, _frames.Sum(f => (long)f.Payload.Length));
    }

    [Fact]
    public async Task TryWrite_takes_one_chunk_that_waits_and_copies_it()
    {
        await using RawServer server = Reading();
        (WebSocketStream stream, WebSocketOpenInfo info) = await StreamRig.OpenAsync(server);
        byte[] data = new byte[64 * 1024];
        byte count = 0;
        while (await Task.WhenAny(info.Writable.WaitToWriteAsync().AsTask() is var room ? room : room, Task.Delay(300)) == room)
        {
            Assert.True(info.Writable.TryWrite(data));
            // What was taken is not this array.
            data.AsSpan().Fill(++count);
            Assert.InRange(count, 0, 254);
        }

        Assert.False(info.Writable.TryWrite("no room"));
        _read.SetResult();
        Assert.True(await info.Writable.WaitToWriteAsync().Soon());
        info.Writable.Complete();
        await stream.Closed.Soon();
        Assert.Equal(Enumerable.Range(0, count), _frames.Select(f => (int)f.Payload[0]));
        Assert.All(_frames, f => Assert.DoesNotContain(f.Payload, b => b != f.Payload[0]));
    }

    [Fact]
    public async Task Write_that_waits_can_be_cancelled_and_is_not_sent()
    {
        await using RawServer server = Reading();
        (WebSocketStream stream, WebSocketOpenInfo info) = await StreamRig.OpenAsync(server);
        (Task waiting, _) = await FillAsync(info.Writable);
        using var source = new CancellationTokenSource();
        Task cancelled = info.Writable.WriteAsync("cancelled", source.Token).AsTask();
        Task<bool> room = info.Writable.WaitToWriteAsync(source.Token).AsTask();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.Soon());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => room.Soon());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => info.Writable.WriteAsync("never", source.Token).Soon());
        _read.SetResult();
        await waiting.Soon();
        await info.Writable.WriteAsync("next").Soon();
        stream.Close();
        await stream.Closed.Soon();
        Assert.DoesNotContain(_frames, f => f.Text is "cancelled" or "never");
        Assert.Equal("next", _frames[^1].Text);
    }

    [Fact]
    public async Task Completing_closes_behind_what_was_written_and_is_done_once()
    {
        await using RawServer server = Reading();
        (WebSocketStream stream, WebSocketOpenInfo info) = await StreamRig.OpenAsync(server);
        (Task waiting, int taken) = await FillAsync(info.Writable);
        Task last = info.Writable.WriteAsync("last").AsTask();
        Task<bool> room = info.Writable.WaitToWriteAsync().AsTask();
        Assert.True(info.Writable.TryComplete());
        Assert.False(info.Writable.TryComplete(new WebSocketError("", new() { CloseCode = 4000 })));
        Assert.False(await room.Soon());
        Assert.False(info.Writable.TryWrite("late"));
        DomException end = Assert.IsType<DomException>((await Assert.ThrowsAsync<ChannelClosedException>(() => info.Writable.WriteAsync("late").Soon())).InnerException);
        Assert.Equal("InvalidStateError", end.Name);
        _read.SetResult();
        await waiting.Soon();
        await last.Soon();
        Assert.Equal((ushort?)1005, (await stream.Closed.Soon()).CloseCode);
        StreamRig.AssertEmpty(await _close.Task);
        Assert.Equal("last", _frames[^1].Text);
        Assert.Equal((taken + 1) * (long)Piece.Length + 4, _frames.Sum(f => (long)f.Payload.Length));
    }

    [Theory]
    [InlineData(null, "", 1005, "")]
    [InlineData(null, "because", 1000, "because")]
    [InlineData(4003, "stop", 4003, "stop")]
    public async Task Aborting_with_a_WebSocketError_closes_with_its_code_and_reason(int? code, string reason, int sent, string sentReason)
    {
        await using RawServer server = Reading();
        _read.SetResult();
        (WebSocketStream stream, WebSocketOpenInfo info) = await StreamRig.OpenAsync(server);
        info.Writable.Abort(new WebSocketError("", new() { CloseCode = (ushort?)code, Reason = reason }));
        Assert.Equal(sent, (await stream.Closed.Soon()).CloseCode!.Value);
        StreamRig.AssertClose(sent, sentReason, await _close.Task);
    }

    [Theory]
    [MemberData(nameof(WebSocketReadableTests.NoCode), MemberType = typeof(WebSocketReadableTests), DisableDiscoveryEnumeration = true)]
    public async Task Aborting_with_anything_else_closes_with_an_empty_body(Exception? reason)
    {
        await using RawServer server = Reading();
        _read.SetResult();
        (WebSocketStream stream, WebSocketOpenInfo info) = await StreamRig.OpenAsync(server);
        info.Writable.Abort(reason);
        Assert.Equal((ushort?)1005, (await stream.Closed.Soon()).CloseCode);
        StreamRig.AssertEmpty(await _close.Task);
        var refused = await Assert.ThrowsAsync<ChannelClosedException>(() => info.Writable.WriteAsync("late").Soon());
        if (reason is null) Assert.Equal("AbortError", Assert.IsType<DomException>(refused.InnerException).Name);
        else Assert.Same(reason, refused.InnerException);
    }

    [Fact]
    public async Task Aborting_drops_the_writes_that_have_not_begun()
    {
        await using RawServer server = Reading();
        (WebSocketStream stream, WebSocketOpenInfo info) = await StreamRig.OpenAsync(server);
        // One message of many fragments is under way, two wait behind it.
        Task begun = info.Writable.WriteAsync(new byte[64 * 1024 * 1024]).AsTask();
        Task[] behind = [info.Writable.WriteAsync("one").AsTask(), info.Writable.WriteAsync("two").AsTask()];
        var error = new WebSocketError("", new() { CloseCode = 4004, Reason = "dropped" });
        Assert.True(info.Writable.TryComplete(error));
        foreach (Task dropped in behind) Assert.Same(error, (await Assert.ThrowsAsync<ChannelClosedException>(() => dropped.Soon())).InnerException);
        Assert.False(begun.IsCompleted);
        _read.SetResult();
        await begun.Soon();
        Assert.Equal((ushort?)4004, (await stream.Closed.Soon()).CloseCode);
        StreamRig.AssertClose(4004, "dropped", await _close.Task);
        Assert.DoesNotContain(_frames, f => f.Opcode == 1);
    }

    [Fact]
    public async Task Nothing_can_be_written_after_a_clean_close()
    {
        await using var server = RawServer.Start(async peer =>
        {
            await peer.SendCloseAsync(1000);
            await peer.ReadFrameAsync();
        });
        (WebSocketStream stream, WebSocketOpenInfo info) = await StreamRig.OpenAsync(server);
        await stream.Closed.Soon();
        Assert.False(info.Writable.TryWrite("late"));
        Assert.False(await info.Writable.WaitToWriteAsync().Soon());
        var refused = await Assert.ThrowsAsync<ChannelClosedException>(() => info.Writable.WriteAsync("late").Soon());
        Assert.Equal("InvalidStateError", Assert.IsType<DomException>(refused.InnerException).Name);
        // Who completes the writer as the peer closes has made no mistake; who does so twice has.
        info.Writable.Complete();
        Assert.Throws<ChannelClosedException>(() => info.Writable.Complete());
        info.Writable.Abort();
    }

    [Fact]
    public async Task Write_that_waits_when_the_connection_is_lost_fails_with_the_error_of_the_end()
    {
        await using RawServer server = RawServer.Start(async peer =>
        {
            await _read.Task;
            peer.Reset();
        });
        (WebSocketStream stream, WebSocketOpenInfo info) = await StreamRig.OpenAsync(server);
        (Task waiting, _) = await FillAsync(info.Writable);
        Task<bool> room = info.Writable.WaitToWriteAsync().AsTask();
        _read.SetResult();
        var error = await Assert.ThrowsAsync<WebSocketError>(() => stream.Closed.Soon());
        Assert.Same(error, (await Assert.ThrowsAsync<ChannelClosedException>(() => waiting.Soon())).InnerException);
        Assert.False(await room.Soon());
    }

    /// <summary>A server that reads only when told to, then up to the close frame.</summary>
    private RawServer Reading() => RawServer.Start(
        async peer =>
        {
            await _read.Task;
            _frames = await StreamRig.AnswerAsync(peer, _close);
        },
        bound: TimeSpan.FromSeconds(20));

    /// <summary>Writes until a write waits; gives that one, and how many did not.</summary>
    private static async Task<(Task Waiting, int Taken)> FillAsync(WebSocketWritable writable)
    {
        for (int taken = 0; taken < 512; taken++)
        {
            Task writing = writable.WriteAsync(Piece).AsTask();
            if (await Task.WhenAny(writing, Task.Delay(300)) != writing) return (writing, taken);
        }

        throw new InvalidOperationException("32 MiB were taken for a peer that reads nothing.");
    }
}
