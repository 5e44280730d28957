using Cierre.Closing;
using Cierre.Protocol;
using Cierre.TestKit;

namespace Cierre.Tests.Protocol;

/// <summary>docs/closing.md, as two engines show them. RFC 6455 7.</summary>
public class CloseTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Theory, BothSides]
    public void Close_frame_is_answered_once_with_its_code_and_no_reason(Side side)
    {
        EnginePair pair = new();
        pair[side].Close(4001, "enough");
        pair.EndOrderly();
        Assert.Equal(new CloseFrame(4001), Assert.Single(pair[side.Other()].Written).Close);
        pair[side].ShouldEndAsync(4001, clean: true, CloseCause.Requested, EndedBy.Local);
        pair[side.Other()].ShouldEndAsync(4001, clean: true, CloseCause.PeerClosed, EndedBy.Remote);
        Assert.Equal("", pair[side].Record.Reason);
        Assert.Equal("enough", pair[side.Other()].Record.Reason);
        Assert.True(pair[side.Other()].Record.ReceivedFirst);
        Assert.False(pair[side].Record.ReceivedFirst);
    }

    [Theory, BothSides]
    public void Empty_close_frame_is_answered_with_an_empty_one_and_is_1005(Side side)
    {
        EnginePair pair = new();
        pair[side].Close(CloseFrame.Empty);
        pair.EndOrderly();
        foreach (EngineSide end in new[] { pair.Client, pair.Server })
        {
            Assert.Empty(Assert.Single(end.Written).Payload);
            Assert.Equal(1005, end.Record.Code);
            Assert.True(end.Record.WasClean);
            Assert.Equal(CloseFrame.Empty, end.Record.Received);
            Assert.Equal(CloseFrame.Empty, end.Record.Sent);
        }
    }

    [Theory, BothSides]
    public void The_code_is_that_of_the_frame_received_and_what_we_sent_is_kept_beside_it(Side side)
    {
        EngineSide engine = new(side);
        engine.Close(1001, "stopping");
        engine.Receive(Frames.Close(side.Other(), 4002, "mine"));
        engine.EndOfStream();
        engine.ShouldEndAsync(4002, clean: true, CloseCause.Requested, EndedBy.Local);
        Assert.Equal("mine", engine.Record.Reason);
        Assert.Equal(new CloseFrame(1001, "stopping"), engine.Record.Sent);
    }

    [Theory, BothSides]
    public void Second_close_frame_is_ignored(Side side)
    {
        EngineSide engine = new(side);
        engine.Receive(Frames.Close(side.Other(), 1000, "first"), Frames.Close(side.Other(), 1001, "second"));
        engine.Receive(Frames.Close(side.Other(), 1002, "third"));
        engine.EndOfStream();
        Assert.Single(engine.Written);
        engine.ShouldEndAsync(1000, clean: true, CloseCause.PeerClosed, EndedBy.Remote);
        Assert.Equal("first", engine.Record.Reason);
    }

    [Theory, BothSides]
    public void After_a_close_was_received_what_follows_is_discarded_and_no_pong_is_sent(Side side)
    {
        EngineSide engine = new(side);
        Side peer = side.Other();
        engine.Receive(Frames.Close(peer, 1000), Frames.Ping(peer, "p"), Frames.Text(peer, "late"), [0xFF, 0xFF, 0xFF]);
        engine.Receive([0xFF]);
        Assert.True(Assert.Single(engine.Written).IsClose);
        Assert.Empty(engine.Messages);
        engine.EndOfStream();
        engine.ShouldEndAsync(1000, clean: true, CloseCause.PeerClosed, EndedBy.Remote);
    }

    [Theory, BothSides]
    public void Our_second_request_is_no_move(Side side)
    {
        EngineSide engine = new(side);
        engine.Close(1000, "first");
        engine.Close(4000, "second");
        Assert.Equal(new CloseFrame(1000, "first"), Assert.Single(engine.Written).Close);
    }

    [Theory, BothSides]
    public void A_request_after_the_peers_close_frame_is_no_move(Side side)
    {
        EngineSide engine = new(side);
        engine.Receive(Frames.Close(side.Other(), 1001));
        engine.Close(1000, "too late");
        engine.EndOfStream();
        Assert.Single(engine.Written);
        engine.ShouldEndAsync(1001, clean: true, CloseCause.PeerClosed, EndedBy.Remote);
    }

    [Theory, BothSides]
    public void After_our_close_the_peers_pings_are_answered(Side side)
    {
        EngineSide engine = new(side);
        engine.Close();
        engine.Receive(Frames.Ping(side.Other(), "still there?"));
        Assert.Equal("still there?", engine.Written[^1].Text);
        Assert.Equal(10, engine.Written[^1].Opcode);
    }

    [Theory, BothSides]
    public void After_our_close_the_peers_data_is_checked_and_dropped(Side side)
    {
        EngineSide engine = new(side);
        Side peer = side.Other();
        engine.Close();
        engine.Receive(Frames.Text(peer, "a"), Frames.Text(peer, "b", fin: false), Frames.Continuation(peer, "c"), Frames.Close(peer, 1000));
        engine.EndOfStream();
        Assert.Empty(engine.Messages);
        engine.ShouldEndAsync(1000, clean: true, CloseCause.Requested, EndedBy.Local);
    }

    [Theory, BothSides]
    public void Data_dropped_after_our_close_is_not_held(Side side)
    {
        EngineSide engine = new(side);
        engine.Receive(Frames.Binary(side.Other(), new byte[1000], fin: false));
        engine.Close();
        engine.Receive(Frames.Continuation(side.Other(), new byte[1000], fin: false));
        Assert.Equal(0, engine.Engine.HeldBytes);
    }

    [Theory, BothSides]
    public void Nothing_of_a_message_is_handed_out_after_our_close(Side side)
    {
        EngineSide engine = new(side);
        engine.Receive(Frames.Binary(side.Other(), [1, 2, 3], fin: false));
        engine.Engine.InParts = true;
        engine.Close();
        engine.Receive(Frames.Continuation(side.Other(), [4]), Frames.Close(side.Other(), 1000));
        Assert.Empty(engine.Parts);
        engine.EndOfStream();
        engine.ShouldEndAsync(1000, clean: true, CloseCause.Requested, EndedBy.Local);
    }

    [Theory, BothSides]
    public void A_violation_after_our_close_fails_without_a_second_close_frame_and_is_the_news(Side side)
    {
        EngineSide engine = new(side);
        engine.Close(1000, "bye");
        engine.Receive(Frames.Raw(side.Other(), Frames.Fin | 3, []), Frames.Close(side.Other(), 1000));
        engine.EndOfStream();
        Assert.Single(engine.Written);
        engine.ShouldEndAsync(1006, clean: false, CloseCause.ProtocolViolation, EndedBy.Local);
        Assert.Null(engine.Record.Received);
        Assert.Equal(Violations.ReservedOpcode(3).Reason.English, engine.Record.Detail);
    }

    [Theory]
    [InlineData(Side.Client, CloseCause.IdleTimeout)]
    [InlineData(Side.Server, CloseCause.IdleTimeout)]
    public void A_cause_that_says_why_is_not_replaced_by_what_follows(Side side, CloseCause cause)
    {
        EngineSide engine = new(side);
        engine.Break(Violations.Idle(Second));
        engine.Receive(Frames.Raw(side.Other(), Frames.Fin | 3, []));
        engine.EndOfStream();
        engine.ShouldEndAsync(1006, clean: false, cause, EndedBy.Local);
    }

    [Fact]
    public void When_both_close_at_once_each_reports_the_others_code()
    {
        EnginePair pair = new();
        pair.Client.Close(1000, "client");
        pair.Server.Close(1001, "server");
        pair.EndOrderly();
        pair.Client.ShouldEndAsync(1001, clean: true, CloseCause.Requested, EndedBy.Local);
        pair.Server.ShouldEndAsync(1000, clean: true, CloseCause.Requested, EndedBy.Local);
        Assert.Single(pair.Client.Written);
        Assert.Single(pair.Server.Written);
    }

    [Theory, BothSides]
    public void Messages_queued_before_our_close_are_written_first(Side side)
    {
        EnginePair pair = new();
        pair[side].MessagesQueued = true;
        pair[side].Close(1000, "after these");
        Assert.True(pair[side].Engine.OwesClose);
        Assert.Empty(pair[side].Written);
        pair[side].WriteQueued("one", "two");
        Assert.False(pair[side].Engine.OwesClose);
        pair.EndOrderly();
        Assert.Equal(["one", "two"], pair[side.Other()].Messages.Select(m => m.Text));
        pair[side.Other()].ShouldEndAsync(1000, clean: true, CloseCause.PeerClosed, EndedBy.Remote);
    }

    [Theory, BothSides]
    public void The_peers_close_frame_overtakes_our_queued_messages_and_our_own_frame_answers(Side side)
    {
        EngineSide engine = new(side) { MessagesQueued = true };
        engine.Close(4000, "ours");
        engine.Receive(Frames.Close(side.Other(), 1001));
        Assert.False(engine.Engine.OwesClose);
        engine.WriteQueued();
        Assert.Equal(new CloseFrame(4000, "ours"), Assert.Single(engine.Written).Close);
        engine.EndOfStream();
        engine.ShouldEndAsync(1001, clean: true, CloseCause.Requested, EndedBy.Local);
        Assert.True(engine.Record.ReceivedFirst);
    }

    [Theory, BothSides]
    public void A_violation_overtakes_our_queued_close_and_names_itself(Side side)
    {
        EngineSide engine = new(side) { MessagesQueued = true };
        engine.Close(1000);
        engine.Receive(Frames.Raw(side.Other(), Frames.Fin | 3, []));
        engine.WriteQueued();
        Assert.Equal(Violations.ReservedOpcode(3).Frame, Assert.Single(engine.Written).Close);
        engine.EndOfStream();
        engine.ShouldEndAsync(1006, clean: false, CloseCause.ProtocolViolation, EndedBy.Local);
    }

    [Theory, BothSides]
    public void No_answer_within_the_close_timeout_is_1006_and_says_what_we_sent(Side side)
    {
        EngineSide engine = new(side);
        engine.Close(1000, "bye");
        engine.Pass(TimeSpan.FromSeconds(4.999));
        Assert.Null(engine.Engine.Record);
        engine.Pass(Second);
        engine.ShouldEndAsync(1006, clean: false, CloseCause.CloseTimeout, EndedBy.Local);
        Assert.Equal(new CloseFrame(1000, "bye"), engine.Record.Sent);
        Assert.Equal(TimeSpan.FromSeconds(5), engine.Record.Elapsed);
    }

    [Theory, BothSides]
    public void The_close_timeout_counts_from_the_decision_and_sent_is_null_when_the_frame_was_never_written(Side side)
    {
        EngineSide engine = new(side) { MessagesQueued = true };
        engine.Close(1000, "bye");
        engine.Pass(5 * Second);
        engine.ShouldEndAsync(1006, clean: false, CloseCause.CloseTimeout, EndedBy.Local);
        Assert.Null(engine.Record.Sent);
        Assert.False(engine.Engine.OwesClose);
    }

    [Theory, BothSides]
    public void Sent_is_null_when_the_transport_never_took_the_frame(Side side)
    {
        EngineSide engine = new(side) { OutputStuck = true };
        engine.Close(1000, "bye");
        engine.Pass(5 * Second);
        Assert.Null(engine.Record.Sent);
    }

    [Theory, BothSides]
    public void The_close_timeout_runs_again_from_the_peers_close_frame_to_the_end_of_the_stream(Side side)
    {
        EngineSide engine = new(side);
        engine.Close();
        engine.Pass(4 * Second);
        engine.Receive(Frames.Close(side.Other(), 1000));
        Assert.Equal(9 * Second, engine.Engine.Deadline);
        engine.Pass(4 * Second);
        Assert.Null(engine.Engine.Record);
        engine.Pass(Second);
        engine.ShouldEndAsync(1000, clean: true, CloseCause.Requested, EndedBy.Local);
    }

    [Theory, BothSides]
    public void What_the_engine_held_is_given_back_when_the_wait_ran_out(Side side)
    {
        EngineSide engine = new(side);
        engine.Receive(Frames.Binary(side.Other(), new byte[1000], fin: false));
        engine.Close();
        engine.Pass(5 * Second);
        Assert.NotNull(engine.Engine.Record);
        Assert.Equal(0, engine.Engine.HeldBytes);
    }

    [Theory, BothSides]
    public void A_reset_after_both_close_frames_changes_nothing(Side side)
    {
        EnginePair pair = new();
        pair[side].Close(1000, "bye");
        pair.Deliver();
        pair.Reset();
        pair[side].ShouldEndAsync(1000, clean: true, CloseCause.Requested, EndedBy.Local);
        pair[side.Other()].ShouldEndAsync(1000, clean: true, CloseCause.PeerClosed, EndedBy.Remote);
    }

    [Theory, BothSides]
    public void A_close_received_and_the_transport_lost_before_ours_is_out_is_the_code_received_and_not_clean(Side side)
    {
        EngineSide engine = new(side) { OutputStuck = true };
        engine.Receive(Frames.Close(side.Other(), 1001, "going"));
        engine.EndOfStream(Ends.Reset);
        engine.ShouldEndAsync(1001, clean: false, CloseCause.PeerClosed, EndedBy.Remote);
        Assert.Null(engine.Record.Sent);
        Assert.Equal(new CloseFrame(1001, "going"), engine.Record.Received);
    }

    [Theory, BothSides]
    public void A_reason_is_cut_at_the_border_of_a_code_point_and_kept_whole_in_the_record(Side side)
    {
        EnginePair pair = new();
        string reason = new string('x', 121) + "€ and more";
        pair[side].Close(1000, reason);
        pair.EndOrderly();
        Assert.Equal(new string('x', 121), pair[side.Other()].Record.Reason);
        Assert.Equal(reason, pair[side].Record.Sent!.Reason);
    }

    [Theory, BothSides]
    public void A_lone_surrogate_in_a_reason_becomes_the_replacement_character(Side side)
    {
        EnginePair pair = new();
        pair[side].Close(1000, "a\uD800b\uDC00");
        pair.EndOrderly();
        Assert.Equal("a\uFFFDb\uFFFD", pair[side.Other()].Record.Reason);
    }

    [Theory, BothSides]
    public void Close_frame_is_never_hidden_by_a_reader_that_does_not_read(Side side)
    {
        EngineSide engine = new(side);
        engine.Engine.Listening(false, engine.Clock.Now);
        engine.Close();
        engine.Receive(Frames.Text(side.Other(), "unread"), Frames.Close(side.Other(), 1000));
        Assert.IsType<CloseState.Exchanged>(engine.State);
    }

    [Theory, BothSides]
    public void The_record_counts_what_passed(Side side)
    {
        EnginePair pair = new();
        pair[side].SendFrame(WebSocketOpcode.Text, fin: false, "a");
        pair[side].SendFrame(WebSocketOpcode.Continuation, fin: true, "b");
        pair[side].Ping();
        pair.Deliver();
        pair.Clock.Advance(Second);
        pair[side].Close();
        pair.EndOrderly();
        Assert.Equal(new ConnectionTraffic(2, 4, 0, 1, 1, 1, Second, Second, lastSentBytes: 2, lastDataSent: TimeSpan.Zero) { BytesSent = 2 }, pair[side].Record.Traffic);
        Assert.Equal(new ConnectionTraffic(4, 2, 1, 0, 0, 0, Second, Second) { BytesReceived = 2 }, pair[side.Other()].Record.Traffic);
    }
}
