using System.Threading.Tasks.Sources;
using Cierre.Buffers;
using Cierre.Callbacks;
using Cierre.Connections;
using Cierre.Protocol;
using Cierre.Scheduling;

namespace Cierre.Receiving;

/// <summary>Whole messages, for a reader that takes one after the other, or one as a stream.</summary>
/// <remarks>A message that is handed out lies in a buffer of its own until the next receive, so the transport never waits for the application.</remarks>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Reliability", "CA1001", Justification = "The stream is its reader's to dispose.")]
internal sealed class MessageInbox(Lock gate, ConnectionCore core) : ReaderInbox(gate, core), IValueTaskSource<bool>, IValueTaskSource<WebSocketMessage?>
{
    private PooledBuffer _lent;
    private WebSocketOpcode _lentKind;
    private bool _isLent;
    private bool _isOut;
    private int _loan;
    private Queue<Parked>? _parked;
    private int _parkedBytes;
    private OfTopics? _ofTopics;

    private MessageReadStream? _stream;
    private PooledBuffer _parts;
    private int _partsRead;
    private bool _partsEnded;
    private bool _skipping;

    public override bool IsFull(int heldByEngine) =>
        Waits == Waiting.ForNothing && !HasEnded && !_skipping && _parkedBytes + heldByEngine + _parts.Length - _partsRead >= HighWater;

    /// <summary>Counts the receives: a message of an earlier one lies in memory that is another's now.</summary>
    public int Loan => _loan;

    public override int UnreadBytes => _parkedBytes - MessageOverhead * (_parked?.Count ?? 0) + _parts.Length - _partsRead;

    public override (int Messages, long Bytes) Untaken => LentTopic is null
        ? ((_parked?.Count ?? 0) - (_ofTopics?.Messages ?? 0) + (_isOut ? 1 : 0), UnreadBytes - (_ofTopics?.Bytes ?? 0) + (_isLent ? _lent.Length : 0))
        : ((_parked?.Count ?? 0) - _ofTopics!.Messages, UnreadBytes - _ofTopics.Bytes);

    /// <summary>The topic of the message that the reader has.</summary>
    public string? LentTopic => _ofTopics?.Lent;

    public override int TopicBytes => _ofTopics is { } topics ? topics.Bytes + (MessageOverhead * topics.Messages) : 0;

    public override bool IsIdle => !_isLent && _stream is null && _parked is not { Count: > 0 };

    public override bool IsBusy => Waits == Waiting.ForNothing && (_isOut || _parked is { Count: > 0 });

    public override bool WantsParts => Waits == Waiting.ForStream || _skipping || (_stream is not null && !_partsEnded);

    // ---- the engine's side; true: wake the reader, outside the lock ----

    public override bool Deliver(in ProtocolEvent message)
    {
        if (Waits == Waiting.ForMessage)
        {
            message.MoveTo(ref _lent);
            _lentKind = message.MessageKind;
            _isLent = _isOut = true;
            if (message.Topic is { } topic) (_ofTopics ??= new OfTopics()).Lent = topic;
            return StopWaiting();
        }

        var parked = new Parked { Kind = message.MessageKind, Topic = message.Topic };
        message.MoveTo(ref parked.Data);
        _parkedBytes += parked.Data.Length + MessageOverhead;
        if (parked.Topic is not null) (_ofTopics ??= new OfTopics()).Add(1, parked.Data.Length);
        (_parked ??= new Queue<Parked>()).Enqueue(parked);
        return Waits == Waiting.ForStream && StopWaiting();
    }

    public override bool DeliverPart(in ProtocolEvent part)
    {
        bool wakes = false;
        if (Waits == Waiting.ForStream)
        {
            _stream = new MessageReadStream(Core, (WebSocketMessageKind)part.MessageKind);
            _isOut = true;
            wakes = true;
        }

        if (_skipping)
        {
            part.Drop();
            if (part.Last) _skipping = false;
            return false;
        }

        DropRead();
        if (_parts.IsEmpty)
        {
            part.MoveTo(ref _parts);
        }
        else
        {
            if (_partsRead >= HighWater)
            {
                // A reader that never takes quite all: what is read must not pile up.
                _parts.DropFirst(_partsRead);
                _partsRead = 0;
            }

            part.AppendTo(ref _parts);
        }

        _partsEnded = part.Last;
        return (wakes || Waits == Waiting.ForPart) && StopWaiting();
    }

    // ---- the reader's side ----

    /// <summary>Gives back the last message and takes the next: true if there is one or the end is here, so that nobody waits.</summary>
    public bool TryReceive(out bool any)
    {
        GiveBack();
        any = TakeParked();
        return any || HasEnded;
    }

    public ValueTask<WebSocketMessage?> WaitForMessage(CancellationToken token)
    {
        Wait(Waiting.ForMessage, token);
        return new ValueTask<WebSocketMessage?>(this, Waiter.Version);
    }

    public ValueTask<bool> WaitForNext(CancellationToken token)
    {
        Wait(Waiting.ForMessage, token);
        return new ValueTask<bool>(this, Waiter.Version);
    }

    /// <summary>Takes the next message as a stream, if there is one or the end is here.</summary>
    public bool TryReceiveStream(out MessageReadStream? stream)
    {
        GiveBack();
        stream = OpenParked();
        return stream is not null || HasEnded;
    }

    public ValueTask<bool> WaitForStream(CancellationToken token)
    {
        Wait(Waiting.ForStream, token);
        return new ValueTask<bool>(this, Waiter.Version);
    }

    /// <summary>The stream that a woken reader waited for; null at the end.</summary>
    public MessageReadStream? TakeStream() => _stream ?? OpenParked();

    public WebSocketMessage? Current => _isLent ? Lent : null;

    /// <summary>The message that the reader has; the default where it has none.</summary>
    public WebSocketMessage Lent => _isLent ? new WebSocketMessage((WebSocketMessageKind)_lentKind, _lent.Memory, this, _loan) : default;

    /// <summary>Copies what a stream has; -1: it has to wait; 0: its end. A connection that ended in the middle of it is the caller's to report.</summary>
    /// <exception cref="ObjectDisposedException">The stream was given up: an end of it would look like that of the message.</exception>
    public int ReadPart(MessageReadStream stream, Span<byte> destination, out bool cutOff)
    {
        cutOff = false;
        ObjectDisposedException.ThrowIf(!ReferenceEquals(stream, _stream), stream);
        ReadOnlySpan<byte> available = _parts.Span[_partsRead..];
        if (available.IsEmpty)
        {
            if (_partsEnded) return 0;
            cutOff = HasEnded;
            return cutOff ? 0 : -1;
        }

        int count = Math.Min(available.Length, destination.Length);
        available[..count].CopyTo(destination);
        _partsRead += count;
        if (_partsRead == _parts.Length)
        {
            _parts.Release();
            _partsRead = 0;
        }

        return count;
    }

    public ValueTask<bool> WaitForPart(CancellationToken token)
    {
        Wait(Waiting.ForPart, token);
        return new ValueTask<bool>(this, Waiter.Version);
    }

    /// <summary>The reader is done with a stream; what is left of its message is skipped. True: wake its read, outside the lock.</summary>
    public bool CloseStream(MessageReadStream stream)
    {
        if (!ReferenceEquals(stream, _stream)) return false;
        _stream = null;
        _skipping = !_partsEnded && !HasEnded;
        _parts.Release();
        _partsRead = 0;
        _partsEnded = false;
        return Waits == Waiting.ForPart && StopWaiting();
    }

    /// <summary>What was read of a stream would pile up under a reader that is always a little behind.</summary>
    private void DropRead()
    {
        if (_partsRead < HighWater / 2) return;
        _parts.Memory[_partsRead..].CopyTo(_parts.Memory);
        _parts.Advance(-_partsRead);
        _partsRead = 0;
    }

    private void GiveBack()
    {
        CheckOne();
        if (_stream is not null) CloseStream(_stream);
        _isLent = _isOut = false;
        if (_ofTopics is { } topics) topics.Lent = null;
        _loan++;
        _lent.Release();
    }

    private bool TakeParked()
    {
        if (_parked is not { Count: > 0 }) return false;
        Parked parked = _parked.Dequeue();
        _parkedBytes -= parked.Data.Length + MessageOverhead;
        if (parked.Topic is not null) _ofTopics!.Lend(parked.Topic, parked.Data.Length);
        _lent.TakeFrom(ref parked.Data);
        _lentKind = parked.Kind;
        _isLent = _isOut = true;
        return true;
    }

    /// <summary>For another kind of reader: what lies here, piece by piece.</summary>
    /// <exception cref="InvalidOperationException">A receive waits, or a message or stream of the last one is still in use.</exception>
    public void MoveTo(PieceInbox pieces)
    {
        CheckOne();
        if (_isLent || _stream is not null || _skipping) throw new InvalidOperationException("A message is still being read.");
        while (TakeParked())
        {
            pieces.Add(_lentKind, _lent.Span, last: true);
            GiveBack();
        }
    }

    private MessageReadStream? OpenParked()
    {
        if (_parked is not { Count: > 0 }) return null;
        Parked parked = _parked.Dequeue();
        _parkedBytes -= parked.Data.Length + MessageOverhead;
        if (parked.Topic is not null) _ofTopics!.Lend(parked.Topic, parked.Data.Length);
        _parts.TakeFrom(ref parked.Data);
        _partsEnded = true;
        _isOut = true;
        return _stream = new MessageReadStream(Core, (WebSocketMessageKind)parked.Kind);
    }

    bool IValueTaskSource<bool>.GetResult(short token)
    {
        Unclaim(token);
        Waiter.GetResult(token);
        return _isLent;
    }

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => Waiter.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        Waiter.OnCompletedGuarded(continuation, state, token, flags, inPlace: !HasContext);

    WebSocketMessage? IValueTaskSource<WebSocketMessage?>.GetResult(short token)
    {
        Unclaim(token);
        Waiter.GetResult(token);
        return Current;
    }

    ValueTaskSourceStatus IValueTaskSource<WebSocketMessage?>.GetStatus(short token) => Waiter.GetStatus(token);

    void IValueTaskSource<WebSocketMessage?>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        Waiter.OnCompletedGuarded(continuation, state, token, flags, inPlace: !HasContext);

    private struct Parked
    {
        public WebSocketOpcode Kind;
        public PooledBuffer Data;
        public string? Topic;
    }

    /// <summary>What a client's session has of topics: the two sides do not count it, and the window of the session does not bound it.</summary>
    private sealed class OfTopics
    {
        public int Messages { get; private set; }

        public int Bytes { get; private set; }

        public string? Lent { get; set; }

        public void Add(int messages, int bytes) => (Messages, Bytes) = (Messages + messages, Bytes + bytes);

        public void Lend(string topic, int bytes)
        {
            Add(-1, -bytes);
            Lent = topic;
        }
    }
}
