using Cierre.Closing;
using Xunit;
using static Cierre.Closing.CloseEffects;

namespace Cierre.Tests.Closing;

/// <summary>The application answers the peer's close frame itself, and reads what comes behind ours.</summary>
public partial class CloseHandshakeTests
{
    private static readonly CloseFrame Mine = new(4002, "mine");

    private CloseEffects ByHand(bool begins = true) => _close.On(begins ? CloseInput.ByHand.Begun : CloseInput.ByHand.Over, _now);

    [Fact]
    public void Hand_that_begins_or_lets_go_while_nothing_closes_asks_for_nothing()
    {
        Assert.Equal(None, ByHand());
        Assert.True(_close.IsOpen && _close.Delivers);
        Assert.Equal(TimeSpan.MaxValue, _close.Deadline);
        Assert.Equal(None, ByHand(begins: false));
        Assert.Equal(WriteClose | EndReceiving | Done, Peer(Restarting));
    }

    [Fact]
    public void Close_frame_of_the_peer_is_told_and_waits_for_an_answer()
    {
        ByHand();
        Assert.Equal(DropPings | EndReceiving, Peer(Restarting));
        Assert.False(_close.IsOpen || _close.Delivers);
        Assert.Null(_close.Ours);
        Assert.Equal(Timeout, _close.Deadline);
    }

    [Fact]
    public void Answer_goes_out_behind_what_was_sent_with_its_own_code_by_the_deadline_of_the_frame()
    {
        ByHand();
        Peer(Restarting);
        _now = TimeSpan.FromSeconds(3);
        Assert.Equal(QueueClose, Request(Mine));
        Assert.Equal((Mine, Timeout), (_close.Ours, _close.Deadline));
        Assert.Equal(None, Request(new CloseFrame(4003)));
        Assert.Equal(Done, _close.On(CloseInput.Staging.Instance, _now));
        Assert.Equal(None, _close.On(CloseInput.Handing.Instance, _now));
        Assert.Equal(ReadOn | ReportSent, _close.On(CloseInput.Written.Instance, _now));
        Assert.Equal(Release, End());
        Assert.Equal((1001, "restarting", true, true), (Record.Code, Record.Reason, Record.WasClean, Record.ReceivedFirst));
        Assert.Equal((EndedBy.Remote, CloseCause.PeerClosed, Mine), (Record.EndedBy, Record.Cause, Record.Sent));
    }

    [Fact]
    public void Answer_that_takes_back_drops_what_has_not_begun()
    {
        ByHand();
        Peer(Restarting);
        Assert.Equal(QueueClose | TakeBackQueued, _close.On(new CloseInput.Request(Mine, EndReason.Requested, TakesBack: true), _now));
    }

    [Fact]
    public void Limit_of_ours_is_an_answer()
    {
        ByHand();
        Peer(Restarting);
        Violation slow = Violations.SlowReader(1000);
        Assert.Equal(QueueClose | TakeBackQueued, _close.On(new CloseInput.Violate(slow, TakesBack: true), _now));
        Assert.Equal(slow.Frame, _close.Ours);
    }

    [Fact]
    public void Answer_that_waits_too_long_is_written_before_what_waits()
    {
        ByHand();
        Peer(Restarting);
        Request(Mine);
        _now = Timeout;
        Assert.Equal(WriteClose | Done, Due());
        Assert.Equal((Mine, Timeout * 2), (_close.Ours, _close.Deadline));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Nobody_who_answers_means_the_echo(bool late)
    {
        ByHand();
        Peer(Restarting);
        _now = Timeout;
        Assert.Equal(WriteClose | Done, late ? Due() : ByHand(begins: false));
        Assert.Equal(new CloseFrame(1001), _close.Ours);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Stream_that_ends_before_the_answer_is_out_leaves_the_code_but_not_clean_by_hand(bool answered)
    {
        ByHand();
        Peer(Restarting);
        if (answered) Request(Mine);
        Assert.Equal(Gone, End(Reset));
        Assert.Equal((1001, false, null), (Record.Code, Record.WasClean, Record.Sent));
        Assert.Equal((EndedBy.Remote, CloseCause.PeerClosed), (Record.EndedBy, Record.Cause));
    }

    [Fact]
    public void Own_close_is_announced_and_what_comes_is_delivered_until_the_peer_s()
    {
        ByHand();
        Assert.Equal(QueueClose | Announce | ReadOn, Request(Mine));
        Assert.True(_close.Delivers && !_close.IsOpen);
        Written();
        Assert.Equal(EndReceiving | Done, Peer(Restarting));
        Assert.False(_close.Delivers);
        End();
        Assert.Equal((1001, true, EndedBy.Local, CloseCause.Requested), (Record.Code, Record.WasClean, Record.EndedBy, Record.Cause));
    }

    [Fact]
    public void Own_close_that_takes_back_drops_what_has_not_begun_by_hand()
    {
        ByHand();
        Assert.Equal(QueueClose | Announce | ReadOn | TakeBackQueued, _close.On(new CloseInput.Request(Mine, EndReason.Requested, TakesBack: true), _now));
    }

    [Fact]
    public void Close_frame_that_comes_while_ours_is_queued_ends_the_delivery()
    {
        ByHand();
        Request(Mine);
        Assert.Equal(WriteClose | EndReceiving | Done, Peer(Restarting));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Reader_that_is_gone_or_a_limit_ends_the_delivery_behind_our_close(bool limit)
    {
        ByHand();
        Request(Mine);
        Assert.Equal(EndReceiving | ReadOn, limit ? Violate(Violations.TooManyFragments(10)) : ByHand(begins: false));
        Assert.False(_close.Delivers);
        Assert.Equal(None, ByHand(begins: false));
        Assert.Equal(WriteClose | Done, Peer(Restarting));
    }

    [Fact]
    public void Violation_behind_our_close_ends_the_delivery()
    {
        ByHand();
        Request(Mine);
        Written();
        Assert.Equal(EndReceiving | Failing, Violate());
        ByHandAgain();
        Request(Mine);
        Assert.Equal(WriteClose | EndReceiving | Failing, Violate());
        Assert.Equal(Broken.Frame, _close.Ours);
    }

    [Fact]
    public void End_of_the_stream_or_of_the_time_behind_our_close_ends_the_delivery()
    {
        ByHand();
        Request(Mine);
        Assert.Equal(EndReceiving | Gone, End());
        ByHandAgain();
        Request(Mine);
        Assert.Equal(EndReceiving | Gone, Due());
        Assert.Equal((1006, CloseCause.CloseTimeout), (Record.Code, Record.Cause));
    }

    [Fact]
    public void Hand_that_begins_behind_a_close_changes_nothing()
    {
        Request();
        Assert.Equal(None, ByHand());
        Assert.False(_close.Delivers);
    }

    private void ByHandAgain()
    {
        _close = new CloseHandshake(Timeout);
        ByHand();
    }
}
