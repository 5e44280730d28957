using Cierre.Closing;
using Xunit;
using static Cierre.Closing.CloseEffects;
using static Cierre.Closing.CloseInput;

namespace Cierre.Tests.Closing;

/// <summary>RFC 6455 7, as far as the machine alone can show it. Its whole table is in docs/closing.md.</summary>
public partial class CloseHandshakeTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);
    private static readonly CloseFrame Bye = new(1000, "bye");
    private static readonly CloseFrame Restarting = new(1001, "restarting");
    private static readonly Violation Broken = Violations.ReservedBit(1);
    private static readonly EndReason Fin = new(CloseCause.EndOfStream, new CloseDetail("EndOfStream"));
    private static readonly EndReason Reset = new(CloseCause.ConnectionReset, new CloseDetail("ConnectionReset", "ConnectionReset"));

    private const CloseEffects Closing = QueueClose | EndReceiving | ReadOn;
    private const CloseEffects Gone = DropQueued | DropPings | Release;
    private const CloseEffects Done = DropQueued | DropPings | EndSendingFirst;
    private const CloseEffects Failing = DropQueued | DropPings | EndSending;

    private CloseHandshake _close = new(Timeout);
    private TimeSpan _now;

    private CloseRecord Record => _close.Record!;

    private CloseEffects Request(CloseFrame? frame = null, EndReason? why = null) => _close.On(new Request(frame ?? Bye, why ?? EndReason.Requested), _now);

    private CloseEffects Peer(CloseFrame frame) => _close.On(new PeerFrame(frame), _now);

    private CloseEffects Violate(Violation? violation = null) => _close.On(new Violate(violation ?? Broken), _now);

    /// <summary>Our frame has its turn and is taken by the transport.</summary>
    private void Written() => Out(ref _close);

    private static void Out(ref CloseHandshake close, TimeSpan now = default)
    {
        close.On(CloseInput.Staging.Instance, now);
        close.On(CloseInput.Handing.Instance, now);
        close.On(CloseInput.Written.Instance, now);
    }

    private CloseEffects End(EndReason? why = null) => _close.On(new StreamEnd(why ?? Fin), _now);

    private CloseEffects Due() => _close.On(CloseInput.Due.Instance, _now);

    private static EndReason Because(CloseCause cause) => new(cause, new CloseDetail("HandlerFailed"));

    [Fact]
    public void Open_connection_waits_for_nothing()
    {
        Assert.True(_close.IsOpen);
        Assert.Null(_close.Record);
        Assert.Equal(TimeSpan.MaxValue, _close.Deadline);
    }

    [Fact]
    public void Close_frame_of_the_peer_is_answered_at_once_with_its_code_and_no_reason()
    {
        Assert.Equal(WriteClose | EndReceiving | Done, Peer(Restarting));
        Assert.Equal(new CloseFrame(1001), _close.Ours);
    }

    [Fact]
    public void Empty_close_frame_is_answered_with_an_empty_one()
    {
        Assert.True(Peer(CloseFrame.Empty).HasFlag(WriteClose));
        Assert.True(_close.Ours!.IsEmpty);
    }

    [Fact]
    public void Code_and_reason_are_those_of_the_peer_s_close_frame_and_what_we_sent_is_kept_beside()
    {
        Request(new CloseFrame(4001, "mine"));
        Written();
        Peer(Restarting);
        End();
        Assert.Equal((1001, "restarting"), (Record.Code, Record.Reason));
        Assert.Equal(new CloseFrame(4001, "mine"), Record.Sent);
        Assert.Equal(Restarting, Record.Received);
        Assert.False(Record.ReceivedFirst);
        Assert.Equal((EndedBy.Local, CloseCause.Requested), (Record.EndedBy, Record.Cause));
    }

    [Fact]
    public void Empty_close_frame_is_reported_as_1005()
    {
        Peer(CloseFrame.Empty);
        Written();
        End();
        Assert.Equal((1005, "", true), (Record.Code, Record.Reason, Record.WasClean));
        Assert.True(Record.Sent!.IsEmpty);
    }

    [Fact]
    public void Close_that_the_peer_began_is_remote_and_received_first()
    {
        Peer(Restarting);
        Written();
        End();
        Assert.Equal((true, true, EndedBy.Remote, CloseCause.PeerClosed), (Record.WasClean, Record.ReceivedFirst, Record.EndedBy, Record.Cause));
    }

    [Fact]
    public void Second_close_frame_is_no_move()
    {
        Peer(Restarting);
        Written();
        Assert.Equal(None, Peer(new CloseFrame(4000)));
        End();
        Assert.Equal(1001, Record.Code);
    }

    [Fact]
    public void Second_request_is_no_move()
    {
        Request();
        Assert.Equal(None, Request(new CloseFrame(4000)));
        Written();
        End();
        Assert.Equal(Bye, Record.Sent);
    }

    [Fact]
    public void Request_after_the_peer_s_close_is_no_move()
    {
        Peer(Restarting);
        Assert.Equal(None, Request());
    }

    [Fact]
    public void Our_close_goes_out_behind_the_messages_that_are_queued()
    {
        Assert.Equal(Closing, Request());
        Assert.Equal(Bye, _close.Ours);
    }

    [Fact]
    public void Close_that_takes_back_drops_what_has_not_begun() =>
        Assert.Equal(Closing | TakeBackQueued, _close.On(new Request(Bye, EndReason.Requested, TakesBack: true), _now));

    [Fact]
    public void Close_frame_that_comes_while_ours_is_still_queued_sends_ours_at_once_and_only_ours()
    {
        Request();
        Assert.Equal(WriteClose | Done, Peer(Restarting));
        Assert.Equal(Bye, _close.Ours);
        Written();
        End();
        Assert.True(Record.ReceivedFirst);
        Assert.Equal((EndedBy.Local, 1001, true), (Record.EndedBy, Record.Code, Record.WasClean));
    }

    [Fact]
    public void Both_may_close_at_once_and_each_reports_the_other_s_code()
    {
        var other = new CloseHandshake(Timeout);
        Request(new CloseFrame(4001));
        Written();
        other.On(new Request(new CloseFrame(4002), EndReason.Requested), _now);
        Out(ref other);
        Peer(new CloseFrame(4002));
        other.On(new PeerFrame(new CloseFrame(4001)), _now);
        End();
        other.On(new StreamEnd(Fin), _now);
        Assert.Equal((4002, true), (Record.Code, Record.WasClean));
        Assert.Equal((4001, true), (other.Record!.Code, other.Record.WasClean));
    }

    [Fact]
    public void Stream_that_ends_before_our_answer_is_out_leaves_the_code_but_not_clean()
    {
        Peer(Restarting);
        End(Reset);
        Assert.Equal((1001, false), (Record.Code, Record.WasClean));
        Assert.Null(Record.Sent);
    }

    [Fact]
    public void Reset_after_both_close_frames_changes_nothing()
    {
        Request();
        Written();
        Peer(Restarting);
        End(Reset);
        Assert.Equal((1001, true, CloseCause.Requested), (Record.Code, Record.WasClean, Record.Cause));
    }

    [Fact]
    public void Wait_for_the_end_of_the_stream_that_runs_out_changes_nothing()
    {
        Peer(Restarting);
        Written();
        Assert.Equal(Release, Due());
        Assert.Equal((1001, true, CloseCause.PeerClosed), (Record.Code, Record.WasClean, Record.Cause));
    }

    [Fact]
    public void Stream_that_ends_without_a_close_frame_is_1006_by_the_network()
    {
        Assert.Equal(EndReceiving | Gone, End());
        Assert.Equal((1006, false, EndedBy.Network, CloseCause.EndOfStream), (Record.Code, Record.WasClean, Record.EndedBy, Record.Cause));
        Assert.Null(Record.Sent);
        Assert.Null(Record.Received);
    }

    [Fact]
    public void Abort_is_ours_and_sends_nothing()
    {
        End(EndReason.Aborted);
        Assert.Equal((1006, EndedBy.Local, CloseCause.Aborted), (Record.Code, Record.EndedBy, Record.Cause));
    }

    [Fact]
    public void Violation_sends_its_code_and_processes_nothing_more_not_even_the_peer_s_close()
    {
        Assert.Equal(WriteClose | EndReceiving | Failing, Violate());
        Assert.Equal(Broken.Frame, _close.Ours);
        Written();
        Assert.Equal(None, Peer(new CloseFrame(1002)));
        End();
        Assert.Equal((1006, false, EndedBy.Local, CloseCause.ProtocolViolation), (Record.Code, Record.WasClean, Record.EndedBy, Record.Cause));
        Assert.Equal(Broken.Frame, Record.Sent);
        Assert.Null(Record.Received);
        Assert.Equal(Broken.Frame.Reason, Record.Detail);
    }

    [Fact]
    public void Violation_whose_frame_never_got_out_sent_nothing()
    {
        Violate();
        End(Reset);
        Assert.Null(Record.Sent);
        Assert.Equal(CloseCause.ProtocolViolation, Record.Cause);
    }

    [Fact]
    public void Violation_after_our_close_sends_no_second_close_frame()
    {
        Request();
        Written();
        Assert.Equal(Failing, Violate());
        End();
        Assert.Equal((1006, CloseCause.ProtocolViolation), (Record.Code, Record.Cause));
        Assert.Equal(Bye, Record.Sent);
    }

    [Fact]
    public void Violation_while_our_close_is_still_queued_takes_its_place()
    {
        Request();
        Assert.Equal(WriteClose | Failing, Violate());
        Assert.Equal(Broken.Frame, _close.Ours);
        Written();
        End();
        Assert.Equal(Broken.Frame, Record.Sent);
    }

    [Fact]
    public void Violation_after_the_peer_s_close_is_no_move()
    {
        Peer(Restarting);
        Assert.Equal(None, Violate());
    }

    [Fact]
    public void Violation_after_our_close_was_written_but_not_taken_sends_no_second_close_frame()
    {
        Request();
        _close.On(CloseInput.Staging.Instance, _now);
        Assert.Equal(Failing, Violate());
        Written();
        End();
        Assert.Equal(Bye, Record.Sent);
    }

    [Fact]
    public void Close_frame_that_comes_when_ours_is_written_but_not_taken_sends_no_second_one()
    {
        Request();
        _close.On(CloseInput.Staging.Instance, _now);
        Assert.Equal(Done, Peer(Restarting));
        Written();
        End();
        Assert.Equal((true, true), (Record.ReceivedFirst, Record.WasClean));
    }

    [Fact]
    public void Answer_that_is_faster_than_the_word_that_ours_is_out_was_not_received_first()
    {
        Request();
        _close.On(CloseInput.Staging.Instance, _now);
        _close.On(CloseInput.Handing.Instance, _now);
        Assert.Equal(Done, Peer(Bye));
        Written();
        End();
        Assert.Equal((false, true, Bye), (Record.ReceivedFirst, Record.WasClean, Record.Sent));
    }

    [Fact]
    public void Flush_that_began_before_our_frame_was_written_says_nothing_of_it()
    {
        Request();
        _close.On(CloseInput.Staging.Instance, _now);
        _close.On(CloseInput.Written.Instance, _now);
        Assert.Equal(Delivery.Staged, _close.Delivery);
        End();
        Assert.Null(Record.Sent);
    }

    [Fact]
    public void Word_that_our_answer_is_out_lets_the_rest_be_read()
    {
        Peer(Restarting);
        Assert.Equal(None, _close.On(CloseInput.Handing.Instance, _now));
        Assert.Equal(ReadOn | ReportSent, _close.On(CloseInput.Written.Instance, _now));
    }

    [Fact]
    public void Limit_of_ours_closes_in_the_ordinary_way_and_the_answer_counts()
    {
        Violation limit = Violations.TooManyFragments(10_000);
        Assert.Equal(Closing, Violate(limit));
        Assert.Equal(limit.Frame, _close.Ours);
        Written();
        Peer(limit.Frame.Echo);
        End();
        Assert.Equal((1008, true, CloseCause.PolicyViolation), (Record.Code, Record.WasClean, Record.Cause));
    }

    [Fact]
    public void Limit_that_breaks_after_our_close_is_no_move()
    {
        Request();
        Written();
        Assert.Equal(None, Violate(Violations.TooManyFragments(10_000)));
    }

    [Fact]
    public void Required_extension_that_is_missing_is_an_ordinary_close_of_1010_by_us()
    {
        Request(new CloseFrame(1010, "x"), Because(CloseCause.ExtensionMissing));
        Written();
        Peer(new CloseFrame(1010));
        End();
        Assert.Equal((1010, true, EndedBy.Local, CloseCause.ExtensionMissing), (Record.Code, Record.WasClean, Record.EndedBy, Record.Cause));
    }

    [Fact]
    public void Missing_answer_is_1006_by_us_and_replaces_only_the_four_ordinary_causes() => Assert.All(Enum.GetValues<CloseCause>(), cause =>
    {
        bool givesWay = cause is CloseCause.Requested or CloseCause.HandlerReturned or CloseCause.HostStopping or CloseCause.Disposed;
        foreach ((CloseInput news, CloseCause named) in new (CloseInput, CloseCause)[]
            { (CloseInput.Due.Instance, CloseCause.CloseTimeout), (new StreamEnd(Fin), CloseCause.EndOfStream), (new StreamEnd(Reset), CloseCause.ConnectionReset) })
        {
            var close = new CloseHandshake(Timeout);
            close.On(new Request(Bye, Because(cause)), TimeSpan.Zero);
            Out(ref close);
            Assert.Equal(Gone, close.On(news, Timeout));
            CloseRecord record = close.Record!;
            Assert.Equal((1006, false, EndedBy.Local), (record.Code, record.WasClean, record.EndedBy));
            Assert.Equal(Bye, record.Sent);
            Assert.Equal(givesWay ? named : cause, record.Cause);
        }
    });

    [Fact]
    public void Close_frame_that_a_slow_reader_never_let_out_was_not_sent()
    {
        Request();
        Due();
        Assert.Null(Record.Sent);
        Assert.Equal(CloseCause.CloseTimeout, Record.Cause);
    }

    [Fact]
    public void Wait_for_the_answer_ends_one_timeout_after_the_decision_however_long_ours_was_queued()
    {
        _now = TimeSpan.FromSeconds(60);
        Request();
        _now += TimeSpan.FromSeconds(3);
        Written();
        Assert.Equal(TimeSpan.FromSeconds(65), _close.Deadline);
    }

    [Fact]
    public void Wait_for_the_end_of_the_stream_ends_one_timeout_after_the_peer_s_close_frame()
    {
        Request();
        Written();
        _now = TimeSpan.FromSeconds(4);
        Peer(Restarting);
        Assert.Equal(TimeSpan.FromSeconds(9), _close.Deadline);
    }

    [Fact]
    public void Wait_after_a_violation_ends_one_timeout_later()
    {
        _now = TimeSpan.FromSeconds(2);
        Violate();
        Assert.Equal(TimeSpan.FromSeconds(7), _close.Deadline);
    }

    [Fact]
    public void Longest_timeout_is_no_overflow()
    {
        _close = new CloseHandshake(TimeSpan.MaxValue);
        _now = TimeSpan.FromSeconds(1);
        Request();
        Assert.Equal(TimeSpan.MaxValue, _close.Deadline);
    }

    [Fact]
    public void Record_is_final()
    {
        _now = TimeSpan.FromSeconds(12);
        End();
        CloseRecord record = Record;
        Assert.Equal(TimeSpan.FromSeconds(12), record.Elapsed);
        Request();
        Peer(Restarting);
        Violate();
        Written();
        End(Reset);
        Due();
        Assert.Same(record, Record);
        Assert.Equal(TimeSpan.MaxValue, _close.Deadline);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Failure_waits_for_the_answers_to_what_came_before_and_its_frame_goes_behind_them(bool closes)
    {
        Assert.Equal(StopReading, _close.On(new Violate(Broken, Behind: true), _now));
        Assert.True(_close.IsOpen);
        Assert.Equal(Timeout, _close.Deadline);
        _now += TimeSpan.FromSeconds(1);
        Assert.Equal(QueueClose | EndReceiving, closes ? Request() : _close.On(Answered.Instance, _now));
        Assert.Equal(Broken.Frame, _close.Ours);
        Assert.False(_close.IsOpen);
        Assert.Equal(Timeout, _close.Deadline);
        Out(ref _close, _now);
        Assert.Equal(_now + Timeout, _close.Deadline);
        Peer(Restarting);
        End();
        Assert.Equal((1006, false, Broken.Frame, EndedBy.Local, CloseCause.ProtocolViolation), (Record.Code, Record.WasClean, Record.Sent, Record.EndedBy, Record.Cause));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Answers_that_take_longer_than_the_close_timeout_are_not_awaited(bool answered)
    {
        _close.On(new Violate(Broken, Behind: true), _now);
        if (answered) _close.On(Answered.Instance, _now);
        _now += Timeout;
        Assert.Equal(WriteClose | (answered ? None : EndReceiving) | ReadOn | Failing, Due());
        Assert.Equal(Broken.Frame, _close.Ours);
        Assert.Equal(_now + Timeout, _close.Deadline);
        _close.On(CloseInput.Handing.Instance, _now);
        _close.On(CloseInput.Written.Instance, _now);
        Due();
        Assert.Equal((1006, Broken.Frame), (Record.Code, Record.Sent));
    }

    [Fact]
    public void Limit_of_ours_waits_for_no_answer() => Assert.Equal(Closing, _close.On(new Violate(Limit, Behind: true), _now));
}
