using Cierre.Protocol;

namespace Cierre.Connections;

internal sealed partial class ConnectionDriver
{
    public ValueTask<WebSocketMessage?> ReceiveAsync(CancellationToken cancellationToken)
    {
        cancellationToken = Foreign(cancellationToken);
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<WebSocketMessage?>(cancellationToken);
        ValueTask<WebSocketMessage?> result;
        lock (_gate)
        {
            result = _inbox.TryReceive(out bool any)
                ? new ValueTask<WebSocketMessage?>(any ? _inbox.Current : null)
                : _inbox.WaitForMessage(cancellationToken);
        }

        AfterReceive();
        return result;
    }

    /// <summary>As <see cref="ReceiveAsync"/>, for an enumerator: true: <see cref="Current"/> is the message.</summary>
    public ValueTask<bool> MoveNextAsync(CancellationToken cancellationToken)
    {
        cancellationToken = Foreign(cancellationToken);
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<bool>(cancellationToken);
        ValueTask<bool> result;
        lock (_gate)
        {
            result = _inbox.TryReceive(out bool any) ? new ValueTask<bool>(any) : _inbox.WaitForNext(cancellationToken);
        }

        AfterReceive();
        return result;
    }

    public WebSocketMessage Current => _inbox.Current ?? default;

    public async ValueTask<MessageStream?> ReceiveStreamAsync(CancellationToken cancellationToken)
    {
        cancellationToken = Foreign(cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        ValueTask<bool> waiting = default;
        bool here, wake = false;
        MessageReadStream? stream;
        lock (_gate)
        {
            here = _inbox.TryReceiveStream(out stream);
            if (!here)
            {
                waiting = _inbox.WaitForStream(cancellationToken);
                wake = HandOutHeld();
            }
        }

        if (wake)
        {
            _inbox.Wake();
            Flush();
        }

        AfterReceive();
        if (here) return stream;
        await waiting.ConfigureAwait(SimulationContext.IsCurrent);
        lock (_gate) return _inbox.TakeStream();
    }

    /// <summary>Whether this is what reading a message of this connection as JSON threw.</summary>
    public bool SentUnreadable(System.Text.Json.JsonException exception) => UnreadableJson.Came(exception, _inbox);

    /// <summary>The beginning of a message that came before anybody asked for it as a stream. Under the lock.</summary>
    private bool HandOutHeld()
    {
        if (_engine.HeldBytes == 0 || !_engine.IsOpen || !_inbox.WantsParts) return false;
        _engine.InParts = true;
        Memory<byte> nothing = default;
        ProtocolEvent held = _engine.Read(ref nothing, _transport, Now);
        return held.Kind == ProtocolEventKind.MessagePart && Handle(held, Now);
    }

    /// <param name="blocks">Whether the caller's thread does nothing else until there is a part.</param>
    public async ValueTask<int> ReadPartAsync(MessageReadStream stream, Memory<byte> buffer, CancellationToken cancellationToken, bool blocks = false)
    {
        if (buffer.IsEmpty) return 0;
        cancellationToken = Foreign(cancellationToken);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ValueTask<bool> waiting = default;
            int count;
            lock (_gate)
            {
                count = _inbox.ReadPart(stream, buffer.Span, out bool cutOff);
                if (cutOff) throw new WebSocketClosedException(Known());
                if (count < 0 && blocks && InBatch) throw Inbox.WaitsForItself();
                if (count < 0) waiting = _inbox.WaitForPart(cancellationToken);
            }

            AfterReceive();
            if (count >= 0) return count;
            await waiting.ConfigureAwait(SimulationContext.IsCurrent);
        }
    }

    public void CloseReadStream(MessageReadStream stream)
    {
        bool wake;
        lock (_gate) wake = _inbox.CloseStream(stream);
        if (wake) _inbox.Wake();
        AfterReceive();
    }

    /// <summary>Before the end begins: what nobody reads has kept us from reading on, so what the peer sent behind it, perhaps its close frame, is not known. Under the lock.</summary>
    private void NoteUnread()
    {
        if (!_engine.IsOpen || _engine.IsViolated) return;
        _engine.UnreadBytes = _paused && _inbox.IsFull(_engine.HeldBytes) ? _inbox.UnreadBytes + _engine.HeldBytes : 0;
    }

    /// <summary>The token that says that this connection ends says nothing to whoever waits for what comes, or for the end: what has come is handed out, and
    /// then the end.</summary>
    public CancellationToken Foreign(CancellationToken token) =>
        token.CanBeCanceled && _closing is { } own && (token == own.Token || token == ClosingOfHandler) ? default : token;

    /// <summary>There may be room again, or a failure or a drain may have waited for the handler to come back.</summary>
    private void AfterReceive()
    {
        // A violation that was found this very moment has not paused the reading yet, and its reader may wait again by then.
        if (_paused || _engine.IsViolated)
        {
            bool answered, wake = false;
            lock (_gate)
            {
                answered = _engine.IsViolated && _engine.IsOpen && !_inbox.IsBusy;
                if (answered) wake = AfterClosing();
                else if (_paused && !_engine.IsViolated && !_inbox.IsFull(_engine.HeldBytes)) Listen();
            }

            if (wake) _inbox.Wake();
            if (answered) Flush();
        }

        if (_drain is not null && !InBatch) TryDrain();
    }
}
