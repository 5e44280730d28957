using Cierre.TestKit;
using Xunit;

namespace Cierre.Tests.Connections;

/// <summary>Keep-alive and idle timeout of a whole connection.</summary>
public sealed class ConnectionTimersTests
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Twenty = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Ping_goes_out_at_20_s_and_20_s_of_silence_after_it_close_with_1011(bool client)
    {
        var played = new Played(client);
        played.Clock.Advance(Twenty - Tick);
        Assert.Empty(played.Sent);
        played.Clock.Advance(2 * Tick);
        Assert.Equal(Played.Ping, Assert.Single(played.Sent).Opcode);
        played.Clock.Advance(Twenty - (3 * Tick));
        Assert.DoesNotContain(played.Sent, f => f.Opcode == Played.Close);
        played.Clock.Advance(4 * Tick);
        RawFrame close = played.Sent[^1];
        Assert.Equal((Played.Close, 1011), (close.Opcode, close.CloseCode));
        Assert.NotEmpty(close.CloseReason);
        played.Clock.Advance(TimeSpan.FromSeconds(5) + Tick);
        CloseRecord record = await played.Ended;
        Assert.Equal((1006, CloseCause.PingTimeout, EndedBy.Local), (record.Code, record.Cause, record.EndedBy));
        Assert.Equal(1011, record.Sent!.Code);
    }

    [Fact]
    public void Any_byte_of_the_peer_is_life()
    {
        var played = new Played();
        byte[] frame = played.Frame("slow");
        for (int i = 0; i < frame.Length; i++)
        {
            played.Clock.Advance(TimeSpan.FromSeconds(19));
            played.Wire.Push(frame.AsSpan(i, 1));
        }

        Assert.True(played.Connection.IsOpen);
    }

    [Fact]
    public void Answered_pings_keep_the_connection_open_and_measure_the_round_trip()
    {
        var played = new Played();
        for (int i = 1; i <= 10; i++)
        {
            played.Clock.Advance(Twenty + Tick);
            played.Clock.Advance(TimeSpan.FromMilliseconds(30));
            played.Peer(Played.Pong, played.Sent[^1].Payload);
            Assert.Equal(i, played.Sent.Count);
        }

        Assert.True(played.Connection.IsOpen);
        Assert.NotNull(played.Connection.LastRoundTrip);
    }

    [Fact]
    public void Interval_of_zero_sends_no_pings()
    {
        var played = new Played(setup: o => o.PingInterval = Timeout.InfiniteTimeSpan);
        played.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Empty(played.Sent);
        Assert.True(played.Connection.IsOpen);
    }

    [Fact]
    public async Task Silence_does_not_count_while_our_own_inbox_is_full()
    {
        var played = new Played();
        byte[] message = new byte[16 * 1024];
        for (int i = 0; i < 6; i++) played.Peer(Played.Binary, message);
        Assert.True(played.Wire.IsPaused);
        for (int i = 0; i < 20; i++) played.Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.True(played.Connection.IsOpen);
        for (int i = 0; i < 6; i++) await Played.Within(played.Connection.ReceiveAsync().AsTask());
        await Played.Until(() => !played.Wire.IsPaused);
        // From here on it does.
        for (int i = 0; i < 7; i++) played.Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.False(played.Connection.IsOpen);
    }

    [Fact]
    public async Task Silence_does_not_count_while_the_handler_keeps_the_thread()
    {
        var played = new Played();
        using ManualResetEventSlim entered = new(), release = new();
        Task handler = Handle();
        Task pushing = Task.Run(() => played.PeerText("work"));
        Assert.True(entered.Wait(TimeSpan.FromSeconds(20)));
        for (int i = 0; i < 20; i++) played.Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.True(played.Connection.IsOpen);
        release.Set();
        await Played.Within(Task.WhenAll(handler, pushing));
        for (int i = 0; i < 7; i++) played.Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.False(played.Connection.IsOpen);

        async Task Handle()
        {
            await played.Connection.ReceiveAsync();
            entered.Set();
            release.Wait(TimeSpan.FromSeconds(20));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Silence_through_a_layer_in_between_is_believed_after_two_looks_and_none_while_they_wait(bool idle)
    {
        var played = new Played(client: true, o =>
        {
            if (idle) (o.PingInterval, o.IdleTimeout) = (Timeout.InfiniteTimeSpan, 2 * Twenty);
        }) { Wire = { ProbesByHand = true } };
        played.Clock.Advance(Twenty + Tick);
        played.Clock.Advance(Twenty + Tick);
        await Played.Until(() => played.Wire.Probes == 1);
        // Our pool is starved: nobody answers, and nothing is concluded.
        for (int i = 0; i < 20; i++) played.Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.True(played.Connection.IsOpen);
        played.Wire.AnswerProbe();
        Assert.True(played.Connection.IsOpen);
        played.Clock.Advance(2 * Tick);
        await Played.Until(() => played.Wire.Probes == 1);
        Assert.True(played.Connection.IsOpen);
        played.Wire.AnswerProbe();
        played.Clock.Advance(2 * Tick);
        Assert.False(played.Connection.IsOpen);
        Assert.Equal(idle ? 3008 : 1011, played.Sent[^1].CloseCode);
    }

    [Fact]
    public async Task What_a_look_brings_is_life_and_the_next_silence_is_looked_at_anew()
    {
        var played = new Played(client: true) { Wire = { ProbesByHand = true } };
        for (int i = 0; i < 3; i++)
        {
            played.Clock.Advance(Twenty + Tick);
            played.Clock.Advance(Twenty + Tick);
            await Played.Until(() => played.Wire.Probes == 1);
            played.Wire.AnswerProbe();
            played.Clock.Advance(2 * Tick);
            await Played.Until(() => played.Wire.Probes == 1);
            played.PeerText("here");
            await Played.Within(played.Connection.ReceiveAsync().AsTask());
            played.Wire.AnswerProbe();
            played.Clock.Advance(2 * Tick);
            Assert.True(played.Connection.IsOpen);
        }
    }

    [Fact]
    public void Bytes_that_the_kernel_has_had_since_the_ping_are_life_though_nobody_can_read_them_yet()
    {
        var played = new Played { Wire = { ProbesByHand = true, SaysArrived = 100 } };
        for (int i = 0; i < 10; i++)
        {
            played.Clock.Advance(Twenty + Tick);
            played.Wire.SaysArrived++;
            Assert.Equal(0, played.Wire.Probes);
        }

        Assert.True(played.Connection.IsOpen);
    }

    [Fact]
    public void Bytes_that_wait_in_the_kernel_are_life()
    {
        var played = new Played { Wire = { SaysUnread = true } };
        for (int i = 0; i < 20; i++) played.Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.True(played.Connection.IsOpen);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Idle_connection_closes_with_3008_whatever_pings_pass(bool received)
    {
        var played = new Played(setup: o => o.IdleTimeout = TimeSpan.FromSeconds(30));
        played.Clock.Advance(TimeSpan.FromSeconds(15));
        if (received) played.PeerText("message");
        else await played.Connection.SendAsync("message");
        for (int i = 0; i < 29; i++)
        {
            played.Clock.Advance(TimeSpan.FromSeconds(1));
            played.Peer(Played.Ping);
        }

        Assert.True(played.Connection.IsOpen);
        played.Clock.Advance(TimeSpan.FromSeconds(1) + Tick);
        Assert.Equal((Played.Close, 3008), (played.Sent[^1].Opcode, played.Sent[^1].CloseCode));
        played.PeerClose(3008);
        played.Wire.End();
        CloseRecord record = await played.Ended;
        Assert.Equal((3008, true, CloseCause.IdleTimeout, EndedBy.Local), (record.Code, record.WasClean, record.Cause, record.EndedBy));
    }

    [Fact]
    public async Task No_timer_is_left_after_the_end()
    {
        var played = new Played(setup: o => o.IdleTimeout = TimeSpan.FromSeconds(30));
        played.PeerClose(1000);
        played.Wire.End();
        await played.Ended;
        int writes = played.Wire.Writes;
        played.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal((writes, 0), (played.Wire.Writes, played.Wire.CloseCalls));
    }
}
