using Cierre.Connections;
using Cierre.Protocol;

namespace Cierre.Receiving;

/// <summary>Calls a handler with each message where the transport has brought it: nothing is kept, copied or waited for.</summary>
internal sealed class CallbackInbox(Lock gate, ConnectionCore core, WebSocketConnection connection, IWebSocketHandler handler) : Inbox(gate, core)
{
    private const int Idle = 0, Inside = 1, EndsBehind = 2, Ended = 3;

    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _state;

    /// <summary>Completes when no further message comes; fails with what the handler threw, and then calls it no more.</summary>
    public Task Over => _over.Task;

    public override int UnreadBytes => 0;

    public override bool IsIdle => true;

    // Where the engine reads on, the call of the message before has returned.
    public override bool IsBusy => false;

    public override bool WantsParts => false;

    public override bool IsFull(int heldByEngine) => false;

    /// <summary>The call comes behind the lock.</summary>
    public override bool Deliver(in ProtocolEvent message) => false;

    public override bool DeliverPart(in ProtocolEvent part)
    {
        // A message that was read as a stream before.
        part.Drop();
        return false;
    }

    public override bool HandsOut => true;

    public override void HandOut(in ProtocolEvent message)
    {
        if (message.Kind == ProtocolEventKind.Message) Call((WebSocketMessageKind)message.MessageKind, message.Payload.Span, message.Topic);
        message.Drop();
    }

    public void Call(WebSocketMessageKind kind, ReadOnlySpan<byte> data, string? topic = null)
    {
        if (Interlocked.CompareExchange(ref _state, Inside, Idle) != Idle) return;
        Exception? thrown = null;
        try
        {
            if (topic is null) handler.OnMessage(connection, kind, data);
            else handler.OnTopicMessage(connection, topic, kind, data);
        }
        catch (Exception e)
        {
            thrown = e;
        }

        if (thrown is null && Interlocked.CompareExchange(ref _state, Idle, Inside) == Inside) return;
        // No further call comes, and what follows the end comes behind this one.
        Volatile.Write(ref _state, Ended);
        if (thrown is null) _over.TrySetResult();
        else _over.TrySetException(thrown);
    }

    public override bool End()
    {
        // A call that is under way tells when it returns: the calls come one at a time.
        if (Interlocked.CompareExchange(ref _state, Ended, Idle) == Idle) _over.TrySetResult();
        else Interlocked.CompareExchange(ref _state, EndsBehind, Inside);
        return base.End();
    }
}
