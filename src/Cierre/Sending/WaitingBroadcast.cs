using Cierre.Protocol;
using Cierre.Transports;

namespace Cierre.Sending;

/// <summary>A message of a broadcast for which one receiver has no room yet. It waits in its turn, and not for ever.</summary>
/// <param name="message">What goes out when there is room.</param>
/// <param name="takenBy">When there must have been.</param>
internal sealed class WaitingBroadcast(OutboxEntry message, TimeSpan takenBy, WebSocketConnection receiver, SlowReceivers broadcast) : OutboxEntry
{
    public override int Rest => message.Rest;

    public override bool Begun => message.Begun;

    public override int NextShared => message.NextShared;

    public override TimeSpan TakenBy => IsTaken ? TimeSpan.MaxValue : takenBy;

    public override bool WriteNext(WebSocketProtocol engine, Transport output, bool continued, TimeSpan now) =>
        message.WriteNext(engine, output, continued, now);

    public override void Take()
    {
        base.Take();
        broadcast.Took();
    }

    public override void Complete() => message.Complete();

    public override void Fail(Exception exception)
    {
        message.Fail(exception);
        if (!IsTaken) broadcast.Lost();
    }

    public override void NoteSlow()
    {
        if (!IsTaken) broadcast.Add(receiver);
    }
}
