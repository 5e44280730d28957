using System.Net.WebSockets;
using System.Threading.Tasks.Sources;
using Cierre.Closing;
using Cierre.Connections;
using Cierre.Protocol;
using Cierre.Receiving;
using Cierre.Sending;

namespace Cierre.SystemNet;

/// <summary>A connection as a caller of System.Net.WebSockets knows it: pieces of messages, a close that the caller answers, and that API's
/// exceptions.</summary>
/// <remarks>
/// What the connection knows is not kept here again: the state is read off the close machine, as far as the caller has read. Of its own this class knows what
/// the caller did to this object alone (<see cref="Left"/>) and what it was told of the end.
/// </remarks>
internal sealed class WebSocketAdapter : WebSocket, IValueTaskSource<ValueWebSocketReceiveResult>
{
    private readonly ConnectionDriver _driver;
    private readonly PieceInbox _pieces;
    private MessageWriteStream? _message;
    private bool _insideMessage;
    private volatile bool _hasClosed;
    private volatile Left _left;
    private volatile Told _told;

    public WebSocketAdapter(WebSocketConnection connection)
    {
        Connection = connection;
        _driver = connection.Driver;
        _pieces = _driver.Receiver.ReadByHand();
    }

    /// <summary>What the caller did to this object, beside closing.</summary>
    private enum Left : byte
    {
        Not,

        Disposed,

        /// <summary>Aborted, or a receive, a send or a close was cancelled, which does so too.</summary>
        Aborted,
    }

    /// <summary>What the caller was told of the end. What comes behind it changes nothing of that.</summary>
    private enum Told : byte
    {
        Nothing,

        /// <summary>The peer's close frame.</summary>
        Close,

        Loss,
    }

    public WebSocketConnection Connection { get; }

    /// <summary>Asked what the peer is told where the caller leaves without a close of its own, and why; null, or none said: 1001, and what the caller did. Set
    /// before anybody can leave.</summary>
    public Func<(CloseFrame Frame, EndReason Why)?>? Farewell { get; set; }

    public override string? SubProtocol => Connection.Subprotocol;

    /// <summary>As far as the caller was told: what has come and was not received yet changes nothing.</summary>
    public override WebSocketState State
    {
        get
        {
            if (_left == Left.Aborted) return WebSocketState.Aborted;
            if (_told == Told.Loss) return WebSocketState.Aborted;
            if (_left == Left.Disposed) return WebSocketState.Closed;
            CloseState state = _driver.Engine.State;
            if (_told == Told.Nothing) return _hasClosed || IsClosedHere(state) ? WebSocketState.CloseSent : WebSocketState.Open;
            bool isAnswered = _hasClosed || state is not (CloseState.Unanswered { Answer: null } or CloseState.Ended { Record.Sent: null });
            return isAnswered ? WebSocketState.Closed : WebSocketState.CloseReceived;
        }
    }

    public override WebSocketCloseStatus? CloseStatus =>
        Received is { } frame ? frame.IsEmpty ? WebSocketCloseStatus.NormalClosure : (WebSocketCloseStatus)frame.Code : null;

    public override string? CloseStatusDescription => Received?.Reason;

    /// <summary>Whether this end has closed, in order. A close frame that answers a broken rule is news that the caller has not read yet.</summary>
    private static bool IsClosedHere(CloseState state) => state switch
    {
        CloseState.Sent => true,
        CloseState.Exchanged exchanged => exchanged.By == EndedBy.Local,
        CloseState.Failed failed => !AnswersBrokenRule(failed.Frame, failed.Why.Cause),
        CloseState.Ended { Record: { EndedBy: EndedBy.Local, Sent: { } sent, Cause: var cause } } => !AnswersBrokenRule(sent, cause),
        _ => false,
    };

    /// <summary>RFC 6455 7.1.7. A rule that is broken behind an ordinary close has that one's code.</summary>
    private static bool AnswersBrokenRule(CloseFrame sent, CloseCause cause) => (cause, sent.IsEmpty ? 0 : sent.Code) is
        (CloseCause.ProtocolViolation, CloseCodes.ProtocolError)
        or (CloseCause.UnsupportedData, CloseCodes.UnsupportedData)
        or (CloseCause.InvalidData, CloseCodes.InvalidFramePayloadData)
        or (CloseCause.MessageTooBig, CloseCodes.MessageTooBig);

    /// <summary>The peer's close frame, once the caller was told of it.</summary>
    private CloseFrame? Received => _told == Told.Close ? ReceivedByNow : null;

    private CloseFrame? ReceivedByNow => _driver.Engine.State switch
    {
        CloseState.Unanswered u => u.Frame,
        CloseState.Exchanged x => x.Received,
        CloseState.Ended e => e.Record.Received,
        _ => null,
    };

    // ---- receiving ----

    public override async Task<WebSocketReceiveResult> ReceiveAsync(ArraySegment<byte> buffer, CancellationToken cancellationToken)
    {
        Misuse.CheckSegment(buffer, nameof(buffer));
        ValueWebSocketReceiveResult result = await ReceiveAsync(buffer.AsMemory(), cancellationToken).ConfigureAwait(SimulationContext.IsCurrent);
        return result.MessageType == WebSocketMessageType.Close
            ? new WebSocketReceiveResult(0, WebSocketMessageType.Close, true, CloseStatus, CloseStatusDescription)
            : new WebSocketReceiveResult(result.Count, result.MessageType, result.EndOfMessage);
    }

    public override ValueTask<ValueWebSocketReceiveResult> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (RefusalToReceive() is { } refusal) return ValueTask.FromException<ValueWebSocketReceiveResult>(refusal);
        if (cancellationToken.IsCancellationRequested)
        {
            Cancel();
            return ValueTask.FromCanceled<ValueWebSocketReceiveResult>(cancellationToken);
        }

        try
        {
            if (!_pieces.TryReceive(buffer, cancellationToken, out MessagePiece? received, out short wait))
                return new ValueTask<ValueWebSocketReceiveResult>(this, wait);
            return received is { } piece ? new ValueTask<ValueWebSocketReceiveResult>(ResultOf(piece)) : EndedAsync();
        }
        catch (InvalidOperationException e)
        {
            return ValueTask.FromException<ValueWebSocketReceiveResult>(e);
        }
    }

    ValueWebSocketReceiveResult IValueTaskSource<ValueWebSocketReceiveResult>.GetResult(short token)
    {
        try
        {
            return _pieces.GetResult(token) is { } piece ? ResultOf(piece) : End();
        }
        catch (OperationCanceledException) when (_left == Left.Not)
        {
            Cancel();
            throw;
        }
    }

    ValueTaskSourceStatus IValueTaskSource<ValueWebSocketReceiveResult>.GetStatus(short token) => _pieces.GetStatus(token);

    void IValueTaskSource<ValueWebSocketReceiveResult>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _pieces.OnCompleted(continuation, state, token, flags);

    private ValueTask<ValueWebSocketReceiveResult> EndedAsync()
    {
        try
        {
            return new ValueTask<ValueWebSocketReceiveResult>(End());
        }
        catch (Exception e)
        {
            return ValueTask.FromException<ValueWebSocketReceiveResult>(e);
        }
    }

    private ValueWebSocketReceiveResult End()
    {
        TellEnd();
        return Received is null ? throw Overtaken() : new ValueWebSocketReceiveResult(0, WebSocketMessageType.Close, true);
    }

    private static ValueWebSocketReceiveResult ResultOf(MessagePiece piece) => new(
        piece.Count,
        piece.Kind == WebSocketMessageKind.Text ? WebSocketMessageType.Text : WebSocketMessageType.Binary,
        piece.EndsMessage);

    // ---- sending ----

    public override Task SendAsync(ArraySegment<byte> buffer, WebSocketMessageType messageType, bool endOfMessage, CancellationToken cancellationToken)
    {
        Misuse.CheckSegment(buffer, nameof(buffer));
        return SendAsync(buffer.AsMemory(), messageType, endOfMessage, cancellationToken).AsTask();
    }

    public override ValueTask SendAsync(ReadOnlyMemory<byte> buffer, WebSocketMessageType messageType, bool endOfMessage,
        CancellationToken cancellationToken) =>
        SendAsync(buffer, messageType, endOfMessage ? WebSocketMessageFlags.EndOfMessage : WebSocketMessageFlags.None, cancellationToken);

    public override ValueTask SendAsync(ReadOnlyMemory<byte> buffer, WebSocketMessageType messageType, WebSocketMessageFlags messageFlags,
        CancellationToken cancellationToken = default)
    {
        Misuse.CheckType(messageType, nameof(messageType));
        if (RefusalToSend() is { } refusal) return ValueTask.FromException(refusal);
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled(cancellationToken);
        var kind = messageType == WebSocketMessageType.Text ? WebSocketMessageKind.Text : WebSocketMessageKind.Binary;
        bool ends = (messageFlags & WebSocketMessageFlags.EndOfMessage) != 0;
        bool compressible = (messageFlags & WebSocketMessageFlags.DisableCompression) == 0;
        ValueTask sent = ends && !_insideMessage
            ? _driver.Sending.SendAsync((WebSocketOpcode)kind, buffer, cancellationToken, compressible)
            : SendPieceAsync(kind, buffer, ends, compressible, cancellationToken);
        return sent.IsCompletedSuccessfully ? default : SentAsync(sent);
    }

    /// <summary>One frame of a message of several.</summary>
    private ValueTask SendPieceAsync(WebSocketMessageKind kind, ReadOnlyMemory<byte> buffer, bool ends, bool compressible, CancellationToken cancellationToken)
    {
        bool begins = !_insideMessage;
        if (!begins && _message!.Compressible != compressible) return ValueTask.FromException(Misuse.CompressionChanges());
        if (begins && (_message is null || _message.Kind != kind || _message.Compressible != compressible))
            _message = new MessageWriteStream(_driver, kind, compressible);
        MessageWriteStream message = _message!;
        _insideMessage = !ends;
        ValueTask turn = begins ? _driver.Sending.BeginMessageAsync(message, cancellationToken) : default;
        return turn.IsCompletedSuccessfully
            ? _driver.Sending.WritePartAsync(message, buffer, ends, cancellationToken)
            : InTurnAsync(turn, message, buffer, ends, cancellationToken);
    }

    private async ValueTask InTurnAsync(ValueTask turn, MessageWriteStream message, ReadOnlyMemory<byte> buffer, bool ends, CancellationToken cancellationToken)
    {
        try
        {
            await turn.ConfigureAwait(SimulationContext.IsCurrent);
        }
        catch
        {
            // The message has not begun.
            _insideMessage = false;
            throw;
        }

        try
        {
            await _driver.Sending.WritePartAsync(message, buffer, ends, cancellationToken).ConfigureAwait(SimulationContext.IsCurrent);
        }
        catch (OperationCanceledException)
        {
            // The message has begun, and what comes next would go on with it.
            Cut();
            throw;
        }
    }

    // Not pooled, because a caller may block on it: a task of the pool that is asked too early goes back there, and is another's send by then.
    private async ValueTask SentAsync(ValueTask sent)
    {
        try
        {
            // One that is cancelled before it has begun is taken out, and the connection goes on.
            await sent.ConfigureAwait(SimulationContext.IsCurrent);
        }
        catch (WebSocketClosedException)
        {
            throw Overtaken();
        }
    }

    // ---- the end ----

    public override async Task CloseOutputAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken)
    {
        CloseFrame frame = Misuse.CheckClose(closeStatus, statusDescription, _driver.Role, Received);
        if (RefusalToClose() is { } refusal) throw refusal;
        cancellationToken.ThrowIfCancellationRequested();
        await CloseOutputAsync(frame, cancellationToken).ConfigureAwait(SimulationContext.IsCurrent);
    }

    public override async Task CloseAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken)
    {
        CloseFrame frame = Misuse.CheckClose(closeStatus, statusDescription, _driver.Role, Received);
        if (RefusalToClose(orWait: true) is { } refusal) throw refusal;
        cancellationToken.ThrowIfCancellationRequested();
        await CloseOutputAsync(frame, cancellationToken).ConfigureAwait(SimulationContext.IsCurrent);
        // What still comes is the receive's that waits, and else nobody's.
        _pieces.Discard();
        await Within(_pieces.WhenOver(), cancellationToken).ConfigureAwait(SimulationContext.IsCurrent);
        TellEnd();
        if (Received is null) throw Overtaken();
    }

    public override void Abort()
    {
        if (State is WebSocketState.Closed or WebSocketState.Aborted) return;
        _left = Left.Aborted;
        _driver.Abort(EndReason.Aborted);
    }

    /// <summary>Closes with 1001 where no close was begun, answers the peer's where it is not answered, and leaves the rest to the connection.</summary>
    public override void Dispose()
    {
        if (_left != Left.Not) return;
        _left = Left.Disposed;
        Leave(EndReason.Disposed);
    }

    private async Task CloseOutputAsync(CloseFrame frame, CancellationToken cancellationToken)
    {
        _hasClosed = true;
        _driver.BeginClose(frame, EndReason.Requested);
        await Within(_driver.Sending.WhenCloseIsOut(), cancellationToken).ConfigureAwait(SimulationContext.IsCurrent);
        // Behind the peer's own close nobody waits for ours.
        if (ReceivedByNow is null && (_driver.Engine.Record is { } record ? record.Sent is null : !_driver.Engine.CloseIsOut)) throw Overtaken();
    }

    private async Task Within(Task task, CancellationToken cancellationToken)
    {
        try
        {
            await task.WaitAsync(cancellationToken).ConfigureAwait(SimulationContext.IsCurrent);
        }
        catch (OperationCanceledException)
        {
            Cancel();
            throw;
        }
    }

    /// <summary>A cancelled call is the end of the connection, as its callers expect. The peer is told, where the stream still takes it.</summary>
    private void Cancel()
    {
        if (_left == Left.Aborted) return;
        _left = Left.Aborted;
        Leave(EndReason.CallCancelled);
    }

    /// <summary>A send that has begun was cancelled: the peer takes nothing, so nothing can be said to it.</summary>
    public void Cut()
    {
        _left = Left.Aborted;
        _driver.Abort(EndReason.CallCancelled);
    }

    private void Leave(EndReason why)
    {
        if (_driver.Sending.IsInsideMessage)
        {
            // What waits in the middle of a message cannot be said to the end, and nothing behind it.
            _driver.Abort(why);
            return;
        }

        _driver.Receiver.StopReadingByHand();
        (CloseFrame frame, EndReason because) = Farewell?.Invoke() ?? (new CloseFrame(CloseCodes.GoingAway, why.Text), why);
        _driver.BeginClose(frame, because, takeBack: true);
    }

    /// <summary>Whoever has left is told nothing more.</summary>
    private void TellEnd()
    {
        if (_left == Left.Not && _told == Told.Nothing) _told = ReceivedByNow is null ? Told.Loss : Told.Close;
    }

    // ---- what is refused ----

    private WebSocketException? RefusalToReceive() =>
        _left != Left.Not || _told != Told.Nothing ? Misuse.InvalidState(State, WebSocketState.Open, WebSocketState.CloseSent) : null;

    private WebSocketException? RefusalToSend()
    {
        if (_left == Left.Not && _driver.TakesSends) return null;
        WebSocketState state = State;
        return state is WebSocketState.Open or WebSocketState.CloseReceived
            ? Misuse.Ended(_driver.RecordSoFar)
            : Misuse.InvalidState(state, WebSocketState.Open, WebSocketState.CloseReceived);
    }

    private WebSocketException? RefusalToClose(bool orWait = false) => State switch
    {
        WebSocketState.Open or WebSocketState.CloseReceived => null,
        WebSocketState.CloseSent when orWait => null,
        var state => Misuse.InvalidState(state, WebSocketState.Open, WebSocketState.CloseReceived, WebSocketState.CloseSent),
    };

    /// <summary>What a call meets that the end overtakes.</summary>
    private Exception Overtaken() => _left == Left.Aborted ? Misuse.WasAborted() : Misuse.Ended(_driver.RecordSoFar);
}
