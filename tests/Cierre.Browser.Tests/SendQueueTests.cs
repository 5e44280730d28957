using Cierre.Closing;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Cierre.Browser.Tests;

public sealed class SendQueueTests
{
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(5);

    private readonly FakeTimeProvider _time = new();
    private readonly WebSocketConnection _client, _server;
    private readonly SendQueue _queue;

    public SendQueueTests()
    {
        (_client, _server) = WebSocketConnection.CreatePair();
        _queue = new SendQueue(_client, CloseTimeout, _time);
    }

    private async Task<string?> NextAsync() => await _server.ReceiveAsync().AsTask().WaitAsync(SocketRig.Bound) is { } message ? message.GetText() : null;

    [Fact]
    public async Task Close_waits_for_the_blob_before_it()
    {
        var content = new TaskCompletionSource<byte[]>();
        _queue.Send(Blob.FromStream(() => LaterStream.Of(content.Task), 4));
        _queue.Send(WebSocketMessageKind.Text, "after"u8.ToArray());
        _queue.Close(new CloseFrame(4001), EndReason.Requested);
        Assert.True(_client.IsOpen);
        content.SetResult("blob"u8.ToArray());
        Assert.Equal("blob", await NextAsync());
        Assert.Equal("after", await NextAsync());
        Assert.Null(await NextAsync());
        Assert.Equal(4001, (await _server.Closed.WaitAsync(SocketRig.Bound)).Code);
    }

    [Fact]
    public async Task Close_does_not_wait_for_ever()
    {
        _queue.Send(WebSocketMessageKind.Text, "before"u8.ToArray());
        _queue.Send(Blob.FromStream(() => LaterStream.Of(new TaskCompletionSource<byte[]>().Task), 100_000));
        _queue.Close(CloseFrame.Empty, EndReason.Requested);
        _time.Advance(CloseTimeout - TimeSpan.FromTicks(1));
        Assert.True(_client.IsOpen);
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.Equal("before", await NextAsync());
        Assert.Null(await NextAsync());
        Assert.Equal(1005, (await _server.Closed.WaitAsync(SocketRig.Bound)).Code);
    }

    [Fact]
    public async Task Sends_after_the_connection_closed_leave_no_exception_that_nobody_observed()
    {
        _queue.Close(new CloseFrame(4007, "of this test"), EndReason.Requested);
        await _client.Closed.WaitAsync(SocketRig.Bound);
        int reported = 0;
        void Count(object? sender, UnobservedTaskExceptionEventArgs e)
        {
            if (e.Exception.InnerExceptions.Any(inner => inner is WebSocketClosedException { Record.Code: 4007 })) reported++;
        }

        TaskScheduler.UnobservedTaskException += Count;
        try
        {
            SendSome();
            for (int i = 0; i < 3; i++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= Count;
        }

        Assert.Equal(0, reported);

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        void SendSome()
        {
            for (int i = 0; i < 10; i++) _queue.Send(WebSocketMessageKind.Text, "x"u8.ToArray());
        }
    }

    [Fact]
    public async Task Sends_after_the_connection_closed_are_dropped_without_a_word()
    {
        _queue.Close(new CloseFrame(1000), EndReason.Requested);
        await _client.Closed.WaitAsync(SocketRig.Bound);
        _queue.Send(WebSocketMessageKind.Text, "x"u8.ToArray());
        _queue.Send(new Blob("y"u8.ToArray()));
        _queue.Send(Blob.FromStream(() => new MemoryStream(new byte[100_000]), 100_000));
        _queue.Close(new CloseFrame(1000), EndReason.Requested);
        Assert.Null(await NextAsync());
        Assert.Equal(1000, (await _server.Closed.WaitAsync(SocketRig.Bound)).Code);
    }
}
