namespace Cierre.Sessions;

/// <summary>The calls of a session's handler, one at a time: what comes over the next connection while a call of the last is under way waits here. Guarded by
/// the session's lock.</summary>
internal struct HandlerCalls
{
    private Queue<SessionMessage>? _waiting;
    private bool _isCalling;
    private bool _isOfTopic;
    private int _counted;

    /// <summary>How many messages were not taken, without those of topics: the one of the call that is under way, and those that wait.</summary>
    public readonly int Messages => (_isCalling && !_isOfTopic ? 1 : 0) + _counted;

    /// <summary>Bytes of those that wait, without those of topics.</summary>
    public long Bytes { get; private set; }

    /// <summary>Of topics, with what each message takes besides.</summary>
    public int TopicBytes { get; private set; }

    /// <summary>Whether the call is the caller's to make; else the message waits for whoever makes the one that is under way.</summary>
    public bool Begin(SessionMessage message)
    {
        if (!_isCalling)
        {
            _isOfTopic = message.Topic is not null;
            return _isCalling = true;
        }

        (_waiting ??= []).Enqueue(message with { Payload = message.Payload.ToArray() });
        Count(message, 1);
        return false;
    }

    /// <summary>A call has returned: true: the next one follows.</summary>
    public bool End(ref SessionMessage next)
    {
        if (_waiting is not { Count: > 0 })
        {
            _isCalling = false;
            return false;
        }

        next = _waiting.Dequeue();
        _isOfTopic = next.Topic is not null;
        Count(next, -1);
        return true;
    }

    private void Count(SessionMessage message, int sign)
    {
        if (message.Topic is not null)
        {
            TopicBytes += sign * (message.Payload.Length + Receiving.Inbox.MessageOverhead);
            return;
        }

        _counted += sign;
        Bytes += sign * message.Payload.Length;
    }
}

/// <summary>A message that came, without its mark.</summary>
/// <param name="Topic">The topic that it was published to; null: it was sent to this session alone.</param>
internal readonly record struct SessionMessage(WebSocketOpcode Kind, ReadOnlyMemory<byte> Payload, string? Topic = null);
