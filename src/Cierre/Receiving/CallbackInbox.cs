using Cierre.Connections;
using Cierre.Protocol;

namespace Cierre.Receiving;

/// <summary>Calls a handler with each message where the transport has brought it: nothing is kept, copied or waited for.</summary>
internal sealed class CallbackInbox(Lock gate, ConnectionDriver driver, WebSocketConnection connection, IWebSocketHandler handler) : Inbox(gate, driver)
{
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);

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
        if (message.Kind == ProtocolEventKind.Message) Call((WebSocketMessageKind)message.MessageKind, message.Payload.Span);
        message.Drop();
    }

    public void Call(WebSocketMessageKind kind, ReadOnlySpan<byte> data)
    {
        if (_over.Task.IsCompleted) return;
        try
        {
            handler.OnMessage(connection, kind, data);
        }
        catch (Exception e)
        {
            _over.TrySetException(e);
        }
    }

    public override bool End()
    {
        _over.TrySetResult();
        return base.End();
    }
}
