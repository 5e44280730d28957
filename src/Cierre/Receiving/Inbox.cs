using System.Threading.Tasks.Sources;
using Cierre.Buffers;
using Cierre.Callbacks;
using Cierre.Connections;
using Cierre.Protocol;
using Cierre.Scheduling;

namespace Cierre.Receiving;

/// <summary>What came and was not read yet, and the one reader that waits. All members but those of the value task sources run under the connection's
/// lock.</summary>
/// <remarks>A message that is handed out lies in a buffer of its own until the next receive, so the transport never waits for the application.</remarks>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Reliability", "CA1001", Justification = "The stream is its reader's to dispose.")]
internal sealed class Inbox(Lock gate, ConnectionDriver driver) : IValueTaskSource<bool>, IValueTaskSource<WebSocketMessage?>
{
    /// <summary>How much may lie here unread before the transport is asked to pause: the peer then feels it through TCP.</summary>
    public const int HighWater = 64 * 1024;

    // An empty message takes room too.
    private const int MessageOverhead = 64;

    private ManualResetValueTaskSourceCore<bool> _waiter;
    private Waiting _waiting;

    // From the wait until its result is taken: the message lies here for its reader, and for nobody else.
    private bool _claimed;

    // Whoever waits has a context of its own: what completes in that call, be it a task made of ours, calls it.
    private bool _hasContext;

    private CancellationToken _token;
    private CancellationTokenRegistration _registration;

    private PooledBuffer _lent;
    private WebSocketOpcode _lentKind;
    private bool _isLent;
    private bool _isOut;
    private int _loan;
    private Queue<Parked>? _parked;
    private int _parkedBytes;

    private MessageReadStream? _stream;
    private PooledBuffer _parts;
    private int _partsRead;
    private bool _partsEnded;
    private bool _skipping;
    private bool _ended;

    private enum Waiting : byte
    {
        Nobody,
        ForMessage,
        ForStream,
        ForPart,
    }

    /// <summary>Whether the transport should pause: much lies here and nobody asks for it.</summary>
    public bool IsFull(int heldByEngine) =>
        _waiting == Waiting.Nobody && !_ended && !_skipping && _parkedBytes + heldByEngine + _parts.Length - _partsRead >= HighWater;

    /// <summary>Counts the receives: a message of an earlier one lies in memory that is another's now.</summary>
    public int Loan => _loan;

    /// <summary>Bytes of messages that nobody has asked for yet.</summary>
    public int UnreadBytes => _parkedBytes - MessageOverhead * (_parked?.Count ?? 0) + _parts.Length - _partsRead;

    /// <summary>Nothing lies unread and no handed-out message is still in use.</summary>
    public bool IsIdle => !_isLent && _stream is null && _parked is not { Count: > 0 };

    /// <summary>A message lies unread, or its reader has not come back for the next: it may still answer.</summary>
    public bool IsBusy => _waiting == Waiting.Nobody && (_isOut || _parked is { Count: > 0 });

    /// <summary>Whether the coming message is wanted in parts, or was begun so.</summary>
    public bool WantsParts => _waiting == Waiting.ForStream || _skipping || (_stream is not null && !_partsEnded);

    // ---- the engine's side; true: wake the reader, outside the lock ----

    public bool Deliver(in ProtocolEvent message)
    {
        if (_waiting == Waiting.ForMessage)
        {
            message.MoveTo(ref _lent);
            _lentKind = message.MessageKind;
            _isLent = _isOut = true;
            return StopWaiting();
        }

        var parked = new Parked { Kind = message.MessageKind };
        message.MoveTo(ref parked.Data);
        _parkedBytes += parked.Data.Length + MessageOverhead;
        (_parked ??= new Queue<Parked>()).Enqueue(parked);
        return _waiting == Waiting.ForStream && StopWaiting();
    }

    public bool DeliverPart(in ProtocolEvent part)
    {
        bool wakes = false;
        if (_waiting == Waiting.ForStream)
        {
            _stream = new MessageReadStream(driver, (WebSocketMessageKind)part.MessageKind);
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
        return (wakes || _waiting == Waiting.ForPart) && StopWaiting();
    }

    /// <summary>Nothing more comes; what lies here can still be read.</summary>
    public bool End()
    {
        if (_ended) return false;
        _ended = true;
        return _waiting != Waiting.Nobody && StopWaiting();
    }

    /// <summary>Runs the waiting reader: here and now for what it can answer in the same batch, on the pool for everything else, and where a context of its own
    /// is to be called first. Outside the lock.</summary>
    public void Wake(bool inline = false)
    {
        _waiter.RunContinuationsAsynchronously = !inline || _hasContext;
        Guarded.Call(this, static inbox => inbox._waiter.SetResult(true), driver.CallbackFailed);
    }

    // ---- the reader's side ----

    /// <summary>Gives back the last message and takes the next: true if there is one or the end is here, so that nobody waits.</summary>
    public bool TryReceive(out bool any)
    {
        GiveBack();
        any = TakeParked();
        return any || _ended;
    }

    public ValueTask<WebSocketMessage?> WaitForMessage(CancellationToken token)
    {
        Wait(Waiting.ForMessage, token);
        return new ValueTask<WebSocketMessage?>(this, _waiter.Version);
    }

    public ValueTask<bool> WaitForNext(CancellationToken token)
    {
        Wait(Waiting.ForMessage, token);
        return new ValueTask<bool>(this, _waiter.Version);
    }

    /// <summary>Takes the next message as a stream, if there is one or the end is here.</summary>
    public bool TryReceiveStream(out MessageReadStream? stream)
    {
        GiveBack();
        stream = OpenParked();
        return stream is not null || _ended;
    }

    public ValueTask<bool> WaitForStream(CancellationToken token)
    {
        Wait(Waiting.ForStream, token);
        return new ValueTask<bool>(this, _waiter.Version);
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
            cutOff = _ended;
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
        return new ValueTask<bool>(this, _waiter.Version);
    }

    /// <summary>The reader is done with a stream; what is left of its message is skipped. True: wake its read, outside the lock.</summary>
    public bool CloseStream(MessageReadStream stream)
    {
        if (!ReferenceEquals(stream, _stream)) return false;
        _stream = null;
        _skipping = !_partsEnded && !_ended;
        _parts.Release();
        _partsRead = 0;
        _partsEnded = false;
        return _waiting == Waiting.ForPart && StopWaiting();
    }

    /// <summary>What was read of a stream would pile up under a reader that is always a little behind.</summary>
    private void DropRead()
    {
        if (_partsRead < HighWater / 2) return;
        _parts.Memory[_partsRead..].CopyTo(_parts.Memory);
        _parts.Advance(-_partsRead);
        _partsRead = 0;
    }

    private void CheckOne()
    {
        if (_claimed) throw new InvalidOperationException("A receive is already waiting: one receive at a time.");
    }

    private void GiveBack()
    {
        CheckOne();
        if (_stream is not null) CloseStream(_stream);
        _isLent = _isOut = false;
        _loan++;
        _lent.Release();
    }

    private bool TakeParked()
    {
        if (_parked is not { Count: > 0 }) return false;
        Parked parked = _parked.Dequeue();
        _parkedBytes -= parked.Data.Length + MessageOverhead;
        _lent.TakeFrom(ref parked.Data);
        _lentKind = parked.Kind;
        _isLent = _isOut = true;
        return true;
    }

    private MessageReadStream? OpenParked()
    {
        if (_parked is not { Count: > 0 }) return null;
        Parked parked = _parked.Dequeue();
        _parkedBytes -= parked.Data.Length + MessageOverhead;
        _parts.TakeFrom(ref parked.Data);
        _partsEnded = true;
        _isOut = true;
        return _stream = new MessageReadStream(driver, (WebSocketMessageKind)parked.Kind);
    }

    private void Wait(Waiting what, CancellationToken token)
    {
        CheckOne();
        _waiter.Reset();
        _claimed = true;
        _waiting = what;
        _hasContext = CallersContext.IsHere;
        _token = token;
        // A token that is cancelled by now runs its callback here, under the lock, which is its own.
        if (token.CanBeCanceled) _registration = token.UnsafeRegister(static (inbox, token) => ((Inbox)inbox!).Cancel(token), this);
    }

    private bool StopWaiting()
    {
        _waiting = Waiting.Nobody;
        _registration.Unregister();
        _registration = default;
        _token = default;
        return true;
    }

    private void Cancel(CancellationToken token)
    {
        lock (gate)
        {
            if (_waiting == Waiting.Nobody || _token != token) return;
            StopWaiting();
        }

        _waiter.RunContinuationsAsynchronously = true;
        _waiter.SetException(new OperationCanceledException(token));
    }

    private void Unclaim(short token)
    {
        // Throws where the token is not that of this wait.
        if (_waiter.GetStatus(token) == ValueTaskSourceStatus.Pending && !(driver.Receiving.InBatch && GiveUp())) BlockingWait.For(ref _waiter, token);
        _claimed = false;
    }

    /// <summary>The thread that brings the bytes would wait for itself: its wait is over, and what comes is the next receive's. False: another thread is
    /// about to end it.</summary>
    private bool GiveUp()
    {
        lock (gate)
        {
            if (_waiting == Waiting.Nobody) return false;
            StopWaiting();
        }

        _waiter.RunContinuationsAsynchronously = true;
        _waiter.SetException(WaitsForItself());
        return true;
    }

    /// <summary>What a receive throws that blocks the thread which brings what it waits for.</summary>
    public static InvalidOperationException WaitsForItself() =>
        new("This thread brings the connection's bytes, because a receive continues on it, so it must not block until more have come: "
            + "await the receive, or block on another thread.");

    bool IValueTaskSource<bool>.GetResult(short token)
    {
        Unclaim(token);
        _waiter.GetResult(token);
        return _isLent;
    }

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _waiter.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _waiter.OnCompletedGuarded(continuation, state, token, flags, inPlace: !_hasContext);

    WebSocketMessage? IValueTaskSource<WebSocketMessage?>.GetResult(short token)
    {
        Unclaim(token);
        _waiter.GetResult(token);
        return Current;
    }

    ValueTaskSourceStatus IValueTaskSource<WebSocketMessage?>.GetStatus(short token) => _waiter.GetStatus(token);

    void IValueTaskSource<WebSocketMessage?>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _waiter.OnCompletedGuarded(continuation, state, token, flags, inPlace: !_hasContext);

    private struct Parked
    {
        public WebSocketOpcode Kind;
        public PooledBuffer Data;
    }
}
