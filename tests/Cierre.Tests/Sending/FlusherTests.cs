using Cierre.Sending;
using Cierre.TestKit;
using Cierre.Tests.Connections;
using Xunit;

namespace Cierre.Tests.Sending;

/// <summary>What of the application's bytes the transport took: exactly, framing and control frames not counted.</summary>
public sealed class FlusherTests
{
    private readonly Played _played = new(client: true);
    private int _calls;

    public FlusherTests() => _played.Connection.Driver.Sending.Flusher.PayloadWasTaken = () => _calls++;

    [Fact]
    public async Task Bytes_count_when_their_flush_has_completed()
    {
        _played.Wire.HoldsFlushes = true;
        ValueTask first = _played.Connection.Driver.Sending.SendAsync(WebSocketOpcode.Text, new byte[10], default);
        ValueTask second = _played.Connection.Driver.Sending.SendAsync(WebSocketOpcode.Binary, new byte[100], default);
        Assert.Equal((0L, 0), (_played.Connection.Driver.Sending.Flusher.PayloadTaken, _calls));
        _played.Wire.HoldsFlushes = false;
        _played.Wire.CompleteFlush();
        Assert.True(SpinWait.SpinUntil(() => _played.Connection.Driver.Sending.Flusher.PayloadTaken == 110, TimeSpan.FromSeconds(10)));
        Assert.Equal(2, _calls);
        await first;
        await second;
    }

    [Fact]
    public async Task Empty_messages_and_pings_are_no_news()
    {
        await _played.Connection.Driver.Sending.SendAsync(WebSocketOpcode.Text, default, default);
        _ = _played.Connection.Driver.Sending.PingAsync(default);
        Assert.Equal((0L, 0), (_played.Connection.Driver.Sending.Flusher.PayloadTaken, _calls));
    }

    [Fact]
    public async Task Large_message_counts_piece_by_piece()
    {
        await _played.Connection.Driver.Sending.SendAsync(WebSocketOpcode.Binary, new byte[300_000], default);
        Assert.Equal(300_000, _played.Connection.Driver.Sending.Flusher.PayloadTaken);
        Assert.InRange(_calls, 2, 10);
    }

    [Fact]
    public void Bytes_whose_flush_fails_do_not_count()
    {
        _played.Wire.WriteFails = new IOException("gone");
        _ = _played.Connection.Driver.Sending.SendAsync(WebSocketOpcode.Text, new byte[10], default);
        Assert.Equal((0L, 0), (_played.Connection.Driver.Sending.Flusher.PayloadTaken, _calls));
    }
}
