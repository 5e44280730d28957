using System.Collections.Concurrent;
using System.IO.Pipelines;
using Cierre.TestKit;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Cierre.Tests.Connections;

public sealed class WebSocketConnectionPipeTests
{
    private readonly Pipe _toConnection = new(new PipeOptions(useSynchronizationContext: false));
    private readonly Pipe _toPeer = new(new PipeOptions(useSynchronizationContext: false));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Connection_speaks_its_role_over_a_stream_of_the_callers(bool isServer)
    {
        Side us = isServer ? Side.Server : Side.Client, peer = isServer ? Side.Client : Side.Server;
        WebSocketConnection connection = WebSocketConnection.CreateFromPipe(Ends(), isServer ? WebSocketRole.Server : WebSocketRole.Client);
        Assert.Equal(isServer, connection.Role == WebSocketRole.Server);
        Assert.Equal((null, null, ""), (connection.Url, connection.Subprotocol, connection.Extensions));
        await _toConnection.Writer.WriteAsync(Frames.Text(peer, "hello"));
        Assert.Equal("hello", (await connection.ReceiveAsync())!.Value.GetText());
        await connection.SendAsync("back");
        Task<CloseRecord> closing = connection.CloseAsync(4001, "done");
        await _toConnection.Writer.WriteAsync(Frames.Close(peer, 4001));
        await _toConnection.Writer.CompleteAsync();
        CloseRecord record = await Played.Within(closing);
        Assert.Equal((4001, true, EndedBy.Local), (record.Code, record.WasClean, record.EndedBy));
        List<WireFrame> frames = WireFrame.ParseAll(await RestAsync(), us);
        Assert.Equal(["back", "done"], frames.Select(frame => frame.IsClose ? frame.Close.Reason : frame.Text));
    }

    [Fact]
    public async Task Abort_completes_the_output_with_a_reset()
    {
        WebSocketConnection connection = WebSocketConnection.CreateFromPipe(Ends(), WebSocketRole.Server);
        connection.Abort();
        var reset = await Assert.ThrowsAsync<System.Net.Sockets.SocketException>(async () => await _toPeer.Reader.ReadAsync());
        Assert.Equal(System.Net.Sockets.SocketError.ConnectionReset, reset.SocketErrorCode);
        Assert.Equal(CloseCause.Aborted, (await Played.Within(connection.Closed)).Cause);
    }

    [Theory]
    [InlineData("shutdown", false)]
    [InlineData("shutdown", true)]
    [InlineData("close", false)]
    [InlineData("close", true)]
    [InlineData("drain", false)]
    [InlineData("drain", true)]
    public async Task Scheduler_is_never_asked_under_the_connections_lock_and_may_throw(string what, bool throws)
    {
        WebSocketConnection? connection = null;
        Exception? failure = null;
        var clock = new FakeTimeProvider();
        int asked = 0;
        var scheduler = new Asking(() =>
        {
            if (connection is null) return;
            Interlocked.Increment(ref asked);
            if (!Task.Run(() => connection.QueuedBytes).Wait(TimeSpan.FromSeconds(5))) failure = new TimeoutException("the connection's lock is held");
            if (throws) throw new InvalidOperationException("the scheduler is gone");
        });
        connection = WebSocketConnection.CreateFromPipe(Ends(), WebSocketRole.Server, new WebSocketConnectionOptions { TimeProvider = clock }, scheduler: scheduler);
        switch (what)
        {
            case "shutdown":
                await _toConnection.Writer.WriteAsync(Frames.Close(Side.Client, 1000));
                await ReadAsync();
                break;
            case "close":
                _ = connection.CloseAsync();
                await Played.Until(() =>
                {
                    clock.Advance(TimeSpan.FromSeconds(6));
                    return connection.Closed.IsCompleted;
                });
                break;
            default:
                connection.Driver.Receiving.BeginDrain(new CloseFrame(1001), Cierre.Closing.EndReason.Draining);
                await Played.Until(() =>
                {
                    clock.Advance(TimeSpan.FromMilliseconds(20));
                    return !connection.IsOpen;
                });
                break;
        }

        await _toConnection.Writer.CompleteAsync();
        await Played.Within(connection.Closed);
        Assert.NotEqual(0, asked);
        Assert.Null(failure);
    }

    [Fact]
    public async Task Everything_the_connection_starts_by_itself_runs_on_the_scheduler()
    {
        var scheduler = new Held();
        WebSocketConnection connection = WebSocketConnection.CreateFromPipe(Ends(), WebSocketRole.Server, scheduler: scheduler);
        await _toConnection.Writer.WriteAsync(Frames.Close(Side.Client, 1000));
        Assert.True(connection.IsOpen);
        scheduler.Run();
        Assert.False(connection.IsOpen);
        Assert.Equal(Frames.Close(Side.Server, 1000), await ReadAsync());
        // The server's end of the stream is behind its frame, and not in place.
        Assert.False(_toPeer.Reader.TryRead(out _));
        await Played.Until(() => !scheduler.IsEmpty);
        Assert.False(_toPeer.Reader.TryRead(out _));
        scheduler.Run();
        Assert.True((await _toPeer.Reader.ReadAsync()).IsCompleted);
        await _toConnection.Writer.CompleteAsync();
        Assert.True((await Played.Within(connection.Closed)).WasClean);
    }

    [Theory]
    [InlineData("permessage-deflate")]
    [InlineData("permessage-deflate; server_no_context_takeover; client_no_context_takeover; client_max_window_bits=9")]
    public async Task Both_ends_compress_as_they_are_told_was_agreed(string extensions)
    {
        var compressing = new WebSocketConnectionOptions { Compression = new DeflateOptions { Threshold = 0, ClientContextTakeover = true } };
        WebSocketConnection server = WebSocketConnection.CreateFromPipe(Ends(), WebSocketRole.Server, new WebSocketConnectionOptions(), new WebSocketNegotiation { Extensions = extensions });
        WebSocketConnection client = WebSocketConnection.CreateFromPipe(new DuplexPipe(_toPeer.Reader, _toConnection.Writer), WebSocketRole.Client, compressing, new WebSocketNegotiation { Extensions = extensions });
        Assert.Equal((extensions, extensions), (client.Extensions, server.Extensions));
        for (int i = 0; i < 5; i++)
        {
            string text = string.Concat(Enumerable.Repeat($"again and again {i % 2} ", 200));
            await client.SendAsync(text);
            Assert.Equal(text, (await server.ReceiveAsync())!.Value.GetText());
            await server.SendAsync(text);
            Assert.Equal(text, (await client.ReceiveAsync())!.Value.GetText());
        }

        Assert.True((await Played.Within(client.CloseAsync())).WasClean);
    }

    [Theory]
    [InlineData("x-other")]
    [InlineData("permessage-deflate, permessage-deflate")]
    [InlineData("permessage-deflate; server_max_window_bits=99")]
    [InlineData("permessage-deflate; ;")]
    public void Extensions_that_cannot_have_been_agreed_on_are_refused(string extensions)
    {
        var negotiated = new WebSocketNegotiation { Extensions = extensions };
        foreach (WebSocketRole role in Enum.GetValues<WebSocketRole>())
            Assert.Throws<ArgumentException>(nameof(negotiated), () => WebSocketConnection.CreateFromPipe(Ends(), role, negotiated: negotiated));
    }

    [Fact]
    public void Connection_knows_what_its_opening_agreed_on()
    {
        var negotiated = new WebSocketNegotiation { Subprotocol = "chat", Url = new Uri("wss://h.example/path"), HttpVersion = System.Net.HttpVersion.Version20 };
        WebSocketConnection connection = WebSocketConnection.CreateFromPipe(Ends(), WebSocketRole.Server, negotiated: negotiated);
        Assert.Equal(("chat", "", new Uri("wss://h.example/path"), new Version(2, 0)), (connection.Subprotocol, connection.Extensions, connection.Url, connection.HttpVersion));
        connection = WebSocketConnection.CreateFromPipe(Ends(), WebSocketRole.Client);
        Assert.Equal((null, "", null, new Version(1, 1)), (connection.Subprotocol, connection.Extensions, connection.Url, connection.HttpVersion));
    }

    [Fact]
    public void There_is_no_third_role() =>
        Assert.Equal("role", Assert.Throws<ArgumentOutOfRangeException>(() => WebSocketConnection.CreateFromPipe(Ends(), (WebSocketRole)2)).ParamName);

    [Fact]
    public void Without_a_pipe_there_is_nothing_to_run_over() =>
        Assert.Throws<ArgumentNullException>("pipe", () => WebSocketConnection.CreateFromPipe(null!, WebSocketRole.Server));

    private DuplexPipe Ends() => new(_toConnection.Reader, _toPeer.Writer);

    private async Task<byte[]> ReadAsync()
    {
        ReadResult result = await _toPeer.Reader.ReadAsync();
        byte[] bytes = [.. result.Buffer.FirstSpan];
        _toPeer.Reader.AdvanceTo(result.Buffer.End);
        return bytes;
    }

    private async Task<byte[]> RestAsync()
    {
        using var rest = new MemoryStream();
        await _toPeer.Reader.CopyToAsync(rest);
        return rest.ToArray();
    }

    private sealed record DuplexPipe(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    private sealed class Asking(Action asked) : PipeScheduler
    {
        public override void Schedule(Action<object?> action, object? state)
        {
            asked();
            System.Threading.ThreadPool.UnsafeQueueUserWorkItem(action, state, preferLocal: false);
        }
    }

    private sealed class Held : PipeScheduler
    {
        private readonly ConcurrentQueue<Action> _work = [];

        public bool IsEmpty => _work.IsEmpty;

        public override void Schedule(Action<object?> action, object? state) => _work.Enqueue(() => action(state));

        public void Run()
        {
            for (int i = _work.Count; i > 0 && _work.TryDequeue(out Action? work); i--) work();
        }
    }
}
