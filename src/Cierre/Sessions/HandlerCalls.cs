namespace Cierre.Sessions;

/// <summary>The calls of a session's handler, one at a time: what comes over the next connection while a call of the last is under way waits here. Guarded by
/// the session's lock.</summary>
internal struct HandlerCalls
{
    private Queue<(WebSocketOpcode Kind, byte[] Payload)>? _waiting;
    private bool _isCalling;

    /// <summary>How many messages were not taken: the one of the call that is under way, and those that wait.</summary>
    public readonly int Messages => (_isCalling ? 1 : 0) + (_waiting?.Count ?? 0);

    /// <summary>Bytes of those that wait.</summary>
    public long Bytes { get; private set; }

    /// <summary>Whether the call is the caller's to make; else the message waits for whoever makes the one that is under way.</summary>
    public bool Begin(WebSocketOpcode kind, ReadOnlyMemory<byte> payload)
    {
        if (!_isCalling) return _isCalling = true;
        (_waiting ??= []).Enqueue((kind, payload.ToArray()));
        Bytes += payload.Length;
        return false;
    }

    /// <summary>A call has returned: true: the next one follows.</summary>
    public bool End(ref WebSocketOpcode kind, ref ReadOnlyMemory<byte> payload)
    {
        if (_waiting is not { Count: > 0 })
        {
            _isCalling = false;
            return false;
        }

        (kind, byte[] next) = _waiting.Dequeue();
        payload = next;
        Bytes -= next.Length;
        return true;
    }
}
