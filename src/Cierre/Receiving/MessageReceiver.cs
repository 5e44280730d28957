using Cierre.Closing;
using Cierre.Connections;
using Cierre.Protocol;
using Cierre.Transports;

namespace Cierre.Receiving;

/// <summary>Hands what has come to its one reader: a receive or an enumerator, a stream of one message, a handler's calls, or whoever reads by hand.</summary>
internal sealed class MessageReceiver
{
    private readonly ConnectionCore _core;
    private readonly Lock _gate;

    public MessageReceiver(ConnectionCore core)
    {
        (_core, _gate) = (core, core.Gate);
        Inbox = new MessageInbox(_gate, core);
    }

    /// <summary>What has come and was not taken yet, in the form that its reader takes it. Changed under the lock.</summary>
    public Inbox Inbox { get; private set; }

    public WebSocketMessage Current => Messages.Lent;

    public ValueTask<WebSocketMessage?> ReceiveAsync(CancellationToken cancellationToken)
    {
        cancellationToken = _core.Foreign(cancellationToken);
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<WebSocketMessage?>(cancellationToken);
        ValueTask<WebSocketMessage?> result;
        lock (_gate)
        {
            MessageInbox inbox = Messages;
            result = inbox.TryReceive(out bool any)
                ? new ValueTask<WebSocketMessage?>(any ? inbox.Current : null)
                : inbox.WaitForMessage(cancellationToken);
            _core.Asks();
        }

        _core.AfterReceive();
        return result;
    }

    /// <summary>As <see cref="ReceiveAsync"/>, for an enumerator: true: <see cref="Current"/> is the message.</summary>
    public ValueTask<bool> MoveNextAsync(CancellationToken cancellationToken)
    {
        cancellationToken = _core.Foreign(cancellationToken);
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<bool>(cancellationToken);
        ValueTask<bool> result;
        lock (_gate)
        {
            MessageInbox inbox = Messages;
            result = inbox.TryReceive(out bool any) ? new ValueTask<bool>(any) : inbox.WaitForNext(cancellationToken);
            _core.Asks();
        }

        _core.AfterReceive();
        return result;
    }

    public async ValueTask<WebSocketMessageStream?> ReceiveStreamAsync(CancellationToken cancellationToken)
    {
        cancellationToken = _core.Foreign(cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        ValueTask<bool> waiting = default;
        bool here;
        Afterwards after = default;
        MessageReadStream? stream;
        lock (_gate)
        {
            MessageInbox inbox = Messages;
            here = inbox.TryReceiveStream(out stream);
            if (!here)
            {
                waiting = inbox.WaitForStream(cancellationToken);
                after = _core.HandOutHeld();
            }

            _core.Asks();
        }

        if (!after.IsNothing) _core.FlushAndDo(after);
        _core.AfterReceive();
        if (here) return stream;
        await waiting.ConfigureAwait(SimulationContext.IsCurrent);
        lock (_gate) return Messages.TakeStream();
    }

    /// <param name="blocks">Whether the caller's thread does nothing else until there is a part.</param>
    public async ValueTask<int> ReadPartAsync(MessageReadStream stream, Memory<byte> buffer, CancellationToken cancellationToken, bool blocks = false)
    {
        if (buffer.IsEmpty) return 0;
        cancellationToken = _core.Foreign(cancellationToken);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ValueTask<bool> waiting = default;
            int count;
            lock (_gate)
            {
                count = Messages.ReadPart(stream, buffer.Span, out bool cutOff);
                if (cutOff) throw new WebSocketClosedException(_core.Known());
                if (count < 0 && blocks && _core.InBatch) throw ReaderInbox.WaitsForItself();
                if (count < 0) waiting = Messages.WaitForPart(cancellationToken);
            }

            _core.AfterReceive();
            if (count >= 0) return count;
            await waiting.ConfigureAwait(SimulationContext.IsCurrent);
        }
    }

    /// <summary>From now on another reader has what comes, as it comes, and answers the peer's close frame itself.</summary>
    /// <exception cref="InvalidOperationException">A receive waits, or something that was received is still in use.</exception>
    public PieceInbox ReadByHand()
    {
        ConnectionDriver driver = _core.OverOneTransport;
        lock (_gate)
        {
            if (Inbox is PieceInbox before) return before;
            var pieces = new PieceInbox(_gate, driver);
            Messages.MoveTo(pieces);
            Inbox = pieces;
            if (!driver.StillReceives) pieces.End();
            // What came of a message before.
            else if (driver.Engine.TryTakeHeld(out ProtocolEvent part)) pieces.DeliverPart(part);
            driver.Apply(driver.Engine.AnswerByHand(true, driver.Transport, driver.Now));
            return pieces;
        }
    }

    /// <summary>From now on each message is handed to a handler's call. What has come before is handed out here, in its order.</summary>
    /// <exception cref="InvalidOperationException">A receive waits, or something that was received is still in use.</exception>
    public CallbackInbox ReadByCalls(WebSocketConnection connection, IWebSocketHandler handler)
    {
        var calls = new CallbackInbox(_gate, _core, connection, handler);
        while (true)
        {
            WebSocketMessage? message;
            lock (_gate)
            {
                MessageInbox inbox = Messages;
                bool isHere = inbox.TryReceive(out bool any);
                _core.Asks();
                if (!isHere || !any)
                {
                    // The transport's thread hands out from here on; nobody else does, because nothing lies here.
                    Inbox = calls;
                    if (!_core.StillReceives) calls.End();
                    break;
                }

                message = inbox.Current;
            }

            calls.Call(message!.Value.Kind, message.Value.Data.Span, message.Value.Topic);
        }

        _core.AfterReceive();
        return calls;
    }

    /// <summary>From now on each message is handed to another, such as a session that this connection carries.</summary>
    /// <returns>False: some have come by now, and lie here.</returns>
    public bool HandTo(Inbox other)
    {
        lock (_gate)
        {
            if (Messages.TryReceive(out bool any) && any) return false;
            Inbox = other;
            if (!_core.StillReceives) other.End();
            return true;
        }
    }

    /// <summary>The reader that answers by hand is gone: what it has not read is dropped, and the peer's close frame is answered here.</summary>
    public void StopReadingByHand()
    {
        if (Inbox is not PieceInbox pieces) return;
        ConnectionDriver driver = _core.OverOneTransport;
        Afterwards after;
        lock (_gate)
        {
            after = new Afterwards(TransportEffects.None, pieces.Leave()) | driver.Apply(driver.Engine.AnswerByHand(false, driver.Transport, driver.Now));
            if (driver.IsPaused) after |= driver.Move(TransportInput.Room.Instance);
        }

        driver.FlushAndDo(after);
    }

    public void CloseStream(MessageReadStream stream)
    {
        bool wake;
        lock (_gate) wake = Messages.CloseStream(stream);
        if (wake) Inbox.Wake();
        _core.AfterReceive();
    }

    /// <summary>Whether this is what reading a message of this connection as JSON threw.</summary>
    public bool SentUnreadable(System.Text.Json.JsonException exception) => UnreadableJson.IsFrom(exception, Inbox);

    private MessageInbox Messages => Inbox as MessageInbox ?? throw new InvalidOperationException(Inbox is CallbackInbox
        ? "The connection's messages are handed to the calls of its IWebSocketHandler."
        : "The connection is read through the System.Net.WebSockets.WebSocket that was made of it.");
}
