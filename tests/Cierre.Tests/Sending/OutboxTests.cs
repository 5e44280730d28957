using Cierre.Protocol;
using Cierre.Sending;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Tests.Sending;

public sealed class OutboxTests
{
    private readonly WebSocketProtocol _engine = new(WebSocketRole.Server, ProtocolLimits.Default);
    private readonly FakeTransport _output = new();
    private Outbox _outbox;

    [Fact]
    public void Empty_outbox_is_free_and_idle()
    {
        Assert.True(_outbox.IsFree && _outbox.IsIdle);
        Drain();
        Assert.Equal(0, _output.Staged);
    }

    [Fact]
    public async Task Sends_are_written_in_order_until_the_output_is_full()
    {
        AwaitedSend[] sends = [.. Enumerable.Range(0, 4).Select(_ => Send(40_000))];
        foreach (AwaitedSend send in sends) _outbox.Enqueue(send);
        Assert.False(_outbox.IsFree || _outbox.IsIdle);
        Drain();
        Assert.Equal([true, true, false, false], sends.Select(s => s.Task.IsCompleted));
        Flush();
        Drain();
        Assert.All(sends, s => Assert.True(s.Task.IsCompletedSuccessfully));
        Assert.True(_outbox.IsFree && _outbox.IsIdle);
        foreach (AwaitedSend send in sends) await send.Task;
    }

    [Fact]
    public async Task Send_is_taken_out_only_before_it_has_begun()
    {
        AwaitedSend large = Send(200_000), next = Send(10);
        _outbox.Enqueue(large);
        _outbox.Enqueue(next);
        Drain();
        Assert.False(_outbox.Remove(large));
        Assert.True(_outbox.Remove(next));
        Assert.False(_outbox.Remove(next));
        while (!large.Task.IsCompleted)
        {
            Flush();
            Drain();
        }

        await large.Task;
        Assert.True(_outbox.IsFree);
    }

    [Fact]
    public async Task Everything_that_has_not_begun_can_be_taken_back()
    {
        AwaitedSend large = Send(200_000), next = Send(10), last = Send(20);
        foreach (AwaitedSend send in (AwaitedSend[])[large, next, last]) _outbox.Enqueue(send);
        Drain();
        var record = new CloseRecord();
        _outbox.TakeBack(record);
        foreach (AwaitedSend send in (AwaitedSend[])[next, last])
        {
            Assert.Same(record, (await Assert.ThrowsAsync<WebSocketClosedException>(async () => await send.Task)).Record);
        }

        Assert.False(_outbox.IsFree);
        while (!large.Task.IsCompleted)
        {
            Flush();
            Drain();
        }

        await large.Task;
        Assert.True(_outbox.IsFree);
        _outbox.TakeBack(record);
    }

    [Fact]
    public void Streamed_message_holds_the_others_back_and_lets_our_close_pass()
    {
        var stream = new MessageWriteStream(null!, WebSocketMessageKind.Text);
        _outbox.BeginStream(stream);
        _outbox.Enqueue(Send(5));
        Assert.True(_outbox.IsStreaming(stream));
        Assert.False(_outbox.IsFree);
        Assert.True(_outbox.IsIdle);
        Drain();
        Assert.Equal(0, _output.Staged);
        Assert.True(_outbox.TryEnqueuePart(new AwaitedSend(WebSocketOpcode.Text, new byte[3], final: false)));
        Assert.False(_outbox.IsIdle);
        Assert.False(_outbox.TryEnqueuePart(new AwaitedSend(WebSocketOpcode.Text, new byte[3], final: false)));
        Assert.True(_outbox.TryEnqueuePart(new AwaitedSend(WebSocketOpcode.Text, default, final: true)));
        Drain();
        Flush();
        Assert.Equal([(1, false, 3), (0, true, 0), (2, true, 5)], _output.Frames.Select(f => (f.Opcode, f.Fin, f.Payload.Length)));
        Assert.True(_outbox.IsFree);
    }

    [Fact]
    public async Task Failing_fails_everything_that_waits()
    {
        var record = new CloseRecord();
        _outbox.BeginStream(new MessageWriteStream(null!, WebSocketMessageKind.Text));
        AwaitedSend part = new(WebSocketOpcode.Text, new byte[3], final: false), last = new(WebSocketOpcode.Text, default, final: true), queued = Send(1);
        _outbox.TryEnqueuePart(part);
        _outbox.TryEnqueuePart(last);
        _outbox.Enqueue(queued);
        _outbox.Fail(record);
        foreach (AwaitedSend send in (AwaitedSend[])[part, last, queued])
        {
            Assert.Same(record, (await Assert.ThrowsAsync<WebSocketClosedException>(async () => await send.Task)).Record);
        }

        Assert.True(_outbox.IsFree && _outbox.IsIdle);
    }

    private static AwaitedSend Send(int size) => new(WebSocketOpcode.Binary, new byte[size], final: true);

    private void Drain() =>
        _outbox.Drain(_engine, _output, new SendBuffer(int.MaxValue, SlowReaderPolicy.Wait), 64 * 1024, long.MaxValue, TimeSpan.Zero);

    private void Flush()
    {
        _output.BeginFlush();
        _ = _output.FlushAsync();
        _output.EndFlush();
    }
}
