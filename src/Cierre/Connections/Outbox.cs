using System.Buffers;
using Cierre.Protocol;

namespace Cierre.Connections;

/// <summary>The sends that wait, in their order. Empty as long as the peer takes what is sent. Guarded by the connection's lock.</summary>
internal struct Outbox
{
    private LinkedList<PendingSend>? _waiting;
    private MessageWriteStream? _streaming;
    private PendingSend? _part;
    private PendingSend? _lastPart;

    /// <summary>Nothing waits and no streamed message is unfinished: a message may go out at once.</summary>
    public readonly bool IsFree => _streaming is null && _waiting is not { Count: > 0 };

    /// <summary>Nothing waits that could still be written: our close frame may go out.</summary>
    public readonly bool IsIdle => _part is null && (_streaming is not null || _waiting is not { Count: > 0 });

    /// <summary>Bytes of messages that wait here, and not yet in the transport.</summary>
    public readonly long WaitingBytes
    {
        get
        {
            long bytes = (_part?.Left ?? 0) + (_lastPart?.Left ?? 0);
            if (_waiting is null) return bytes;
            foreach (PendingSend send in _waiting) bytes += send.Left;
            return bytes;
        }
    }

    public readonly bool IsStreaming(MessageWriteStream stream) => ReferenceEquals(_streaming, stream);

    public void Enqueue(PendingSend send) => (_waiting ??= new LinkedList<PendingSend>()).AddLast(send);

    public void BeginStream(MessageWriteStream stream) => _streaming = stream;

    /// <summary>A part of the streamed message that waits for room; false if one waits already. The message's end may wait behind it.</summary>
    public bool TryEnqueuePart(PendingSend part)
    {
        if (_part is null) _part = part;
        else if (part.EndsMessage) _lastPart = part;
        else return false;
        return true;
    }

    /// <summary>Takes a send out that has not begun; false: too late.</summary>
    public bool Remove(PendingSend send)
    {
        if (send.Begun) return false;
        if (!ReferenceEquals(send, _part)) return _waiting is not null && _waiting.Remove(send);
        NextPart();
        return true;
    }

    /// <summary>Takes out, and fails, every message that has not begun.</summary>
    public readonly void TakeBack(CloseRecord record)
    {
        for (LinkedListNode<PendingSend>? node = _waiting?.First, next; node is not null; node = next)
        {
            next = node.Next;
            if (node.Value.Begun) continue;
            _waiting!.Remove(node);
            node.Value.Fail(new WebSocketClosedException(record));
        }
    }

    /// <summary>Writes what waits, as long as the output has room.</summary>
    public void Drain<T>(WebSocketProtocol engine, T output, int highWater, TimeSpan now)
        where T : Transports.Transport
    {
        while (output.Backlog < highWater)
        {
            if (_part is { } part)
            {
                MessageWriteStream stream = _streaming!;
                bool done = part.WriteNext(engine, output, stream.Continued, now);
                stream.Continued = true;
                if (!done) continue;
                NextPart();
                if (part.EndsMessage) _streaming = null;
                part.Complete();
            }
            else if (_streaming is not null || _waiting?.First is not { } first)
            {
                return;
            }
            else if (first.Value.Stream is { } stream)
            {
                _waiting.RemoveFirst();
                _streaming = stream;
                first.Value.Complete();
            }
            else if (first.Value.WriteNext(engine, output, continued: false, now))
            {
                _waiting.RemoveFirst();
                first.Value.Complete();
            }
        }
    }

    /// <summary>Nothing more goes out: fails what waits.</summary>
    public void Fail(CloseRecord record)
    {
        for (; _part is { } part; NextPart()) part.Fail(new WebSocketClosedException(record));
        _streaming = null;
        if (_waiting is null) return;
        foreach (PendingSend send in _waiting) send.Fail(new WebSocketClosedException(record));
        _waiting = null;
    }

    private void NextPart() => (_part, _lastPart) = (_lastPart, null);
}
