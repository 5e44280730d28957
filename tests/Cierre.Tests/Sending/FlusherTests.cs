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

    [Fact]
    public async Task Thread_that_flushes_is_given_back_however_much_others_go_on_sending()
    {
        const int Messages = 10_000;
        int sent = 1, here = 0, thread = Environment.CurrentManagedThreadId;
        bool counts = true;
        Task<CloseRecord>? closed = null;
        _played.Wire.OnWrite = () =>
        {
            if (Volatile.Read(ref counts) && Environment.CurrentManagedThreadId == thread) here++;
            // Others do so: this flush goes on with it.
            if (sent < Messages) _ = _played.Connection.Driver.Sending.SendAsync(WebSocketOpcode.Text, "x"u8.ToArray(), default).AsTask();
            else if (sent == Messages) closed = _played.Connection.CloseAsync();
            sent++;
        };
        await _played.Connection.Driver.Sending.SendAsync(WebSocketOpcode.Text, "x"u8.ToArray(), default);
        Volatile.Write(ref counts, false);
        Assert.InRange(here, 1, 100);
        // Nothing is lost by that, and the close frame follows.
        await Played.Until(() => _played.Wire.Writes == Messages + 1);
        Assert.Equal([.. Enumerable.Repeat(Played.Text, Messages), Played.Close], _played.Sent.Select(frame => frame.Opcode));
        _played.PeerClose(1000);
        _played.Wire.End();
        Assert.True((await _played.Ended).WasClean);
        Assert.True((await Played.Within(closed!)).WasClean);
    }
}
