using Cierre.TestKit;
using Cierre.Transports;
using Xunit;

namespace Cierre.Tests.Connections;

/// <summary>docs/closing.md 4: what came before a violation is handed out and answered; then the failure goes out behind the answers.</summary>
public sealed class AnswersBeforeFailureTests
{
    private static readonly TimeSpan CloseTimeout = new WebSocketConnectionOptions().CloseTimeout;

    public static TheoryData<bool, int> RolesAndPieces
    {
        get
        {
            var data = new TheoryData<bool, int>();
            foreach (int piece in (int[])[1, 2, 5, 1000])
            {
                data.Add(false, piece);
                data.Add(true, piece);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(RolesAndPieces))]
    public async Task Message_that_was_parked_is_handed_out_and_its_answer_goes_out_first(bool client, int piece)
    {
        var played = new Played(client);
        Push(played, [.. played.Frame("one"), .. played.Frame("two"), .. Bad(played), .. played.Frame(Played.Ping, "late"u8), .. played.Frame("late")], piece);
        Assert.Empty(played.Sent);
        Assert.True(played.Connection.IsOpen);
        Assert.Equal("one", await played.ReceiveTextAsync());
        await played.Connection.SendAsync("answer 1");
        Assert.Equal("two", await played.ReceiveTextAsync());
        await played.Connection.SendAsync("answer 2");
        Assert.True(played.Connection.IsOpen);
        Assert.Null(await played.ReceiveTextAsync());
        await ShouldHaveFailedBehindAsync(played, "answer 1", "answer 2");
    }

    [Theory]
    [MemberData(nameof(RolesAndPieces))]
    public async Task Handler_that_awaits_something_of_its_own_answers_first(bool client, int piece)
    {
        var played = new Played(client);
        var own = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task handler = HandleAsync();
        Push(played, [.. played.Frame("one"), .. Bad(played), .. played.Frame(Played.Close)], piece);
        Assert.Empty(played.Sent);
        own.SetResult();
        await Played.Within(handler);
        await ShouldHaveFailedBehindAsync(played, "answer", "and more");

        async Task HandleAsync()
        {
            await foreach (WebSocketMessage message in played.Connection.ReadAllAsync())
            {
                await own.Task;
                Assert.Equal("one", message.GetText());
                await played.Connection.SendAsync("answer");
                await new[] { played.Connection }.BroadcastAsync("and more");
            }
        }
    }

    [Fact]
    public async Task Handler_that_waits_already_has_nothing_to_answer()
    {
        var played = new Played();
        Task<string?> first = played.ReceiveTextAsync();
        played.PeerText("one");
        Assert.Equal("one", await first);
        Task<string?> second = played.ReceiveTextAsync();
        played.Wire.Push(Bad(played));
        Assert.Equal(1002, Assert.Single(played.Sent).CloseCode);
        Assert.Null(await second);
    }

    [Fact]
    public async Task Who_has_received_nothing_has_nothing_to_answer()
    {
        var played = new Played();
        played.Wire.Push(Bad(played));
        Assert.Equal(1002, Assert.Single(played.Sent).CloseCode);
        Assert.Null(await played.ReceiveTextAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Wait_for_the_answer_is_bounded_by_the_close_timeout(bool reads)
    {
        var played = new Played(setup: options => options.PingInterval = Timeout.InfiniteTimeSpan);
        played.Wire.Push([.. played.Frame("one"), .. Bad(played)]);
        if (reads) Assert.Equal("one", await played.ReceiveTextAsync());
        played.Clock.Advance(CloseTimeout - TimeSpan.FromSeconds(1));
        Assert.Empty(played.Sent);
        played.Clock.Advance(TimeSpan.FromSeconds(1.1));
        Assert.Equal(1002, Assert.Single(played.Sent).CloseCode);
        await Assert.ThrowsAsync<WebSocketClosedException>(async () => await played.Connection.SendAsync("too late"));
        if (!reads) Assert.Equal("one", await played.ReceiveTextAsync());
        Assert.Null(await played.ReceiveTextAsync());
        played.Wire.End();
        Assert.Equal(1002, (await played.Ended).Sent!.Code);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Handler_that_closes_ends_the_wait_and_the_violation_was_first(bool disposes)
    {
        var played = new Played();
        played.Wire.Push([.. played.Frame("one"), .. Bad(played)]);
        Assert.Equal("one", await played.ReceiveTextAsync());
        await played.Connection.SendAsync("answer");
        Task closing = disposes ? played.Connection.DisposeAsync().AsTask() : played.Connection.CloseAsync(4000);
        await ShouldHaveFailedBehindAsync(played, "answer");
        await Played.Within(closing);
    }

    [Fact]
    public async Task Token_of_the_close_is_cancelled_when_the_failure_goes_out_and_no_sooner()
    {
        var played = new Played();
        played.Wire.Push([.. played.Frame("one"), .. Bad(played)]);
        CancellationToken closing = played.Connection.Driver.Closing;
        Assert.Equal("one", await played.ReceiveTextAsync());
        Assert.False(closing.IsCancellationRequested);
        Assert.Null(await played.ReceiveTextAsync());
        await Played.Until(() => closing.IsCancellationRequested);
    }

    [Theory]
    [InlineData(TransportEndKind.Reset)]
    [InlineData(TransportEndKind.Fault)]
    internal async Task Stream_that_is_lost_meanwhile_leaves_the_violation_as_the_cause(TransportEndKind kind)
    {
        var played = new Played();
        played.Wire.Push([.. played.Frame("one"), .. Bad(played)]);
        played.Wire.End(kind);
        CloseRecord record = await played.Ended;
        Assert.Equal((1006, CloseCause.ProtocolViolation, EndedBy.Local), (record.Code, record.Cause, record.EndedBy));
        Assert.Null(record.Sent);
        Assert.Equal("one", await played.ReceiveTextAsync());
        Assert.Null(await played.ReceiveTextAsync());
    }

    [Fact]
    public async Task Answer_that_does_not_get_out_ends_the_wait()
    {
        var played = new Played { Wire = { HoldsFlushes = true } };
        played.Wire.Push([.. played.Frame("one"), .. Bad(played)]);
        Assert.Equal("one", await played.ReceiveTextAsync());
        await played.Connection.SendAsync("answer");
        played.Wire.FailFlush(new System.Net.Sockets.SocketException((int)System.Net.Sockets.SocketError.ConnectionReset));
        await Assert.ThrowsAsync<WebSocketClosedException>(async () => await played.Connection.SendAsync("another"));
        await Played.Until(() => !played.Wire.IsPaused);
        played.Wire.End(TransportEndKind.Reset);
        Assert.Equal(CloseCause.ProtocolViolation, (await played.Ended).Cause);
    }

    [Fact]
    public async Task Half_closed_peer_gets_the_answer_too()
    {
        var played = new Played();
        played.Wire.Push([.. played.Frame("one"), .. Bad(played)]);
        played.Wire.End();
        Assert.Equal("one", await played.ReceiveTextAsync());
        await played.Connection.SendAsync("answer");
        Assert.Null(await played.ReceiveTextAsync());
        await ShouldHaveFailedBehindAsync(played, "answer");
    }

    [Fact]
    public async Task What_waits_to_be_sent_when_the_handler_waits_again_goes_out_first()
    {
        var played = new Played { Wire = { HoldsFlushes = true } };
        played.Wire.Push([.. played.Frame("one"), .. Bad(played)]);
        Assert.Equal("one", await played.ReceiveTextAsync());
        await played.Connection.SendAsync(new byte[60_000]);
        Task large = played.Connection.SendAsync(new byte[200_000]).AsTask(), last = played.Connection.SendAsync("last").AsTask();
        Task<string?> next = played.ReceiveTextAsync();
        Assert.Null(await next);
        await Assert.ThrowsAsync<WebSocketClosedException>(async () => await played.Connection.SendAsync("behind"));
        Assert.False(last.IsCompleted);
        played.Wire.HoldsFlushes = false;
        played.Wire.CompleteFlush();
        await Played.Within(Task.WhenAll(large, last));
        await Played.Until(() => played.Sent[^1].Opcode == Played.Close);
        Assert.Equal(("last", 1002), (played.Sent[^2].Text, played.Sent[^1].CloseCode));
        played.Wire.End();
        Assert.Equal(1002, (await played.Ended).Sent!.Code);
    }

    [Fact]
    public async Task Failure_waits_for_what_is_to_be_sent_though_the_handler_waits_already_and_reads_on_while_it_goes_out()
    {
        var played = new Played { Wire = { HoldsFlushes = true } };
        await played.Connection.SendAsync(new byte[60_000]);
        Task large = played.Connection.SendAsync(new byte[200_000]).AsTask(), last = played.Connection.SendAsync("last").AsTask();
        Task<string?> next = played.ReceiveTextAsync();
        played.Wire.Push(Bad(played));
        Assert.Null(await next);
        Assert.False(last.IsCompleted);
        Assert.True(played.Wire.IsPaused);
        while (played.Sent[^1].Opcode != Played.Close)
        {
            played.Wire.CompleteFlush();
            await Played.Until(() => played.Wire.IsFlushHeld);
        }

        await Played.Within(Task.WhenAll(large, last));
        Assert.Equal("last", played.Sent[^2].Text);
        // The peer may not read before we have read what it still sends: our close frame is not out.
        await Played.Until(() => !played.Wire.IsPaused);
    }

    [Fact]
    public async Task Message_read_as_a_stream_is_answered_first_and_one_that_is_cut_off_is_not_ended()
    {
        var played = new Played();
        Task<WebSocketMessageStream?> opening = played.Connection.ReceiveStreamAsync().AsTask();
        Push(played, [.. played.Frame(Played.Text, "whole"u8), .. Bad(played)], 1000);
        await using (WebSocketMessageStream stream = (await Played.Within(opening))!)
        {
            byte[] content = new byte[10];
            Assert.Equal(5, await stream.ReadAtLeastAsync(content, 10, throwOnEndOfStream: false));
        }

        await played.Connection.SendAsync("answer");
        Assert.Null(await Played.Within(played.Connection.ReceiveStreamAsync().AsTask()));
        await ShouldHaveFailedBehindAsync(played, "answer");

        var cut = new Played();
        opening = cut.Connection.ReceiveStreamAsync().AsTask();
        cut.Peer(Played.Text, "begun"u8, fin: false);
        WebSocketMessageStream begun = (await Played.Within(opening))!;
        cut.Wire.Push(Bad(cut));
        await cut.Connection.SendAsync("answer");
        Assert.Equal(5, await begun.ReadAsync(new byte[10]));
        await Assert.ThrowsAsync<WebSocketClosedException>(async () => await begun.ReadAsync(new byte[10]));
        await ShouldHaveFailedBehindAsync(cut, "answer");
    }

    [Fact]
    public async Task What_was_begun_before_the_violation_is_never_delivered()
    {
        var played = new Played();
        played.Wire.Push([.. played.Frame("one"), .. played.Frame(Played.Text, "half"u8, fin: false), .. Bad(played)]);
        Assert.Equal("one", await played.ReceiveTextAsync());
        Assert.Null(await Played.Within(played.Connection.ReceiveStreamAsync().AsTask()));
        await ShouldHaveFailedBehindAsync(played);
    }

    [Theory]
    [InlineData(1007)]
    [InlineData(1009)]
    public async Task Every_failure_waits_whatever_its_code(int code)
    {
        var played = new Played(setup: options => options.MaxMessageSize = 10);
        byte[] bad = code == 1007 ? played.Frame(Played.Text, [0xFF]) : played.Frame(Played.Text, new byte[11]);
        played.Wire.Push([.. played.Frame("one"), .. bad]);
        Assert.Equal("one", await played.ReceiveTextAsync());
        await played.Connection.SendAsync("answer");
        Assert.Null(await played.ReceiveTextAsync());
        await ShouldHaveFailedBehindAsync(played, code, "answer");
    }

    [Fact]
    public async Task Ping_is_failed_with_the_rest()
    {
        var played = new Played();
        played.Wire.Push([.. played.Frame("one"), .. Bad(played)]);
        Assert.Equal("one", await played.ReceiveTextAsync());
        Task ping = played.Connection.PingAsync();
        Assert.Null(await played.ReceiveTextAsync());
        await Assert.ThrowsAsync<WebSocketClosedException>(() => Played.Within(ping));
    }

    private static byte[] Bad(Played played) => RawPeer.Frame(Played.Text, "bad"u8, fin: true, rsv: 2, mask: !played.IsClient);

    private static void Push(Played played, byte[] bytes, int piece)
    {
        for (int at = 0; at < bytes.Length; at += piece) played.Wire.Push(bytes.AsSpan(at, Math.Min(piece, bytes.Length - at)));
    }

    private static Task ShouldHaveFailedBehindAsync(Played played, params string[] answers) => ShouldHaveFailedBehindAsync(played, 1002, answers);

    private static async Task ShouldHaveFailedBehindAsync(Played played, int code, params string[] answers)
    {
        await Played.Until(() => played.Sent is [.., { Opcode: Played.Close }]);
        Assert.Equal(answers, played.Sent.SkipLast(1).Select(frame => frame.Text));
        Assert.Equal(code, played.Sent[^1].CloseCode);
        played.Wire.End();
        CloseRecord record = await played.Ended;
        Assert.Equal((1006, false, code, EndedBy.Local), (record.Code, record.WasClean, (int)record.Sent!.Code, record.EndedBy));
        Assert.Null(record.Received);
        Assert.Equal(code, played.Sent[^1].CloseCode);
    }
}
