using Xunit;
using static Cierre.Tests.Reconnecting.ReconnectRig;

namespace Cierre.Tests.Reconnecting;

/// <summary>One connection after another: the waits on a clock turned by hand, the ends by the other end of a pair in memory.</summary>
public sealed class ConnectionSequenceTests
{
    private readonly ReconnectRig _rig = new();

    [Fact]
    public async Task Sequence_hands_out_open_connections_until_a_close_says_stop()
    {
        _rig.Closes(1012).Fails(Refused()).Closes(1000);
        Task<List<CloseRecord>> reading = ReadAsync();
        Assert.Equal(17.5, await _rig.TurnAsync());
        Assert.Equal(7.5, await _rig.TurnAsync());
        Assert.Equal([1012, 1000], (await reading.WaitAsync(Bound)).Select(record => (int)record.Code));
        Assert.Equal([1012, 1006, 1000], _rig.Plans.Select(plan => (int)plan.Last.Code));
        Assert.Equal([1, 2, 3], _rig.Plans.Select(plan => plan.Attempt));
        Assert.Equal([17.5, 7.5, null], _rig.Plans.Select(plan => plan.Delay?.TotalSeconds));
    }

    [Fact]
    public async Task Close_of_our_own_ends_the_sequence()
    {
        _rig.Opens(_ => Task.CompletedTask);
        int count = 0;
        await foreach (WebSocketConnection connection in _rig.Start())
        {
            count++;
            await connection.CloseAsync(4000, "enough");
        }

        Assert.Equal((1, CloseCause.Requested), (count, Assert.Single(_rig.Plans).Last.Cause));
    }

    [Fact]
    public async Task Connection_that_the_body_is_done_with_goes_on_until_its_end()
    {
        _rig.Opens(_ => Task.CompletedTask);
        await using IAsyncEnumerator<WebSocketConnection> sequence = _rig.Start().GetAsyncEnumerator();
        Assert.True(await sequence.MoveNextAsync());
        WebSocketConnection connection = sequence.Current;
        ValueTask<bool> next = sequence.MoveNextAsync();
        await connection.SendAsync("still here");
        Assert.Equal("still here", (await _rig.Servers[0].ReceiveAsync())!.Value.GetText());
        Assert.False(next.IsCompleted);
        await _rig.Servers[0].CloseAsync(1000);
        Assert.False(await next.AsTask().WaitAsync(Bound));
    }

    [Fact]
    public async Task Delay_counts_from_the_end_of_the_connection()
    {
        _rig.Closes(1012).Closes(1000);
        Task reading = Task.Run(async () =>
        {
            await foreach (WebSocketConnection connection in _rig.Start())
            {
                await connection.Closed;
                // The body goes on for a while.
                if (_rig.Attempts.Count == 1) _rig.Time.Advance(TimeSpan.FromSeconds(10));
            }
        });
        Assert.Equal(7.5, await _rig.TurnAsync());
        await reading.WaitAsync(Bound);
    }

    [Fact]
    public async Task Leaving_the_loop_closes_the_connection_with_1000()
    {
        _rig.Opens(_ => Task.CompletedTask);
        await foreach (WebSocketConnection _ in _rig.Start()) break;
        CloseRecord record = await _rig.Servers[0].Closed.WaitAsync(Bound);
        Assert.Equal((1000, true), (record.Code, record.WasClean));
        Assert.Empty(_rig.Plans);
    }

    [Fact]
    public async Task Exception_in_the_loop_closes_the_connection_and_comes_out()
    {
        _rig.Opens(_ => Task.CompletedTask);
        await Assert.ThrowsAsync<FormatException>(async () =>
        {
            await foreach (WebSocketConnection _ in _rig.Start()) throw new FormatException();
        });
        Assert.Equal(1000, (await _rig.Servers[0].Closed.WaitAsync(Bound)).Code);
    }

    [Fact]
    public async Task Cancelling_closes_an_open_connection_and_ends_the_loop()
    {
        _rig.Opens(_ => Task.CompletedTask);
        using var source = new CancellationTokenSource();
        Task reading = Task.Run(async () =>
        {
            await foreach (WebSocketConnection connection in _rig.Start(source.Token))
            {
                await source.CancelAsync();
                await connection.Closed;
            }
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WaitAsync(Bound));
        Assert.Equal(1000, (await _rig.Servers[0].Closed.WaitAsync(Bound)).Code);
    }

    [Fact]
    public async Task Cancelling_ends_a_wait()
    {
        _rig.Closes(1012);
        using var source = new CancellationTokenSource();
        Task reading = ReadAsync(source.Token);
        await _rig.Time.NextWaitAsync();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WaitAsync(Bound));
        Assert.Single(_rig.Attempts);
    }

    [Fact]
    public async Task Sequence_that_never_had_a_connection_says_so()
    {
        _rig.Fails(Refused()).Fails(Refused(CloseCause.HttpStatus, new HttpRefusal(System.Net.HttpStatusCode.NotFound, [], default)));
        Task reading = ReadAsync();
        await _rig.TurnAsync();
        CloseRecord record = (await Assert.ThrowsAsync<WebSocketConnectException>(() => reading.WaitAsync(Bound))).Record;
        Assert.Equal((CloseCause.HttpStatus, 2, null), (record.Cause, _rig.Plans[^1].Attempt, _rig.Plans[^1].Delay));
    }

    [Fact]
    public async Task Cancelled_before_it_begins_nothing_is_opened()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ReadAsync(new CancellationToken(canceled: true)).WaitAsync(Bound));
        Assert.Empty(_rig.Attempts);
    }

    [Fact]
    public async Task New_credentials_are_used_from_then_on()
    {
        _rig.Closes(3000).Closes(1001).Closes(1000);
        var renewedAfter = new List<int>();
        _rig.Options.CredentialsRenewal = (last, _) =>
        {
            renewedAfter.Add(last.Code);
            return new(_rig.Options.WithHeader("Authorization", "Bearer new"));
        };
        _rig.Options.Headers.Add(new("authorization", "Bearer old"));
        Task reading = ReadAsync();
        await _rig.TurnAsync();
        await reading.WaitAsync(Bound);
        Assert.Equal([3000], renewedAfter);
        Assert.Equal(["Bearer old", "Bearer new", "Bearer new"], _rig.Attempts.Select(attempt => attempt.Header));
    }

    [Fact]
    public async Task Without_new_credentials_the_sequence_ends_and_says_so()
    {
        _rig.Closes(3000);
        _rig.Options.CredentialsRenewal = (_, _) => default;
        await ReadAsync().WaitAsync(Bound);
        Assert.Equal([TimeSpan.Zero, null], _rig.Plans.Select(plan => plan.Delay));
    }

    [Fact]
    public async Task Options_are_read_anew_for_each_attempt()
    {
        _rig.Closes(1001).Closes(1000);
        _rig.Options.Headers.Add(new("Since", "0"));
        Task reading = Task.Run(async () =>
        {
            await foreach (WebSocketConnection _ in _rig.Start()) _rig.Options.Headers[0] = new("Since", "41");
        });
        await _rig.TurnAsync();
        await reading.WaitAsync(Bound);
        Assert.Equal(["0", "41"], _rig.Attempts.Select(attempt => attempt.Header));
    }

    [Fact]
    public async Task Service_that_sheds_load_is_left_for_the_next_address()
    {
        _rig.Closes(1013).Closes(1000);
        _rig.Options.AlternateUrls.Add(new Uri("ws://two.example/"));
        await ReadAsync().WaitAsync(Bound);
        Assert.Equal(["one.example", "two.example"], _rig.Attempts.Select(attempt => attempt.Host));
    }

    [Fact]
    public async Task Early_losses_are_remembered_for_the_next_record()
    {
        static Task Abort(WebSocketConnection server)
        {
            server.Abort();
            return server.Closed;
        }

        _rig.Opens(Abort).Opens(Abort).Closes(1000);
        Task reading = ReadAsync();
        await _rig.TurnAsync();
        await _rig.TurnAsync();
        await reading.WaitAsync(Bound);
        Assert.Equal([0, 1, 2], _rig.Attempts.Select(attempt => attempt.EarlyLosses));
    }

    [Fact]
    public async Task Wait_longer_than_a_timer_can_hold_is_waited_in_pieces()
    {
        _rig.Options.Policy = (_, attempt) => attempt == 1 ? ReconnectDecision.After(TimeSpan.FromDays(50)) : ReconnectDecision.Stop;
        _rig.Closes(1001).Closes(1000);
        Task reading = ReadAsync();
        foreach (int days in (int[])[24, 24, 2]) Assert.Equal(TimeSpan.FromDays(days).TotalSeconds, await _rig.TurnAsync());
        await reading.WaitAsync(Bound);
    }

    private async Task<List<CloseRecord>> ReadAsync(CancellationToken cancellationToken = default)
    {
        var records = new List<CloseRecord>();
        await foreach (WebSocketConnection connection in _rig.Start(cancellationToken)) records.Add(await connection.Closed);
        return records;
    }
}
