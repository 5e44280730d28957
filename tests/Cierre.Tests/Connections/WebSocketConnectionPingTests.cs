using Xunit;

namespace Cierre.Tests.Connections;

public sealed class WebSocketConnectionPingTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Round_trip_is_the_time_from_the_ping_to_its_pong(bool client)
    {
        var played = new Played(client);
        Assert.Null(played.Connection.LastRoundTrip);
        Task<TimeSpan> ping = played.Connection.PingAsync();
        Assert.Equal(Played.Ping, Assert.Single(played.Sent).Opcode);
        played.Clock.Advance(TimeSpan.FromMilliseconds(70));
        played.Peer(Played.Pong, played.Sent[0].Payload);
        Assert.Equal(TimeSpan.FromMilliseconds(70), await Played.Within(ping));
        Assert.Equal(TimeSpan.FromMilliseconds(70), played.Connection.LastRoundTrip);
    }

    [Fact]
    public async Task Pong_answers_every_ping_before_it()
    {
        var played = new Played();
        Task<TimeSpan> first = played.Connection.PingAsync();
        played.Clock.Advance(TimeSpan.FromMilliseconds(10));
        Task<TimeSpan> second = played.Connection.PingAsync(), third = played.Connection.PingAsync();
        played.Peer(Played.Pong, played.Sent[1].Payload);
        Assert.Equal((10, 0), ((await Played.Within(first)).TotalMilliseconds, (await Played.Within(second)).TotalMilliseconds));
        Assert.False(third.IsCompleted);
    }

    [Fact]
    public void Pong_that_answers_nothing_is_ignored()
    {
        var played = new Played();
        Task ping = played.Connection.PingAsync();
        played.Peer(Played.Pong);
        played.Peer(Played.Pong, "whatever"u8);
        played.Peer(Played.Pong, new byte[8]);
        Assert.False(ping.IsCompleted);
        Assert.True(played.Connection.IsOpen);
    }

    [Fact]
    public async Task Token_ends_the_wait_and_the_ping_is_out()
    {
        var played = new Played();
        using var source = new CancellationTokenSource();
        Task ping = played.Connection.PingAsync(source.Token);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ping);
        Assert.Single(played.Sent);
        Assert.True(played.Connection.IsOpen);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Close_before_the_answer_fails_the_ping_with_the_record(bool byPeer)
    {
        var played = new Played();
        Task ping = played.Connection.PingAsync();
        if (byPeer) played.PeerClose(4001);
        else played.Wire.End();
        CloseRecord record = (await Assert.ThrowsAsync<WebSocketClosedException>(() => Played.Within(ping))).Record;
        Assert.Equal(byPeer ? 4001 : 1006, record.Code);
    }

    [Fact]
    public async Task Peers_ping_is_answered_with_its_payload()
    {
        var played = new Played();
        played.Peer(Played.Ping, "payload"u8);
        played.Peer(Played.Ping);
        Assert.Equal([(Played.Pong, "payload"), (Played.Pong, "")], played.Sent.Select(f => (f.Opcode, f.Text)));
        _ = played.Connection.CloseAsync();
        played.Peer(Played.Ping, "while closing"u8);
        Assert.Equal("while closing", played.Sent[^1].Text);
        played.PeerClose(1000);
        played.Peer(Played.Ping, "too late"u8);
        Assert.Equal("while closing", played.Sent[^1].Text);
        played.Wire.End();
        await played.Ended;
    }

    [Fact]
    public async Task Cancelled_before_it_begins_no_ping_is_sent()
    {
        var played = new Played();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => played.Connection.PingAsync(new CancellationToken(true)));
        Assert.Empty(played.Sent);
    }

    [Fact]
    public async Task Ping_whose_wait_was_cancelled_leaves_no_exception_that_nobody_observed()
    {
        var unobserved = new List<CloseRecord>();
        void Seen(object? sender, UnobservedTaskExceptionEventArgs e)
        {
            lock (unobserved) unobserved.AddRange(e.Exception.InnerExceptions.OfType<WebSocketClosedException>().Select(closed => closed.Record));
        }

        TaskScheduler.UnobservedTaskException += Seen;
        CloseRecord record = await CancelAndLoseAsync();
        for (int i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        TaskScheduler.UnobservedTaskException -= Seen;
        lock (unobserved) Assert.DoesNotContain(record, unobserved);

        static async Task<CloseRecord> CancelAndLoseAsync()
        {
            var played = new Played();
            using var source = new CancellationTokenSource();
            Task ping = played.Connection.PingAsync(source.Token);
            // Nobody waits at all.
            _ = played.Connection.PingAsync();
            await source.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ping);
            played.Wire.End();
            return await played.Ended;
        }
    }

    [Fact]
    public async Task Round_trip_is_never_negative_though_the_peer_answers_a_ping_before_it_has_it()
    {
        var played = new Played();
        Task<TimeSpan>? ping = null;
        Task reader = Read();
        // The number is easy to guess, and what came in one batch has the time of its beginning.
        byte[] guessed = [0, 0, 0, 0, 0, 0, 0, 1];
        played.Wire.Push([.. played.Frame("first"), .. played.Frame(Played.Pong, guessed)]);
        await Played.Within(reader);
        Assert.Equal(TimeSpan.Zero, await Played.Within(ping!));
        Assert.Equal(TimeSpan.Zero, played.Connection.LastRoundTrip);

        async Task Read()
        {
            await played.Connection.ReceiveAsync();
            played.Clock.Advance(TimeSpan.FromSeconds(3));
            ping = played.Connection.PingAsync();
        }
    }
}
