using Cierre.Resuming;
using Cierre.Sending;

namespace Cierre.Sessions;

/// <summary>The sends of a session that wait for the peer to acknowledge what was sent before, in their order. Guarded by the session's lock.</summary>
internal struct WindowQueue
{
    private LinkedList<AwaitedSend>? _waiting;

    public readonly bool IsEmpty => _waiting is not { Count: > 0 };

    /// <summary>Bytes of those that wait.</summary>
    public long Bytes { get; private set; }

    public void Add(AwaitedSend send)
    {
        (_waiting ??= []).AddLast(send);
        Bytes += send.Rest;
    }

    /// <summary>Takes the first out where there is room for it.</summary>
    public bool TryTake(ResumeSession session, out AwaitedSend? send)
    {
        send = _waiting?.First?.Value;
        if (send is null || !session.HasRoom(send.Rest)) return false;
        TakeOut(send);
        send.Take();
        return true;
    }

    /// <summary>False: it does not wait any more.</summary>
    public bool Remove(AwaitedSend send)
    {
        if (_waiting?.Contains(send) != true) return false;
        TakeOut(send);
        return true;
    }

    /// <summary>Nothing more is sent.</summary>
    public void Fail(CloseRecord known)
    {
        LinkedList<AwaitedSend>? waiting = _waiting;
        (_waiting, Bytes) = (null, 0);
        foreach (AwaitedSend send in waiting ?? []) send.Fail(new WebSocketClosedException(known));
    }

    private void TakeOut(AwaitedSend send)
    {
        Bytes -= send.Rest;
        _waiting!.Remove(send);
    }
}
