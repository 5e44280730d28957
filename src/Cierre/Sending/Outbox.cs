using Cierre.Protocol;
using Cierre.Transports;

namespace Cierre.Sending;

/// <summary>The sends that wait, in their order. Empty as long as the peer takes what is sent. Guarded by the connection's lock.</summary>
/// <remarks>Those for which there is room are taken: their bytes are here. The others wait behind them, in the order of their calls, and are taken as room
/// comes.</remarks>
internal struct Outbox
{
    private LinkedList<OutboxEntry>? _waiting;
    private LinkedListNode<OutboxEntry>? _firstNotTaken;
    private MessageWriteStream? _streaming;
    private AwaitedSend? _part;
    private AwaitedSend? _lastPart;
    private long _bytes;

    /// <summary>Bytes of messages that were taken and are not in the transport yet. Counted in one place, as they come and go.</summary>
    public readonly long Bytes => _bytes;

    /// <summary>Nothing waits and no streamed message is unfinished: a message may go out at once.</summary>
    public readonly bool IsFree => _streaming is null && _waiting is not { Count: > 0 };

    /// <summary>Nothing waits that could still be written: our close frame may go out.</summary>
    public readonly bool IsIdle => _part is null && (_streaming is not null || _waiting is not { Count: > 0 });

    /// <summary>A message, or a part of one, has begun to be written and waits for its turn to go on.</summary>
    public readonly bool HasBegun => _part is { Begun: true } || _waiting?.First?.Value is { Begun: true };

    /// <summary>When the first must have been taken that does not wait for ever.</summary>
    public readonly TimeSpan Deadline
    {
        get
        {
            for (LinkedListNode<OutboxEntry>? node = _firstNotTaken; node is not null; node = node.Next)
            {
                // All of a connection have the same patience: the first of them is the first that loses it.
                if (node.Value.TakenBy != TimeSpan.MaxValue) return node.Value.TakenBy;
            }

            return TimeSpan.MaxValue;
        }
    }

    public readonly bool IsStreaming(MessageWriteStream stream) => ReferenceEquals(_streaming, stream);

    /// <summary>Takes it, whatever waits.</summary>
    public void Enqueue(OutboxEntry send)
    {
        (_waiting ??= new LinkedList<OutboxEntry>()).AddLast(send);
        Take(send);
    }

    /// <summary>Takes it where nothing waits for room before it and there is some for it.</summary>
    public bool TakesNext(OutboxEntry send, in SendBuffer buffer, long backlog)
    {
        if (_firstNotTaken is not null || !buffer.HasRoom(backlog + _bytes, send.Rest)) return false;
        Enqueue(send);
        return true;
    }

    /// <summary>Lets it wait for room behind what waits already: it is taken in its turn, perhaps at once.</summary>
    public void EnqueueForRoom(OutboxEntry send, in SendBuffer buffer, long backlog)
    {
        LinkedListNode<OutboxEntry> node = (_waiting ??= new LinkedList<OutboxEntry>()).AddLast(send);
        _firstNotTaken ??= node;
        TakeWhatHasRoom(buffer, backlog);
    }

    /// <summary>Drops the oldest messages for which nobody waits and that have not begun, until there is room for <paramref name="bytes"/>. Returns how
    /// many.</summary>
    public int MakeRoom(long bytes)
    {
        int dropped = 0;
        for (LinkedListNode<OutboxEntry>? node = _waiting?.First, next; node is not null && bytes > 0; node = next)
        {
            next = node.Next;
            if (!node.Value.MayDrop) continue;
            bytes -= node.Value.Rest;
            // Its sender was told long ago.
            TakeOut(node).Complete();
            dropped++;
        }

        return dropped;
    }

    public void BeginStream(MessageWriteStream stream)
    {
        stream.Continued = false;
        _streaming = stream;
    }

    /// <summary>Whether a part of the streamed message is written here and now, because none waits before it; it counts as written then.</summary>
    /// <param name="opcode">That of its frame.</param>
    public bool WritesPart(MessageWriteStream stream, bool final, out WebSocketOpcode opcode)
    {
        opcode = stream.Continued ? WebSocketOpcode.Continuation : (WebSocketOpcode)stream.Kind;
        if (_part is not null) return false;
        stream.Continued = true;
        if (final) _streaming = null;
        return true;
    }

    /// <summary>A part of the streamed message that waits for room; false if one waits already. The message's end may wait behind it.</summary>
    public bool TryEnqueuePart(AwaitedSend part)
    {
        if (_part is null) _part = part;
        else if (part.EndsMessage) _lastPart = part;
        else return false;
        Take(part);
        return true;
    }

    /// <summary>Whether nothing waits before it.</summary>
    public readonly bool IsNext(AwaitedSend send) =>
        ReferenceEquals(send, _part) || (_streaming is null && ReferenceEquals(send, _waiting?.First?.Value));

    /// <summary>Takes a send out that has not begun; false: too late.</summary>
    public bool Remove(AwaitedSend send)
    {
        if (send.Begun) return false;
        if (ReferenceEquals(send, _part))
        {
            NextPart();
            _bytes -= send.Rest;
            return true;
        }

        if (_waiting?.Find(send) is not { } node) return false;
        TakeOut(node);
        return true;
    }

    /// <summary>Takes out, and fails, every message that has not begun; or only those that had to be taken by a time that has come.</summary>
    public void TakeBack(CloseRecord record, TimeSpan? takenBy = null)
    {
        for (LinkedListNode<OutboxEntry>? node = _waiting?.First, next; node is not null; node = next)
        {
            next = node.Next;
            OutboxEntry send = node.Value;
            if (takenBy is { } now ? send.IsTaken || send.TakenBy > now : send.Begun) continue;
            TakeOut(node).Fail(new WebSocketClosedException(record));
        }
    }

    /// <summary>What waits is about to fail because the peer takes too little: all that has not begun, or only what had to be taken by a time that has
    /// come.</summary>
    public readonly void NoteSlow(TimeSpan? takenBy = null)
    {
        for (LinkedListNode<OutboxEntry>? node = _waiting?.First; node is not null; node = node.Next)
        {
            if (takenBy is not { } now || node.Value.TakenBy <= now) node.Value.NoteSlow();
        }
    }

    /// <summary>Takes what there is room for by now, and writes what was taken, as long as the output has room and the turn is ours.</summary>
    /// <param name="until">How much work ends the turn: <see cref="WebSocketProtocol.Work"/>.</param>
    public void Drain(WebSocketProtocol engine, Transport output, in SendBuffer buffer, int highWater, long until, TimeSpan now)
    {
        TakeWhatHasRoom(buffer, output.Backlog);
        while (output.Backlog < highWater && engine.Work < until)
        {
            if (_part is { } part)
            {
                MessageWriteStream stream = _streaming!;
                bool done = Write(part, engine, output, stream.Continued, now);
                stream.Continued = true;
                if (!done) continue;
                NextPart();
                if (part.EndsMessage) _streaming = null;
                part.Complete();
            }
            else if (_streaming is not null || _waiting?.First?.Value is not { IsTaken: true } first)
            {
                return;
            }
            else if (first.Stream is { } stream)
            {
                _waiting.RemoveFirst();
                BeginStream(stream);
                first.Complete();
            }
            else if (first.NextShared != 0 && output.Backlog != 0)
            {
                // It goes out where it lies, in a flush of its own.
                return;
            }
            else if (Write(first, engine, output, continued: false, now))
            {
                _waiting.RemoveFirst();
                first.Complete();
            }
        }
    }

    /// <summary>Nothing more goes out: fails what waits.</summary>
    public void Fail(CloseRecord record)
    {
        for (; _part is { } part; NextPart()) part.Fail(new WebSocketClosedException(record));
        _streaming = null;
        _bytes = 0;
        _firstNotTaken = null;
        if (_waiting is null) return;
        foreach (OutboxEntry send in _waiting) send.Fail(new WebSocketClosedException(record));
        _waiting = null;
    }

    /// <summary>Takes what there is room for by now, in its turn.</summary>
    public void TakeWhatHasRoom(in SendBuffer buffer, long backlog)
    {
        while (_firstNotTaken is { } node)
        {
            // What waits for nobody was taken though others wait before it.
            if (!node.Value.IsTaken)
            {
                if (!buffer.HasRoom(backlog + _bytes, node.Value.Rest)) return;
                Take(node.Value);
            }

            _firstNotTaken = node.Next;
        }
    }

    private void Take(OutboxEntry send)
    {
        send.Take();
        _bytes += send.Rest;
    }

    private bool Write(OutboxEntry send, WebSocketProtocol engine, Transport output, bool continued, TimeSpan now)
    {
        int before = send.Rest;
        bool done = send.WriteNext(engine, output, continued, now);
        _bytes -= before - send.Rest;
        return done;
    }

    private OutboxEntry TakeOut(LinkedListNode<OutboxEntry> node)
    {
        if (ReferenceEquals(node, _firstNotTaken)) _firstNotTaken = node.Next;
        _waiting!.Remove(node);
        if (node.Value.IsTaken) _bytes -= node.Value.Rest;
        return node.Value;
    }

    private void NextPart() => (_part, _lastPart) = (_lastPart, null);
}

/// <summary>How much may wait for a peer that does not read, and what happens then.</summary>
internal readonly record struct SendBuffer(int Limit, SlowReaderPolicy Policy)
{
    /// <summary>Whether a message may wait behind what waits already; alone it always may.</summary>
    public bool HasRoom(long waiting, int bytes) => waiting == 0 || waiting + bytes <= Limit;
}
