using Cierre.Connections;
using Cierre.Protocol;
using Cierre.Receiving;
using Cierre.Resuming;

namespace Cierre.Sessions;

/// <summary>One connection that carries a session, or did: what comes over it goes to the session, where the transport has brought it.</summary>
/// <param name="token">The number of the token that the client was given over it.</param>
internal sealed class SessionCarrier(ConnectionDriver connection, SessionDriver session, int token) : Inbox(connection.Gate, connection), IResumeOutput
{
    private readonly TimeSpan _begun = session.Now - connection.Now;

    public ConnectionDriver Connection => connection;

    /// <summary>The session's time, of when the batch began where one is under way: near enough for what waits 200 ms or counts idleness.</summary>
    public TimeSpan Now => _begun + connection.Receiving.BatchNow;

    public int Token => token;

    /// <summary>Something was written that nothing sends off. Under the session's lock.</summary>
    public bool OwesFlush { get; private set; }

    // The session is held to what may be ahead of messages, but not of topics. Of another lock, and perhaps of a moment ago: whoever reads looks again.
    public override bool IsFull(int heldByEngine) => session.IsUnderWay && session.UnreadTopicBytes >= HighWater;

    public override int UnreadBytes => 0;

    // Of another lock, and perhaps of a moment ago: whoever asks is asked again when the reader comes back.
    public override bool IsIdle => session.Receiver.Inbox.IsIdle;

    public override bool IsBusy => session.Receiver.Inbox.IsBusy;

    public override bool WantsParts => false;

    public override bool HandsOut => true;

    /// <summary>The call comes behind the lock.</summary>
    public override bool Deliver(in ProtocolEvent message) => false;

    public override bool DeliverPart(in ProtocolEvent part)
    {
        part.Drop();
        return false;
    }

    public override void HandOut(in ProtocolEvent message)
    {
        if (message.Kind == ProtocolEventKind.Message) session.Arrived(this, message.MessageKind, message.Payload);
        message.Drop();
    }

    /// <summary>Tells the session when the connection has ended: a server waits for the next one, however this one ends.</summary>
    public async Task FollowAsync()
    {
        CloseRecord record = await connection.Closed.ConfigureAwait(SimulationContext.IsCurrent);
        session.Gone(this, record, mayResume: true);
    }

    public void Write(WebSocketOpcode kind, ReadOnlySpan<byte> message, bool compressible = true) =>
        OwesFlush |= connection.Sending.Post(kind, message, compressible);

    /// <summary>Whoever has the answer sends off what was written, outside the lock.</summary>
    public bool TakeFlush()
    {
        bool owed = OwesFlush;
        OwesFlush = false;
        return owed;
    }
}
