using Cierre.Closing;
using Xunit;

namespace Cierre.Tests.Closing;

public class EndReasonTests
{
    private static EndReason Why(CloseCause cause, Exception? exception = null) => new(cause, new CloseDetail("EndOfStream"), exception);

    private static readonly CloseCause[] GiveWay = [CloseCause.Requested, CloseCause.HandlerReturned, CloseCause.HostStopping, CloseCause.Disposed];

    [Fact]
    public void Missing_answer_replaces_only_the_four_ordinary_causes() => Assert.All(Enum.GetValues<CloseCause>(), first =>
        Assert.All([CloseCause.CloseTimeout, CloseCause.EndOfStream, CloseCause.ConnectionReset], news =>
            Assert.Equal(GiveWay.Contains(first) ? news : first, Why(first).Then(Why(news)).Cause)));

    [Fact]
    public void Violation_after_our_close_replaces_only_the_four_ordinary_causes() => Assert.All(Enum.GetValues<CloseCause>(), first =>
        Assert.All([CloseCause.ProtocolViolation, CloseCause.InvalidData, CloseCause.MessageTooBig], news =>
            Assert.Equal(GiveWay.Contains(first) ? news : first, Why(first).Then(Why(news)).Cause)));

    [Fact]
    public void Our_own_abort_while_we_wait_is_no_news() => Assert.Equal(CloseCause.HostStopping, EndReason.HostStopping.Then(EndReason.Aborted).Cause);

    [Fact]
    public void Exception_of_the_first_cause_is_kept_unless_the_news_has_one()
    {
        var first = new InvalidOperationException();
        var second = new IOException();
        Assert.Same(first, Why(CloseCause.Requested, first).Then(Why(CloseCause.EndOfStream)).Exception);
        Assert.Same(second, Why(CloseCause.Requested, first).Then(Why(CloseCause.EndOfStream, second)).Exception);
    }

    [Fact]
    public void Nobody_ended_what_broke_or_never_opened_unless_we_wanted_it()
    {
        CloseCause[] ours = [CloseCause.Aborted, CloseCause.Disposed, CloseCause.Requested, CloseCause.Cancelled, CloseCause.ExtensionMissing];
        Assert.All(Enum.GetValues<CloseCause>(), cause => Assert.Equal(ours.Contains(cause) ? EndedBy.Local : EndedBy.Network, Why(cause).EndedBy));
    }
}
