using Cierre.Connections;
using Cierre.Protocol;

namespace Cierre.Receiving;

/// <summary>Where the messages of a connection go. All members run under the connection's lock, but for <see cref="HandOut"/> and <see cref="Wake"/>.</summary>
/// <remarks>What lies here depends on the reader: whole messages (<see cref="MessageInbox"/>), whatever has come of one
/// (<see cref="PieceInbox"/>), or nothing (<see cref="CallbackInbox"/>, or a session that the connection carries).</remarks>
internal abstract class Inbox(Lock gate, ConnectionCore core)
{
    /// <summary>How much may lie here unread before the transport is asked to pause: the peer then feels it through TCP.</summary>
    public const int HighWater = 64 * 1024;

    /// <summary>What a message that lies here takes besides its bytes.</summary>
    public const int MessageOverhead = 64;

    /// <summary>Whether the transport should pause: much lies here and nobody asks for it.</summary>
    public abstract bool IsFull(int heldByEngine);

    /// <summary>Bytes of messages that nobody has asked for yet.</summary>
    public abstract int UnreadBytes { get; }

    /// <summary>How many messages have come that the reader has not done with, because it did not ask for the next one; and their bytes, as far as they are
    /// here. Without those of topics.</summary>
    public virtual (int Messages, long Bytes) Untaken => default;

    /// <summary>Bytes of topics that nobody has asked for yet, with what each message takes besides: of a client's session.</summary>
    public virtual int TopicBytes => 0;

    /// <summary>Nothing lies unread and nothing that was handed out is still in use.</summary>
    public abstract bool IsIdle { get; }

    /// <summary>Something lies unread, or its reader has not come back for the next: it may still answer.</summary>
    public abstract bool IsBusy { get; }

    /// <summary>Whether the coming message is wanted in parts, or was begun so.</summary>
    public abstract bool WantsParts { get; }

    /// <summary>A stream waits for what is to follow of its message.</summary>
    public virtual bool AwaitsRest => false;

    /// <summary>Whether nothing more comes.</summary>
    protected bool HasEnded { get; private set; }

    protected Lock Gate => gate;

    protected ConnectionCore Core => core;

    // ---- the engine's side; true: wake the reader, outside the lock ----

    public abstract bool Deliver(in ProtocolEvent message);

    public abstract bool DeliverPart(in ProtocolEvent part);

    /// <summary>Whether a message is taken by <see cref="HandOut"/>, and never lies here.</summary>
    public virtual bool HandsOut => false;

    /// <summary>Behind each of the two, outside the lock, on the transport's thread: what the message is stays valid until this returns.</summary>
    public virtual void HandOut(in ProtocolEvent message)
    {
    }

    /// <summary>The reader has something, and waits only for more of the batch. Of the transport's thread.</summary>
    public virtual bool WaitsForBatch => false;

    /// <summary>The batch is used up: a reader that waited for more of it has what there is.</summary>
    public virtual bool EndBatch() => false;

    /// <summary>Nothing more comes; what lies here can still be read.</summary>
    public virtual bool End()
    {
        HasEnded = true;
        return false;
    }

    /// <summary>Runs the waiting reader. Outside the lock.</summary>
    /// <param name="inline">Here and now: it can answer in the same batch.</param>
    public virtual void Wake(bool inline = false)
    {
    }
}
