using Cierre.Closing;
using Cierre.Resuming;
using Xunit;

namespace Cierre.Tests.Resuming;

public sealed class MessageLedgerTests
{
    private MessageLedger _ledger = new(new ResumeLimits(100, 64 * 1024));

    [Fact]
    public void Window_is_full_with_so_many_messages_or_bytes_and_a_large_message_goes_alone()
    {
        var ledger = new MessageLedger(new ResumeLimits(2, 10));
        Assert.True(ledger.HasRoom(1000));
        ledger.Send(WebSocketOpcode.Binary, new byte[6]);
        Assert.True(ledger.HasRoom(4));
        Assert.False(ledger.HasRoom(5));
        ledger.Send(WebSocketOpcode.Binary, []);
        Assert.False(ledger.HasRoom(0));
        Assert.Null(ledger.Acknowledged(1));
        Assert.True(ledger.HasRoom(10));
    }

    [Fact]
    public void Peer_that_does_not_wait_for_acknowledgements_breaks_the_rule_with_the_first_message_too_many()
    {
        var ledger = new MessageLedger(new ResumeLimits(2, 10));
        Assert.Null(ledger.Receive(6, isHeldToLimits: true));
        Assert.Null(ledger.Receive(4, isHeldToLimits: true));
        Assert.Equal(Violations.ResumeWindowExceeded(), ledger.Receive(0, isHeldToLimits: true));
        ledger.TakeAllBut(1, 4, default);
        Assert.Equal(Violations.ResumeWindowExceeded(), ledger.Receive(0, isHeldToLimits: true));
        Assert.Equal(1, ledger.Acknowledge());
        Assert.Null(ledger.Receive(6, isHeldToLimits: true));
        Assert.Null(ledger.Receive(100, isHeldToLimits: false));
    }

    [Fact]
    public void Acknowledgement_is_due_after_32_messages_16_KiB_or_200_ms()
    {
        for (int i = 1; i < 32; i++) Assert.False(Take(ref _ledger, 1, TimeSpan.FromSeconds(1)));
        Assert.Equal(TimeSpan.FromSeconds(1.2), _ledger.AcknowledgementDue);
        Assert.True(Take(ref _ledger, 1, TimeSpan.FromSeconds(1.1)));
        Assert.Equal(32, _ledger.Acknowledge());
        Assert.Equal(TimeSpan.MaxValue, _ledger.AcknowledgementDue);
        Assert.False(Take(ref _ledger, 16 * 1024 - 1));
        Assert.True(Take(ref _ledger, 1));
    }

    [Theory]
    [InlineData(8, 4)]
    [InlineData(1, 1)]
    public void Window_that_is_small_is_acknowledged_by_halves(int window, int due)
    {
        var ledger = new MessageLedger(new ResumeLimits(window, 1 << 20));
        for (int i = 1; i < due; i++) Assert.False(Take(ref ledger, 0));
        Assert.True(Take(ref ledger, 0));
    }

    [Fact]
    public void Only_what_was_sent_can_be_acknowledged_and_stays_so()
    {
        for (int i = 0; i < 3; i++) _ledger.Send(WebSocketOpcode.Text, "x"u8);
        Assert.Equal(Violations.ResumeAcknowledgedTooMany(4, 3), _ledger.Acknowledged(4));
        Assert.Null(_ledger.Acknowledged(2));
        Assert.Null(_ledger.Acknowledged(2));
        Assert.Equal(Violations.ResumeAcknowledgedBackwards(1, 2), _ledger.Acknowledged(1));
        Assert.Equal((3, 2, 1), (_ledger.Sent, _ledger.SentAndTaken, _ledger.Unacknowledged));
    }

    [Theory]
    [InlineData(2, 4, true)]
    [InlineData(3, 0, true)]
    [InlineData(1, 4, false)]
    [InlineData(4, 4, false)]
    [InlineData(3, 5, false)]
    public void Connection_goes_on_where_both_sides_count_alike(long got, long acknowledged, bool continues)
    {
        for (int i = 0; i < 3; i++) _ledger.Send(WebSocketOpcode.Text, "x"u8);
        for (int i = 0; i < 6; i++) _ledger.Receive(1, isHeldToLimits: true);
        _ledger.TakeAllBut(2, 2, default);
        _ledger.Acknowledged(2);
        Assert.Equal(continues, _ledger.Continues(got, acknowledged));
    }

    /// <summary>The last one may be lost with its connection.</summary>
    [Fact]
    public void Acknowledgement_is_told_again_on_a_new_connection()
    {
        _ledger.Resume(0, default);
        Assert.Equal(TimeSpan.MaxValue, _ledger.AcknowledgementDue);
        Take(ref _ledger, 1);
        _ledger.Acknowledge();
        _ledger.Resume(0, TimeSpan.FromSeconds(5));
        Assert.Equal(TimeSpan.FromSeconds(5.2), _ledger.AcknowledgementDue);
    }

    /// <summary>A message comes, and is taken.</summary>
    private static bool Take(ref MessageLedger ledger, int bytes, TimeSpan now = default)
    {
        ledger.Receive(bytes, isHeldToLimits: false);
        return ledger.TakeAllBut(0, 0, now);
    }
}
