using Cierre.Protocol;
using Cierre.Sending;
using Cierre.TestKit;
using Xunit;

namespace Cierre.Tests.Sending;

public sealed class AwaitedSendTests
{
    private readonly WebSocketProtocol _engine = new(WebSocketRole.Server, ProtocolLimits.Default);
    private readonly FakeTransport _output = new();

    [Theory]
    [InlineData(0, new[] { 0 })]
    [InlineData(65_536, new[] { 65_536 })]
    [InlineData(65_537, new[] { 65_536, 1 })]
    [InlineData(200_000, new[] { 65_536, 65_536, 65_536, 3_392 })]
    public void Payload_is_written_in_frames_of_64_KiB(int size, int[] frames)
    {
        var send = new AwaitedSend(WebSocketOpcode.Text, new byte[size], final: true);
        Assert.False(send.Begun);
        for (int i = 1; i <= frames.Length; i++) Assert.Equal(i == frames.Length, Write(send));
        List<RawFrame> written = Written();
        Assert.Equal(frames, written.Select(f => f.Payload.Length));
        Assert.Equal(frames.Select((_, i) => i == 0 ? 1 : 0), written.Select(f => f.Opcode));
        Assert.Equal(frames.Select((_, i) => i == frames.Length - 1), written.Select(f => f.Fin));
    }

    [Fact]
    public void Part_of_a_streamed_message_continues_it_and_does_not_end_it()
    {
        Write(new AwaitedSend(WebSocketOpcode.Text, "a"u8.ToArray(), final: false));
        Write(new AwaitedSend(WebSocketOpcode.Text, "b"u8.ToArray(), final: false), continued: true);
        Write(new AwaitedSend(WebSocketOpcode.Text, default, final: true), continued: true);
        Assert.Equal([(1, false), (0, false), (0, true)], Written().Select(f => (f.Opcode, f.Fin)));
    }

    [Fact]
    public async Task Task_completes_or_fails_once_and_lets_go_of_the_token()
    {
        using var source = new CancellationTokenSource();
        bool cancelled = false;
        var send = new AwaitedSend(WebSocketOpcode.Text, default, final: true) { Registration = source.Token.Register(() => cancelled = true) };
        Assert.False(send.Task.IsCompleted);
        send.Complete();
        await source.CancelAsync();
        await send.Task;
        Assert.False(cancelled);
        var failed = new AwaitedSend(WebSocketOpcode.Text, default, final: true);
        failed.Fail(new IOException());
        await Assert.ThrowsAsync<IOException>(async () => await failed.Task);
    }

    private List<RawFrame> Written()
    {
        _output.BeginFlush();
        _ = _output.FlushAsync();
        _output.EndFlush();
        return _output.Frames;
    }

    private bool Write(AwaitedSend send, bool continued = false) => send.WriteNext(_engine, _output, continued, TimeSpan.Zero);
}
