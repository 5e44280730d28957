using Cierre.Protocol;
using Cierre.Receiving;
using Cierre.Tests.Connections;
using Xunit;

namespace Cierre.Tests.Receiving;

/// <summary>An inbox that keeps nothing and has nobody to wake.</summary>
public sealed class InboxTests
{
    [Fact]
    public void Inbox_without_a_reader_waits_for_nothing()
    {
        var inbox = new Nothing(new Played());
        Assert.Equal((false, false, false, (0, 0L)), (inbox.AwaitsRest, inbox.HandsOut, inbox.WaitsForBatch, inbox.Untaken));
        Assert.False(inbox.End());
        Assert.False(inbox.EndBatch());
        Assert.True(inbox.IsOver);
        inbox.HandOut(default);
        inbox.Wake(inline: true);
    }

    private sealed class Nothing(Played played) : Inbox(played.Connection.Driver.Gate, played.Connection.Driver)
    {
        public bool IsOver => HasEnded;

        public override int UnreadBytes => 0;

        public override bool IsIdle => true;

        public override bool IsBusy => false;

        public override bool WantsParts => false;

        public override bool IsFull(int heldByEngine) => false;

        public override bool Deliver(in ProtocolEvent message) => false;

        public override bool DeliverPart(in ProtocolEvent part) => false;
    }
}
