using System.Net;
using Xunit;
using static Cierre.Tests.Reconnecting.ReconnectRig;

namespace Cierre.Tests.Reconnecting;

/// <summary>The form with a handler: the end of a connection ends the call, and nothing else. The waits are on a clock turned by hand.</summary>
public sealed class KeptConnectionTests
{
    private readonly ReconnectRig _rig = new();

    [Fact]
    public async Task Send_on_a_connection_that_the_server_closed_at_once_ends_the_call_and_nothing_else()
    {
        _rig.Closes(1012).Closes(1012).Closes(1000);
        int calls = 0;
        KeptConnection kept = _rig.Keep(async (connection, _) =>
        {
            calls++;
            await connection.Closed;
            await connection.SendAsync("too late", CancellationToken.None);
        });
        await _rig.TurnAsync();
        await _rig.TurnAsync();
        CloseRecord last = await kept.Completion.WaitAsync(Bound);
        Assert.Equal((3, 1000, CloseCause.PeerClosed), (calls, last.Code, last.Cause));
        Assert.Equal([1012, 1012, 1000], _rig.Plans.Select(plan => (int)plan.Last.Code));
    }

    public static TheoryData<string> Ends => ["send", "ping", "token", "linked", "many", "blocked", "open", "stream"];

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task However_the_handler_hears_of_the_end_it_is_the_end_of_the_connection(string how)
    {
        _rig.Closes(1012).Closes(1000);
        int calls = 0;
        KeptConnection kept = _rig.Keep(async (connection, token) =>
        {
            calls++;
            await connection.Closed;
            switch (how)
            {
                case "send":
                    await connection.SendAsync("x", CancellationToken.None);
                    break;
                case "ping":
                    await connection.PingAsync(CancellationToken.None);
                    break;
                case "token":
                    await Task.Delay(Timeout.Infinite, token);
                    break;
                case "linked":
                    using (var linked = CancellationTokenSource.CreateLinkedTokenSource(token, new CancellationTokenSource().Token)) await Task.Delay(Timeout.Infinite, linked.Token);
                    break;
                case "many":
                    await Task.WhenAll(connection.SendAsync("x", CancellationToken.None).AsTask(), Task.Delay(Timeout.Infinite, token));
                    break;
                case "blocked":
                    Task.WaitAll([connection.SendAsync("x", CancellationToken.None).AsTask(), connection.SendAsync("y", CancellationToken.None).AsTask()], CancellationToken.None);
                    break;
                case "open":
                    await connection.OpenSendStreamAsync(WebSocketMessageKind.Text, CancellationToken.None);
                    break;
                default:
                    await connection.SendAsync(WebSocketMessageKind.Binary, default, WebSocketSendOptions.DisableCompression, CancellationToken.None);
                    break;
            }
        });
        await _rig.TurnAsync();
        Assert.Equal((1000, 2), ((await kept.Completion.WaitAsync(Bound)).Code, calls));
    }

    /// <summary>Twice what an inbox and the pipe under it hold.</summary>
    private static async Task SendMuchAndCloseAsync(WebSocketConnection server)
    {
        for (int i = 0; i < 40; i++) await server.SendAsync(new byte[16 * 1024]);
        await server.CloseAsync(1000);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Handler_that_returns_without_reading_it_all_still_sees_the_close(int reads)
    {
        _rig.Opens(SendMuchAndCloseAsync);
        CloseRecord last = await _rig.Keep(async (connection, _) =>
        {
            for (int i = 0; i < reads; i++) Assert.NotNull(await connection.ReceiveAsync(CancellationToken.None));
        }).Completion.WaitAsync(Bound);
        Assert.Equal((1000, true, CloseCause.PeerClosed), (last.Code, last.WasClean, last.Cause));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Body_of_a_loop_that_does_not_read_it_all_still_sees_the_close(int reads)
    {
        _rig.Opens(SendMuchAndCloseAsync);
        await LoopAsync().WaitAsync(Bound);
        Assert.Equal(1000, Assert.Single(_rig.Plans).Last.Code);

        async Task LoopAsync()
        {
            await foreach (WebSocketConnection connection in _rig.Start())
            {
                for (int i = 0; i < reads; i++) Assert.NotNull(await connection.ReceiveAsync());
            }
        }
    }

    [Fact]
    public async Task Reader_beside_a_handler_that_has_returned_gets_everything()
    {
        _rig.Opens(SendMuchAndCloseAsync);
        Task<int> reading = Task.FromResult(0);
        CloseRecord last = await _rig.Keep((connection, _) =>
        {
            ValueTask<WebSocketMessage?> first = connection.ReceiveAsync(CancellationToken.None);
            reading = CountAsync(connection, first);
            return Task.CompletedTask;
        }).Completion.WaitAsync(Bound);
        Assert.Equal((1000, 40), (last.Code, await reading.WaitAsync(Bound)));

        static async Task<int> CountAsync(WebSocketConnection connection, ValueTask<WebSocketMessage?> next)
        {
            int count = 0;
            for (; await next is not null; next = connection.ReceiveAsync(CancellationToken.None)) count++;
            return count;
        }
    }

    [Fact]
    public async Task Leaving_throws_nothing_that_a_callback_on_its_token_throws()
    {
        var waits = new TaskCompletionSource();
        _rig.Closes(3000);
        _rig.Options.CredentialsRenewal = async (_, token) =>
        {
            token.Register(() => throw new InvalidOperationException("the application's"));
            waits.SetResult();
            await Task.Delay(Timeout.Infinite, token);
            return null;
        };
        KeptConnection kept = _rig.Keep((_, _) => Task.CompletedTask);
        await waits.Task.WaitAsync(Bound);
        await kept.DisposeAsync();
        Assert.Equal(3000, (await kept.Completion.WaitAsync(Bound)).Code);
    }

    [Fact]
    public async Task Token_says_that_the_connection_ends_to_a_handler_that_only_waits()
    {
        _rig.Opens(_ => Task.CompletedTask).Closes(1000);
        var waits = new TaskCompletionSource();
        KeptConnection kept = _rig.Keep(async (_, token) =>
        {
            waits.TrySetResult();
            await Task.Delay(Timeout.Infinite, token);
        });
        await waits.Task.WaitAsync(Bound);
        await _rig.Servers[0].CloseAsync(1012);
        await _rig.TurnAsync();
        await kept.Completion.WaitAsync(Bound);
        Assert.Equal(2, _rig.Attempts.Count);
    }

    [Fact]
    public async Task Receive_with_the_token_hands_out_all_that_came_before_the_end()
    {
        _rig.Opens(async server =>
        {
            for (int i = 0; i < 10; i++) await server.SendAsync($"{i}");
            await server.CloseAsync(1000);
        });
        var seen = new List<string>();
        KeptConnection kept = _rig.Keep(async (connection, token) =>
        {
            await connection.Closed;
            while (!token.IsCancellationRequested) await Task.Yield();
            await foreach (WebSocketMessage message in connection.ReadAllAsync(token)) seen.Add(message.GetText());
        });
        await kept.Completion.WaitAsync(Bound);
        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"{i}"), seen);
    }

    [Fact]
    public async Task Exception_of_another_connection_is_the_handlers_own()
    {
        (WebSocketConnection other, _) = WebSocketConnection.CreatePair();
        other.Abort();
        _rig.Opens(_ => Task.CompletedTask);
        KeptConnection kept = _rig.Keep(async (_, _) => await other.SendAsync("x", CancellationToken.None));
        var thrown = await Assert.ThrowsAsync<WebSocketClosedException>(async () => await kept.Completion.WaitAsync(Bound));
        Assert.Equal(CloseCause.Aborted, thrown.Record.Cause);
        CloseRecord server = await _rig.Servers[0].Closed.WaitAsync(Bound);
        Assert.Equal((1011, "the handler failed"), (server.Code, server.Reason));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Exception_of_the_handler_leaves_as_it_is_and_closes_with_1011(bool atOnce)
    {
        _rig.Opens(_ => Task.CompletedTask);
        KeptConnection kept = _rig.Keep(async (_, _) =>
        {
            if (!atOnce) await Task.Yield();
            throw new FormatException("mine");
        });
        Assert.Equal("mine", (await Assert.ThrowsAsync<FormatException>(async () => await kept.Completion)).Message);
        Assert.Equal(1011, (await _rig.Servers[0].Closed.WaitAsync(Bound)).Code);
        Assert.Empty(_rig.Plans);
        Assert.Null(kept.Current);
    }

    [Fact]
    public async Task Cancellation_of_its_own_making_is_the_handlers_fault_too()
    {
        _rig.Opens(_ => Task.CompletedTask);
        KeptConnection kept = _rig.Keep((_, _) => throw new OperationCanceledException());
        await Assert.ThrowsAsync<OperationCanceledException>(async () => await kept.Completion.WaitAsync(Bound));
        Assert.Equal(1011, (await _rig.Servers[0].Closed.WaitAsync(Bound)).Code);
    }

    [Fact]
    public async Task Handler_that_returns_leaves_the_connection_open_until_its_end()
    {
        _rig.Opens(_ => Task.CompletedTask);
        var returned = new TaskCompletionSource<WebSocketConnection>();
        KeptConnection kept = _rig.Keep((connection, _) =>
        {
            returned.SetResult(connection);
            return Task.CompletedTask;
        });
        WebSocketConnection connection = await returned.Task.WaitAsync(Bound);
        await connection.SendAsync("still here");
        Assert.Equal("still here", (await _rig.Servers[0].ReceiveAsync())!.Value.GetText());
        Assert.Same(connection, kept.Current);
        Assert.False(kept.Completion.IsCompleted);
        await connection.CloseAsync(4000, "enough");
        Assert.Equal((4000, CloseCause.Requested), ((await kept.Completion.WaitAsync(Bound)).Sent!.Code, _rig.Plans.Single().Last.Cause));
    }

    [Fact]
    public async Task Current_is_the_open_connection_and_null_between_two()
    {
        _rig.Opens(_ => Task.CompletedTask).Opens(_ => Task.CompletedTask);
        var opened = System.Threading.Channels.Channel.CreateUnbounded<WebSocketConnection>();
        await using KeptConnection kept = _rig.Keep(async (connection, token) =>
        {
            opened.Writer.TryWrite(connection);
            await connection.DiscardAllAsync(token);
        });
        WebSocketConnection first = await opened.Reader.ReadAsync().AsTask().WaitAsync(Bound);
        Assert.Same(first, kept.Current);
        await _rig.Servers[0].CloseAsync(1012);
        TimeSpan wait = await _rig.Time.NextWaitAsync();
        Assert.Null(kept.Current);
        _rig.Time.Advance(wait);
        WebSocketConnection second = await opened.Reader.ReadAsync().AsTask().WaitAsync(Bound);
        Assert.NotSame(first, second);
        Assert.Same(second, kept.Current);
    }

    [Fact]
    public async Task Disposing_says_1000_and_ends_with_that_record()
    {
        _rig.Opens(_ => Task.CompletedTask);
        var open = new TaskCompletionSource();
        KeptConnection kept = _rig.Keep(async (connection, token) =>
        {
            open.SetResult();
            await connection.DiscardAllAsync(token);
        });
        await open.Task.WaitAsync(Bound);
        await kept.DisposeAsync().AsTask().WaitAsync(Bound);
        CloseRecord last = await kept.Completion;
        Assert.Equal((1000, true, CloseCause.Requested), (last.Code, last.WasClean, last.Cause));
        Assert.Equal(1000, (await _rig.Servers[0].Closed.WaitAsync(Bound)).Code);
        Assert.Empty(_rig.Plans);
        await kept.DisposeAsync();
    }

    [Fact]
    public async Task Disposing_between_two_connections_ends_with_the_last_record()
    {
        _rig.Closes(1012);
        KeptConnection kept = _rig.Keep((_, _) => Task.CompletedTask);
        await _rig.Time.NextWaitAsync();
        await kept.DisposeAsync().AsTask().WaitAsync(Bound);
        Assert.Equal(1012, (await kept.Completion).Code);
        Assert.Single(_rig.Attempts);
    }

    [Fact]
    public async Task Disposing_before_anything_opened_ends_with_a_record_that_says_so()
    {
        _rig.Fails(Refused());
        KeptConnection kept = _rig.Keep((_, _) => Task.CompletedTask);
        await _rig.Time.NextWaitAsync();
        await kept.DisposeAsync().AsTask().WaitAsync(Bound);
        Assert.Equal((false, CloseCause.ConnectionRefused), ((await kept.Completion).WasOpen, (await kept.Completion).Cause));
    }

    [Fact]
    public async Task Cancelling_says_1000_too_and_throws_with_the_callers_token()
    {
        _rig.Opens(_ => Task.CompletedTask);
        using var source = new CancellationTokenSource();
        var open = new TaskCompletionSource();
        KeptConnection kept = _rig.Keep(
            async (_, _) =>
            {
                open.SetResult();
                await Task.Delay(Timeout.Infinite, source.Token);
            },
            source.Token);
        await open.Task.WaitAsync(Bound);
        await source.CancelAsync();
        var thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await kept.Completion.WaitAsync(Bound));
        Assert.Equal(source.Token, thrown.CancellationToken);
        CloseRecord server = await _rig.Servers[0].Closed.WaitAsync(Bound);
        Assert.Equal((1000, true), (server.Code, server.WasClean));
    }

    [Theory]
    [InlineData(HttpStatusCode.NotFound)]
    [InlineData(HttpStatusCode.Forbidden)]
    public async Task Address_that_is_wrong_from_the_first_is_an_exception(HttpStatusCode status)
    {
        _rig.Fails(Refused(CloseCause.HttpStatus, new HttpRefusal(status, [], default)));
        KeptConnection kept = _rig.Keep((_, _) => Task.CompletedTask);
        Assert.Equal(status, (await Assert.ThrowsAsync<WebSocketConnectException>(async () => await kept.Completion.WaitAsync(Bound))).Record.HttpStatus);
    }

    [Fact]
    public async Task Address_that_is_wrong_later_ends_with_its_record()
    {
        _rig.Closes(1012).Fails(Refused(CloseCause.HttpStatus, new HttpRefusal(HttpStatusCode.Forbidden, [], default)));
        KeptConnection kept = _rig.Keep((_, _) => Task.CompletedTask);
        await _rig.TurnAsync();
        CloseRecord last = await kept.Completion.WaitAsync(Bound);
        Assert.Equal((false, HttpStatusCode.Forbidden), (last.WasOpen, last.HttpStatus));
    }

    [Fact]
    public async Task Calls_of_the_handler_come_one_after_the_other()
    {
        _rig.Closes(1012).Closes(1000);
        int inside = 0, most = 0;
        KeptConnection kept = _rig.Keep(async (connection, _) =>
        {
            most = Math.Max(most, Interlocked.Increment(ref inside));
            await connection.Closed;
            for (int i = 0; i < 100; i++) await Task.Yield();
            Interlocked.Decrement(ref inside);
        });
        await _rig.TurnAsync();
        await kept.Completion.WaitAsync(Bound);
        Assert.Equal(1, most);
    }

    [Fact]
    public async Task Handler_never_runs_in_the_call_that_begins_it()
    {
        _rig.Closes(1000);
        KeptConnection? kept = null;
        bool wasThere = false;
        using var assigned = new ManualResetEventSlim();
        kept = _rig.Keep((_, _) =>
        {
            assigned.Wait(Bound, CancellationToken.None);
            wasThere = kept is not null;
            return Task.CompletedTask;
        });
        assigned.Set();
        await kept.Completion.WaitAsync(Bound);
        Assert.True(wasThere);
    }
}
