using Cierre.Protocol;
using Cierre.Transports;

namespace Cierre.Sending;

/// <summary>One message, or a part of one, that could not go out at once.</summary>
internal abstract class OutboxEntry
{
    /// <summary>Set where a stream of fragments waits for its turn instead of a message.</summary>
    public MessageWriteStream? Stream { get; init; }

    /// <summary>How many bytes of it are not in the output yet. Of one that was not taken, as many as it will have.</summary>
    public abstract int Rest { get; }

    /// <summary>There was room for it. Before that it holds no bytes of its own, and counts for nothing.</summary>
    public bool IsTaken { get; private set; }

    /// <summary>When it must have been taken, by the connection's clock.</summary>
    public virtual TimeSpan TakenBy => TimeSpan.MaxValue;

    /// <summary>Some of it is on its way: it can neither be cancelled nor dropped any more.</summary>
    public abstract bool Begun { get; }

    /// <summary>Nobody waits for it, nor counts on it: it may be dropped, whole, in favour of a newer one.</summary>
    public virtual bool MayDrop => false;

    /// <summary>How much of it lies in memory that others send from as well, in the next frame; 0: the frame has yet to be made.</summary>
    public virtual int NextShared => 0;

    /// <summary>Writes the next frame; true when it was the last.</summary>
    public abstract bool WriteNext(WebSocketProtocol engine, Transport output, bool continued, TimeSpan now);

    /// <summary>There is room for it. Once.</summary>
    public virtual void Take() => IsTaken = true;

    public abstract void Complete();

    public abstract void Fail(Exception exception);

    /// <summary>It is about to fail, because the peer takes too little.</summary>
    public virtual void NoteSlow()
    {
    }
}
