using System.Runtime.CompilerServices;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Browser.Tests;

/// <summary>WHATWG WebSockets, garbage collection, with collections that are forced.</summary>
public sealed class StreamRootTests
{
    private readonly TaskCompletionSource<RawFrame> _close = new();
    private readonly TaskCompletionSource _go = new();

    [Fact]
    public async Task Unreachable_stream_is_closed_with_an_empty_body()
    {
        await using RawServer server = StreamRig.Answering(_close);
        await OpenAndForgetAsync(server);
        await CollectUntilAsync(_close.Task);
        StreamRig.AssertEmpty(await _close.Task);
        await server.ScriptsAsync();
    }

    [Fact]
    public async Task Unreachable_stream_that_is_not_open_yet_is_dropped()
    {
        TaskCompletionSource came = new(), gone = new();
        await using RawServer server = StreamRig.Mute(came, gone);
        await ConnectAndForgetAsync(server, came.Task);
        await CollectUntilAsync(gone.Task);
    }

    [Fact]
    public async Task Unreachable_stream_whose_reader_stopped_the_peer_is_closed()
    {
        await using RawServer server = StreamRig.Answering(_close, async peer =>
        {
            for (int i = 0; i < 8; i++) await peer.SendFrameAsync(2, new byte[32 * 1024]);
        });
        await OpenAndForgetAsync(server, new() { PingInterval = Timeout.InfiniteTimeSpan });
        await CollectUntilAsync(_close.Task);
        StreamRig.AssertEmpty(await _close.Task);
    }

    [Fact]
    public async Task Stream_whose_end_is_awaited_stays()
    {
        await using RawServer server = Closing();
        Task<ushort?> code = AwaitAsync(server, async stream => (await stream.Closed).CloseCode);
        await CollectAsync();
        _go.SetResult();
        Assert.Equal((ushort?)4000, await code.Soon());
    }

    [Fact]
    public async Task Stream_whose_opening_is_awaited_stays()
    {
        var came = new TaskCompletionSource();
        await using var server = RawServer.Start(
            async peer =>
            {
                came.SetResult();
                await _go.Task;
                await peer.SwitchProtocolsAsync("Sec-WebSocket-Protocol: late");
                await peer.ReadToEndAsync();
            },
            switchProtocols: false);
        Task<string> protocol = OpeningAsync(server);
        await came.Task.Soon();
        await CollectAsync();
        _go.SetResult();
        Assert.Equal("late", await protocol.Soon());
    }

    [Fact]
    public async Task Stream_stays_for_whoever_waits_for_a_chunk()
    {
        await using RawServer server = Closing();
        Task<bool> any = AwaitAsync(server, async stream => await (await stream.Opened).Readable.WaitToReadAsync());
        await CollectAsync();
        _go.SetResult();
        Assert.True(await any.Soon());
    }

    [Fact]
    public async Task Stream_stays_for_whoever_awaits_the_completion_of_the_readable()
    {
        await using RawServer server = Closing();
        Task<bool> completed = AwaitAsync(server, async stream =>
        {
            WebSocketReadable readable = (await stream.Opened).Readable;
            Task completion = readable.Completion;
            await readable.ReadAsync();
            await completion;
            return true;
        });
        await CollectAsync();
        _go.SetResult();
        Assert.True(await completed.Soon());
        await server.ScriptsAsync();
    }

    [Fact]
    public async Task Stream_stays_while_one_of_its_ends_is_reachable()
    {
        await using RawServer server = Closing();
        WebSocketReadable readable = await OpenAsync(server, info => info.Readable);
        await CollectAsync();
        _go.SetResult();
        Assert.Equal("still here", (await readable.ReadAsync().Soon()).Text);

        await using RawServer other = StreamRig.Answering(_close);
        WebSocketWritable writable = await OpenAsync(other, info => info.Writable);
        await CollectAsync();
        writable.Abort(new WebSocketError("", new() { CloseCode = 4005 }));
        Assert.Equal(4005, (await _close.Task.Soon()).CloseCode);
    }

    [Fact]
    public async Task Stream_stays_while_data_waits_to_be_sent_and_then_is_closed()
    {
        List<RawFrame> frames = [];
        await using var server = RawServer.Start(async peer =>
        {
            await _go.Task;
            frames = await StreamRig.AnswerAsync(peer, _close);
        });
        await OpenAndForgetAsync(server, new() { CloseTimeout = TimeSpan.FromMilliseconds(1) }, new byte[64 * 1024 * 1024]);
        await CollectAsync();
        _go.SetResult();
        await CollectUntilAsync(_close.Task);
        StreamRig.AssertEmpty(await _close.Task);
        await server.ScriptsAsync();
        Assert.Equal(64 * 1024 * 1024, frames.Sum(f => f.Payload.Length));
    }

    [Fact]
    public async Task Stream_that_ended_is_let_go()
    {
        await using RawServer server = StreamRig.Answering(_close);
        WeakReference ended = await EndAsync(server);
        for (int i = 0; i < 50 && ended.IsAlive; i++) await CollectOnceAsync();
        Assert.False(ended.IsAlive);
    }

    /// <summary>A server that, when told to, sends a chunk and closes with 4000.</summary>
    private RawServer Closing() => RawServer.Start(async peer =>
    {
        await _go.Task;
        await peer.SendTextAsync("still here");
        await peer.SendCloseAsync(4000);
        // A stream that was collected closed with an empty body before.
        Assert.Equal(4000, (await peer.ReadFrameAsync()).CloseCode);
    });

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WebSocketStream Create(RawServer server, BrowserWebSocketOptions? connection = null) => new(server.Url.ToString(), new() { Connection = connection });

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task ConnectAndForgetAsync(RawServer server, Task came)
    {
        WebSocketStream stream = Create(server);
        await came.Soon();
        GC.KeepAlive(stream);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task OpenAndForgetAsync(RawServer server, BrowserWebSocketOptions? connection = null, byte[]? data = null)
    {
        WebSocketOpenInfo info = await Create(server, connection).Opened.Soon();
        if (data is not null) _ = info.Writable.WriteAsync(data).AsTask();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<T> OpenAsync<T>(RawServer server, Func<WebSocketOpenInfo, T> pick) => pick(await Create(server).Opened.Soon());

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<string> OpeningAsync(RawServer server) => (await new WebSocketStream(server.Url.ToString(), new() { Protocols = ["late"] }).Opened).Protocol;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<T> AwaitAsync<T>(RawServer server, Func<WebSocketStream, Task<T>> wait) => await wait(Create(server));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<WeakReference> EndAsync(RawServer server)
    {
        WebSocketStream stream = Create(server);
        WebSocketOpenInfo info = await stream.Opened.Soon();
        Task<WebSocketCloseInfo> closed = stream.Closed;
        info.Writable.Complete();
        await closed.Soon();
        return new WeakReference(stream);
    }

    private static async Task CollectAsync()
    {
        for (int i = 0; i < 10; i++) await CollectOnceAsync();
    }

    private static async Task CollectUntilAsync(Task found)
    {
        for (int i = 0; i < 2000 && !found.IsCompleted; i++) await CollectOnceAsync();
        await found.Soon();
    }

    private static async Task CollectOnceAsync()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        // Time for what the finalizer leaves to the pool, and for the frame that it sends.
        await Task.Delay(5);
    }
}
