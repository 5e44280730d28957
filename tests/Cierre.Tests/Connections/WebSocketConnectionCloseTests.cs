using Cierre.Transports;
using Xunit;

namespace Cierre.Tests.Connections;

public sealed class WebSocketConnectionCloseTests
{
    private static readonly TimeSpan JustOver = TimeSpan.FromMilliseconds(20);

    public static TheoryData<int, bool> ForbiddenCodes()
    {
        var data = new TheoryData<int, bool>();
        foreach (int code in (int[])[0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535])
        {
            data.Add(code, true);
            data.Add(code, false);
        }

        data.Add(1010, false);
        return data;
    }

    [Theory]
    [MemberData(nameof(ForbiddenCodes))]
    public async Task Code_that_may_not_be_sent_throws_and_changes_nothing(int code, bool client)
    {
        var played = new Played(client);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => played.Connection.CloseAsync((ushort)code));
        Assert.Empty(played.Sent);
        Assert.True(played.Connection.IsOpen);
        await played.Connection.SendAsync("goes on");
        Assert.Single(played.Sent);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Empty_close_frame_goes_out_empty_and_is_1005_on_both_sides(bool client)
    {
        var played = new Played(client);
        Task<CloseRecord> closed = played.Connection.CloseAsync(CloseFrame.Empty);
        await Played.Until(() => played.Sent.Count == 1);
        Assert.Equal((Played.Close, 0), (played.Sent[0].Opcode, played.Sent[0].Payload.Length));
        Assert.True(played.Connection.Closing.IsCancellationRequested);
        played.Peer(Played.Close);
        played.Wire.End();
        CloseRecord record = await Played.Within(closed);
        Assert.Equal((1005, true, EndedBy.Local, CloseCause.Requested, CloseFrame.Empty), (record.Code, record.WasClean, record.EndedBy, record.Cause, record.Sent));
    }

    [Fact]
    public async Task Close_frame_with_a_code_is_that_code_and_reason()
    {
        var played = new Played();
        _ = played.Connection.CloseAsync(new CloseFrame(4001, "kicked"));
        await Played.Until(() => played.Sent.Count == 1);
        Assert.Equal((4001, "kicked"), (played.Sent[0].CloseCode, played.Sent[0].CloseReason));
    }

    [Fact]
    public async Task Close_frame_that_may_not_be_sent_throws_and_changes_nothing()
    {
        var played = new Played();
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => played.Connection.CloseAsync(new CloseFrame(1006)));
        await Assert.ThrowsAsync<ArgumentNullException>(() => played.Connection.CloseAsync((CloseFrame)null!));
        Assert.Empty(played.Sent);
        Assert.True(played.Connection.IsOpen);
        Assert.False(played.Connection.Closing.IsCancellationRequested);
    }

    [Theory]
    [InlineData(1000, true)]
    [InlineData(1010, true)]
    [InlineData(1014, false)]
    [InlineData(3000, false)]
    [InlineData(4999, true)]
    public async Task Code_that_may_be_sent_goes_out_and_is_answered(int code, bool client)
    {
        var played = new Played(client);
        Task<CloseRecord> closed = played.Connection.CloseAsync((ushort)code, "why");
        Assert.Equal((code, "why"), (Assert.Single(played.Sent).CloseCode, played.Sent[0].CloseReason));
        played.PeerClose(code);
        played.Wire.End();
        CloseRecord record = await Played.Within(closed);
        Assert.Equal((code, true, EndedBy.Local, CloseCause.Requested, false), (record.Code, record.WasClean, record.EndedBy, record.Cause, record.ReceivedFirst));
    }

    [Theory]
    [InlineData(PolicyBreach.Unauthorized, CloseCause.Unauthorized, 3000, "credentials are missing, invalid or expired")]
    [InlineData(PolicyBreach.Forbidden, CloseCause.Forbidden, 3003, "permission is missing")]
    [InlineData(PolicyBreach.Deadline, CloseCause.Deadline, 3008, "the time that the server allows is over")]
    [InlineData(PolicyBreach.PolicyViolation, CloseCause.PolicyViolation, 1008, "a rule of the server was broken")]
    public async Task Rule_of_the_endpoint_s_own_names_its_kind_in_the_record_and_has_its_code(PolicyBreach breach, CloseCause cause, int code, string sentence)
    {
        foreach (string? reason in (string?[])[null, "not in room 7"])
        {
            var played = new Played();
            Task<CloseRecord> closed = played.Connection.CloseAsync(breach, reason);
            Assert.Equal((code, reason ?? sentence), (Assert.Single(played.Sent).CloseCode, played.Sent[0].CloseReason));
            played.PeerClose(code);
            played.Wire.End();
            CloseRecord record = await Played.Within(closed);
            Assert.Equal((code, true, EndedBy.Local, cause, sentence), (record.Code, record.WasClean, record.EndedBy, record.Cause, record.Detail));
        }
    }

    [Fact]
    public async Task Kind_of_rule_that_there_is_not_and_a_client_have_none_to_close_by()
    {
        var played = new Played();
        foreach (int none in (int[])[-1, 4, 3000])
            Assert.Equal("breach", (await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => played.Connection.CloseAsync((PolicyBreach)none))).ParamName);
        Assert.True(played.Connection.IsOpen);
        await Assert.ThrowsAsync<InvalidOperationException>(() => new Played(client: true).Connection.CloseAsync(PolicyBreach.Forbidden));
    }

    [Fact]
    public async Task What_is_known_of_an_end_is_there_from_its_beginning_on()
    {
        var ours = new Played { Wire = { EndsWhenClosed = false } };
        Assert.Null(ours.Connection.CloseSoFar);
        _ = ours.Connection.CloseAsync(4001, "enough");
        CloseRecord known = ours.Connection.CloseSoFar!;
        Assert.Equal((4001, "enough", CloseCause.Requested, null), (known.Sent!.Code, known.Sent.Reason, known.Cause, known.Received));
        ours.PeerClose(4001);
        Assert.Equal((4001, false), (ours.Connection.CloseSoFar!.Received!.Code, ours.Connection.Closed.IsCompleted));
        ours.Wire.End();
        Assert.Same(await ours.Ended, ours.Connection.CloseSoFar);

        var theirs = new Played { Wire = { EndsWhenClosed = false } };
        theirs.PeerClose(4002);
        Assert.Equal((4002, CloseCause.PeerClosed, EndedBy.Remote), (theirs.Connection.CloseSoFar!.Code, theirs.Connection.CloseSoFar.Cause, theirs.Connection.CloseSoFar.EndedBy));

        var lost = new Played();
        lost.Wire.End(TransportEndKind.Reset);
        Assert.Same(await lost.Ended, lost.Connection.CloseSoFar);
        Assert.Equal(CloseCause.ConnectionReset, lost.Connection.CloseSoFar!.Cause);
    }

    [Fact]
    public async Task Reason_is_cut_at_123_bytes_on_the_wire_and_whole_in_the_record()
    {
        var played = new Played();
        string reason = new string('a', 121) + "é and more";
        Task<CloseRecord> closed = played.Connection.CloseAsync(4000, reason);
        Assert.Equal(new string('a', 121) + "é", played.Sent[0].CloseReason);
        Assert.Equal(125, played.Sent[0].Payload.Length);
        played.PeerClose(4000);
        played.Wire.End();
        Assert.Equal(reason, (await Played.Within(closed)).Sent!.Reason);
    }

    [Fact]
    public async Task Reason_must_not_be_null() =>
        await Assert.ThrowsAsync<ArgumentNullException>(() => new Played().Connection.CloseAsync(1000, null!));

    [Fact]
    public async Task Second_close_waits_for_the_same_record_and_changes_nothing()
    {
        var played = new Played();
        Task<CloseRecord> first = played.Connection.CloseAsync(4001), second = played.Connection.CloseAsync(4002);
        played.PeerClose(4001);
        played.Wire.End();
        Assert.Same(await Played.Within(first), await Played.Within(second));
        Assert.Equal(4001, Assert.Single(played.Sent).CloseCode);
    }

    [Fact]
    public async Task Token_ends_the_wait_and_not_the_close()
    {
        var played = new Played();
        using var source = new CancellationTokenSource();
        Task<CloseRecord> closed = played.Connection.CloseAsync(4001, "", source.Token);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => closed);
        played.PeerClose(4001);
        played.Wire.End();
        Assert.True((await played.Ended).WasClean);
    }

    /// <summary>The token of a handler says that its connection ends. Who waits for that end is told nothing new.</summary>
    [Theory]
    [InlineData("close")]
    [InlineData("rule")]
    [InlineData("discard")]
    [InlineData("trace")]
    public async Task Token_that_says_that_the_connection_ends_does_not_end_the_wait_for_the_end(string what)
    {
        var played = new Played();
        WebSocketConnection connection = played.Connection;
        CancellationToken own = connection.Driver.Closing;
        using WebSocketTrace trace = connection.StartTrace(new WebSocketTraceOptions());
        Task<CloseRecord> waiting = what switch
        {
            "close" => connection.CloseAsync(3000, cancellationToken: own),
            "rule" => connection.CloseAsync(PolicyBreach.Unauthorized, cancellationToken: own),
            "discard" => connection.DiscardAllAsync(own),
            _ => FollowAsync(),
        };
        played.PeerClose(3000);
        await Played.Within(Task.Run(() => own.WaitHandle.WaitOne()));
        Assert.False(waiting.IsCompleted);
        played.Wire.End();
        Assert.Same(await played.Ended, await Played.Within(waiting));

        async Task<CloseRecord> FollowAsync()
        {
            int closes = 0;
            await foreach (WebSocketTraceEvent seen in trace.WithCancellation(own)) closes += seen is WebSocketTraceFrame { Opcode: WebSocketOpcode.Close } ? 1 : 0;
            Assert.Equal(2, closes);
            return await connection.Closed;
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Peer_that_does_not_answer_is_dropped_after_the_close_timeout(bool client)
    {
        var played = new Played(client, o => o.CloseTimeout = TimeSpan.FromSeconds(3));
        Task<CloseRecord> closed = played.Connection.CloseAsync(4001);
        played.Clock.Advance(TimeSpan.FromSeconds(3) - JustOver);
        Assert.Equal(0, played.Wire.CloseCalls);
        played.Clock.Advance(2 * JustOver);
        CloseRecord record = await Played.Within(closed);
        Assert.Equal((1006, false, EndedBy.Local, CloseCause.CloseTimeout), (record.Code, record.WasClean, record.EndedBy, record.Cause));
        Assert.Equal(4001, record.Sent!.Code);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Peer_that_answers_and_does_not_end_its_stream_is_dropped_after_the_close_timeout_and_the_close_is_clean(bool client)
    {
        var played = new Played(client);
        Task<CloseRecord> closed = played.Connection.CloseAsync(4001);
        played.Clock.Advance(TimeSpan.FromSeconds(4));
        played.PeerClose(4001);
        played.Clock.Advance(TimeSpan.FromSeconds(4));
        Assert.False(closed.IsCompleted);
        played.Clock.Advance(TimeSpan.FromSeconds(1) + JustOver);
        CloseRecord record = await Played.Within(closed);
        Assert.Equal((4001, true, CloseCause.Requested), (record.Code, record.WasClean, record.Cause));
    }

    [Fact]
    public async Task Close_timeout_counts_from_the_decision_and_not_from_the_frame()
    {
        var played = new Played { Wire = { HoldsFlushes = true } };
        await played.Connection.SendAsync(new byte[64 * 1024]);
        Task queued = played.Connection.SendAsync("never").AsTask();
        Task<CloseRecord> closed = played.Connection.CloseAsync(4001);
        played.Clock.Advance(TimeSpan.FromSeconds(5) + JustOver);
        CloseRecord record = await Played.Within(closed);
        Assert.Equal((1006, CloseCause.CloseTimeout), (record.Code, record.Cause));
        Assert.Null(record.Sent);
        await Assert.ThrowsAsync<WebSocketClosedException>(() => Played.Within(queued));
    }

    [Theory]
    [InlineData(TransportEndKind.EndOfStream, CloseCause.EndOfStream)]
    [InlineData(TransportEndKind.Reset, CloseCause.ConnectionReset)]
    internal async Task Stream_that_ends_instead_of_an_answer_is_the_news(TransportEndKind end, CloseCause cause)
    {
        var played = new Played();
        Task<CloseRecord> closed = played.Connection.CloseAsync(4001);
        played.Wire.End(end);
        CloseRecord record = await Played.Within(closed);
        Assert.Equal((1006, false, EndedBy.Local, cause), (record.Code, record.WasClean, record.EndedBy, record.Cause));
    }

    [Theory]
    [InlineData(TransportEndKind.Reset)]
    [InlineData(TransportEndKind.Fault)]
    internal async Task Reset_after_both_close_frames_changes_nothing(TransportEndKind end)
    {
        var played = new Played();
        Task<CloseRecord> closed = played.Connection.CloseAsync(4001);
        played.PeerClose(4002);
        played.Wire.End(end);
        CloseRecord record = await Played.Within(closed);
        Assert.Equal((4002, true, CloseCause.Requested), (record.Code, record.WasClean, record.Cause));
    }

    [Fact]
    public async Task Disposing_closes_with_1001_and_waits_for_the_end()
    {
        var played = new Played();
        Task disposed = played.Connection.DisposeAsync().AsTask();
        Assert.Equal(1001, Assert.Single(played.Sent).CloseCode);
        Assert.NotEmpty(played.Sent[0].CloseReason);
        Assert.False(disposed.IsCompleted);
        played.PeerClose(1001);
        played.Wire.End();
        await Played.Within(disposed);
        Assert.Equal((CloseCause.Disposed, EndedBy.Local), ((await played.Ended).Cause, (await played.Ended).EndedBy));
    }

    [Fact]
    public async Task Disposing_after_a_close_or_twice_only_waits()
    {
        var played = new Played();
        _ = played.Connection.CloseAsync(4001);
        Task first = played.Connection.DisposeAsync().AsTask(), second = played.Connection.DisposeAsync().AsTask();
        played.PeerClose(4001);
        played.Wire.End();
        await Played.Within(Task.WhenAll(first, second, played.Connection.DisposeAsync().AsTask()));
        Assert.Single(played.Sent);
        Assert.Equal(CloseCause.Requested, (await played.Ended).Cause);
    }

    [Fact]
    public async Task Disposing_is_bounded_by_twice_the_close_timeout()
    {
        var played = new Played();
        Task disposed = played.Connection.DisposeAsync().AsTask();
        played.Clock.Advance(TimeSpan.FromSeconds(4.9));
        played.PeerClose(1001);
        played.Clock.Advance(TimeSpan.FromSeconds(5) + JustOver);
        await Played.Within(disposed);
    }

    [Fact]
    public async Task Closing_disposing_and_aborting_at_once_end_in_one_record()
    {
        for (int i = 0; i < 200; i++)
        {
            var played = new Played();
            WebSocketConnection connection = played.Connection;
            Task<CloseRecord>[] records =
            [
                Task.Run(() => connection.CloseAsync(4001)),
                Task.Run(async () =>
                {
                    await connection.DisposeAsync();
                    return await connection.Closed;
                }),
                Task.Run(() =>
                {
                    connection.Abort();
                    return connection.Closed;
                }),
                Task.Run(() =>
                {
                    played.PeerClose(4002);
                    played.Wire.End();
                    return connection.Closed;
                }),
            ];
            CloseRecord[] got = await Played.Within(Task.WhenAll(records));
            Assert.All(got, r => Assert.Same(got[0], r));
        }
    }
}
