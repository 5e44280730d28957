using System.Buffers;
using System.Text;
using Cierre.Closing;
using Cierre.Connections;
using Cierre.Deflate;
using Cierre.Protocol;
using Cierre.Transports;

namespace Cierre.Sending;

/// <summary>What goes out: sends and broadcasts into the output or the outbox, pings, and behind them our close frame.</summary>
internal sealed class SendingSide(ConnectionDriver driver, DeflateTerms? deflate)
{
    /// <summary>How much may be staged or under way before a send waits: await is backpressure.</summary>
    public const int HighWater = 64 * 1024;

    private readonly WebSocketProtocol _engine = driver.Engine;
    private readonly Transport _transport = driver.Transport;
    private readonly Lock _gate = driver.Gate;

    private Outbox _outbox;
    private PingWaiters _pings;
    private TaskCompletionSource? _closeIsOut;

    /// <summary>What waits. Under the lock.</summary>
    public ref Outbox Outbox => ref _outbox;

    /// <summary>What was agreed on compression; null: none.</summary>
    public DeflateTerms? Deflate => deflate;

    public BroadcastSends Broadcasts => new(this, driver);

    public Flusher Flusher { get; } = new(driver);

    /// <summary>How much may wait for the peer; set before the start.</summary>
    public SendBuffer Buffer { get; set; } = new(int.MaxValue, SlowReaderPolicy.Wait);

    /// <summary>How long a broadcast waits for room; set before the start.</summary>
    public TimeSpan BroadcastTimeout { get; set; } = Timeout.InfiniteTimeSpan;

    /// <summary>Bytes of messages that wait, and of frames that the kernel does not have yet.</summary>
    public long QueuedBytes
    {
        get
        {
            lock (_gate) return Waiting;
        }
    }

    /// <summary>Whether something that was sent is not with the kernel yet.</summary>
    public bool IsSending
    {
        get
        {
            lock (_gate) return _transport.Backlog != 0 || !_outbox.IsFree;
        }
    }

    /// <summary>A message has begun, and its rest waits for the peer to take what was written.</summary>
    public bool IsInsideMessage
    {
        get
        {
            lock (_gate) return _outbox.HasBegun;
        }
    }

    /// <inheritdoc cref="QueuedBytes"/>
    public long Waiting => _transport.Backlog + _outbox.Bytes;

    /// <summary>Nothing waits that could still be written. Under the lock.</summary>
    public bool IsIdle => _outbox.IsIdle;

    /// <summary>When something must have gone out. Under the lock.</summary>
    public TimeSpan Deadline => _outbox.Deadline < Flusher.Deadline ? _outbox.Deadline : Flusher.Deadline;

    /// <summary>Completes when our close frame is with the kernel, or cannot get there any more.</summary>
    public Task WhenCloseIsOut()
    {
        lock (_gate)
        {
            if (_engine.CloseIsOut || _engine.Record is not null || !driver.ReachesPeer) return Task.CompletedTask;
            return (_closeIsOut ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    /// <summary>Called where a send is cancelled that has begun, which is finished first; null: nobody minds. Set before the start.</summary>
    public Action? CancelledTooLate { get; set; }

    public void Flush() => Flusher.Flush();

    // ---- the application's side ----

    /// <summary>Sends one message. It is copied before this returns, or kept by reference until the task completes.</summary>
    /// <param name="compressible">Whether it may be compressed, where that was agreed on.</param>
    public ValueTask SendAsync(WebSocketOpcode kind, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken, bool compressible = true)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled(cancellationToken);
        AwaitedSend? pending = null;
        bool later = false;
        lock (_gate)
        {
            if (Refusal() is { } closed) return ValueTask.FromException(closed);
            if (payload.Length <= FrameWriter.MaxPayload && GoesAtOnce(payload.Length))
            {
                if (WriteNow(kind, payload.Span, compressible)) return default;
            }
            else if (Buffer.Policy == SlowReaderPolicy.Wait)
            {
                pending = new AwaitedSend(kind, payload, final: true) { Compressible = compressible, Token = cancellationToken };
                _outbox.EnqueueForRoom(pending, Buffer, _transport.Backlog);
            }
            else
            {
                later = true;
            }
        }

        return later ? SendLater(kind, payload.Span, compressible) : Sent(pending);
    }

    /// <summary>Sends one message in its turn, and waits for that whatever the policy for slow readers says. It is kept by reference until the task
    /// completes.</summary>
    public ValueTask SendInTurnAsync(WebSocketOpcode kind, ReadOnlyMemory<byte> payload)
    {
        var pending = new AwaitedSend(kind, payload, final: true) { Compressible = true };
        lock (_gate)
        {
            if (Refusal() is { } closed) return ValueTask.FromException(closed);
            _outbox.EnqueueForRoom(pending, Buffer, _transport.Backlog);
        }

        return Sent(pending);
    }

    /// <summary>Sends one message where there is room for it: it goes at once, or is copied and waits.</summary>
    /// <returns>False: there is none, or nothing is taken any more; nothing was sent.</returns>
    public bool TrySend(WebSocketOpcode kind, ReadOnlySpan<byte> payload)
    {
        lock (_gate)
        {
            if (!driver.TakesOutput) return false;
            if (payload.Length <= FrameWriter.MaxPayload && GoesAtOnce(payload.Length))
            {
                if (WriteNow(kind, payload, compressible: true)) return true;
            }
            else
            {
                if (!Buffer.HasRoom(Waiting, payload.Length)) return false;
                _outbox.Enqueue(new UnawaitedSend(kind, Buffers.SharedBytes.CopyOf(payload), compressible: true));
            }
        }

        FlushEnqueued();
        return true;
    }

    /// <summary>Takes a message of a session, however much waits: the session holds both sides to what may be ahead. What is not taken any more the session
    /// keeps.</summary>
    /// <returns>Whether it is to be sent off now: no batch goes on that does so.</returns>
    public bool Post(WebSocketOpcode kind, ReadOnlySpan<byte> message, bool compressible)
    {
        lock (_gate)
        {
            if (!driver.TakesOutput) return false;
            if (message.Length <= FrameWriter.MaxPayload && _outbox.IsFree && _transport.Backlog < HighWater)
                return !WriteNow(kind, message, compressible);
            _outbox.Enqueue(new UnawaitedSend(kind, Buffers.SharedBytes.CopyOf(message), compressible));
            return !driver.Receiving.BatchGoesOn;
        }
    }

    /// <summary>Sends a text. Its bytes are made when there is room for them: here and now where it goes out at once, else in its turn.</summary>
    /// <param name="compressible">Whether it may be compressed, where that was agreed on.</param>
    public ValueTask SendAsync(string text, CancellationToken cancellationToken, bool compressible = true)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled(cancellationToken);
        int most = Encoding.UTF8.GetMaxByteCount(text.Length);
        bool maySuit = most <= FrameWriter.MaxPayload || Buffer.Policy != SlowReaderPolicy.Wait;
        byte[] utf8 = maySuit ? ArrayPool<byte>.Shared.Rent(most) : [];
        int length = maySuit ? Encoding.UTF8.GetBytes(text, utf8) : 0;
        AwaitedSend? pending = null;
        bool later = false;
        try
        {
            lock (_gate)
            {
                if (Refusal() is { } closed) return ValueTask.FromException(closed);
                if (maySuit && length <= FrameWriter.MaxPayload && GoesAtOnce(length))
                {
                    if (WriteNow(WebSocketOpcode.Text, utf8.AsSpan(0, length), compressible)) return default;
                }
                else if (Buffer.Policy == SlowReaderPolicy.Wait)
                {
                    pending = new AwaitedSend(text) { Compressible = compressible, Token = cancellationToken };
                    _outbox.EnqueueForRoom(pending, Buffer, _transport.Backlog);
                }
                else
                {
                    later = true;
                }
            }

            return later ? SendLater(WebSocketOpcode.Text, utf8.AsSpan(0, length), compressible) : Sent(pending);
        }
        finally
        {
            if (maySuit) ArrayPool<byte>.Shared.Return(utf8);
        }
    }

    /// <summary>Begins a message of many fragments, when the messages before it are out. Other messages wait until it ends.</summary>
    public ValueTask BeginMessageAsync(MessageWriteStream stream, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled(cancellationToken);
        AwaitedSend pending;
        lock (_gate)
        {
            if (Refusal() is { } closed) return ValueTask.FromException(closed);
            if (_outbox.IsFree)
            {
                _outbox.BeginStream(stream);
                return default;
            }

            pending = new AwaitedSend(default, default, final: false) { Token = cancellationToken, Stream = stream };
            if (Buffer.Policy == SlowReaderPolicy.Wait) _outbox.EnqueueForRoom(pending, Buffer, _transport.Backlog);
            else _outbox.Enqueue(pending);
        }

        return Sent(pending);
    }

    public ValueTask WritePartAsync(MessageWriteStream stream, ReadOnlyMemory<byte> payload, bool final, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled(cancellationToken);
        AwaitedSend? pending = null;
        lock (_gate)
        {
            if (!_outbox.IsStreaming(stream) || Refusal() is not null)
            {
                // The end of a message that a close cut off is no news; a further piece is.
                return final ? default : ValueTask.FromException(Refusal() ?? new WebSocketClosedException(driver.Known()));
            }

            if (payload.Length > FrameWriter.MaxPayload || _transport.Backlog >= HighWater || !_outbox.WritesPart(stream, final, out WebSocketOpcode opcode))
            {
                pending = new AwaitedSend((WebSocketOpcode)stream.Kind, payload, final) { Compressible = stream.Compressible, Token = cancellationToken };
                if (!_outbox.TryEnqueuePart(pending)) throw new InvalidOperationException("A write to this message is already waiting: one write at a time.");
            }
            else
            {
                _engine.WriteData(_transport, opcode, final, payload.Span, driver.Receiving.BatchNow, stream.Compressible);
                if (driver.Receiving.BatchGoesOn && _transport.Staged < HighWater) return default;
            }
        }

        return Sent(pending);
    }

    public Task<TimeSpan> PingAsync(CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled<TimeSpan>(cancellationToken);
        Task<TimeSpan> answered;
        lock (_gate)
        {
            // After the peer's close frame no pong comes, though data may still be sent.
            if (!driver.IsOpen || Refusal() is not null) return Task.FromException<TimeSpan>(new WebSocketClosedException(driver.Known()));
            TimeSpan now = driver.Now;
            answered = _pings.Add(_engine.WritePing(_transport, now), now);
        }

        Flush();
        return answered.WaitAsync(cancellationToken);
    }

    /// <summary>Sends off what was posted; a handler's own connection does so when its batch of input is used up.</summary>
    public void FlushEnqueued()
    {
        if (!driver.Receiving.BatchGoesOn) Flush();
    }

    // ---- the core's side, under the lock ----

    /// <summary>Writes what waited for room: answers to pings, sends, and behind them our close frame.</summary>
    public Afterwards WriteWaiting(TimeSpan now)
    {
        if (_transport.Backlog < HighWater) _engine.WriteOwedPong(_transport, now);
        // What would be written is dropped where nothing reaches the peer, and whoever sent it is told why and not that it went out.
        if (!_engine.OutputIsDone && driver.ReachesPeer) _outbox.Drain(_engine, _transport, Buffer, HighWater, Flusher.WritesUntil, now);
        return _engine.OwesClose && _outbox.IsIdle ? driver.Apply(_engine.WriteOwedClose(_transport, now)) : default;
    }

    /// <summary>Our close frame is out, or never will be.</summary>
    public void ReportClose() => _closeIsOut?.TrySetResult();

    public void DropQueued(CloseRecord known) => _outbox.Fail(known);

    public void TakeBackQueued(CloseRecord known) => _outbox.TakeBack(known);

    public void DropPings(CloseRecord known) => _pings.Fail(known);

    /// <summary>The peer answered this ping, and with it all before.</summary>
    public void Answered(ulong number, TimeSpan now) => _pings.Answer(number, now);

    /// <summary>Closes for a peer that does not take what waits for it, or no broadcast in time.</summary>
    public Afterwards Tick(TimeSpan now)
    {
        Violation? violation = Flusher.Tick(now);
        bool overdue = _outbox.Deadline <= now;
        if (overdue) violation ??= Violations.BroadcastNotTaken(BroadcastTimeout);
        if (violation is not null && driver.TakesOutput)
        {
            _outbox.NoteSlow();
            return driver.Apply(_engine.Break(violation, _transport, now, takesBack: true));
        }

        if (overdue)
        {
            _outbox.NoteSlow(now);
            _outbox.TakeBack(driver.Known(), now);
        }

        return default;
    }

    private WebSocketClosedException? Refusal() => driver.TakesOutput ? null : new WebSocketClosedException(driver.Known());

    /// <summary>Nothing is before it. Where a message may be dropped it is staged only if it leaves at once: what is staged cannot be taken back.</summary>
    public bool GoesAtOnce(int bytes) =>
        _outbox.IsFree
        && _transport.Backlog < Math.Min(HighWater, Buffer.Limit)
        && (Buffer.Policy == SlowReaderPolicy.Wait ? Buffer.HasRoom(_transport.Backlog, bytes) : !Flusher.IsFlushing);

    /// <summary>True: it leaves with what the batch brings.</summary>
    private bool WriteNow(WebSocketOpcode kind, ReadOnlySpan<byte> payload, bool compressible)
    {
        _engine.WriteData(_transport, kind, fin: true, payload, driver.Receiving.BatchNow, compressible);
        return driver.Receiving.BatchGoesOn && _transport.Staged < HighWater;
    }

    /// <summary>Applies a policy that does not wait to a message that would; how many older ones were dropped for it.</summary>
    public int MakeRoom(int bytes, out Violation? violation)
    {
        violation = null;
        long waiting = Waiting;
        if (Buffer.HasRoom(waiting, bytes)) return 0;
        if (Buffer.Policy == SlowReaderPolicy.Close)
        {
            violation = Violations.SlowReader(Buffer.Limit);
            return 0;
        }

        int dropped = _outbox.MakeRoom(waiting + bytes - Buffer.Limit);
        _engine.CountDropped(dropped);
        return dropped;
    }

    /// <summary>A send that waits for nothing: the message is copied, and waits alone.</summary>
    private ValueTask SendLater(WebSocketOpcode kind, ReadOnlySpan<byte> payload, bool compressible)
    {
        Violation? violation;
        lock (_gate)
        {
            if (Refusal() is { } closed) return ValueTask.FromException(closed);
            MakeRoom(payload.Length, out violation);
            if (violation is null) _outbox.Enqueue(new UnawaitedSend(kind, Buffers.SharedBytes.CopyOf(payload), compressible));
        }

        if (violation is null)
        {
            FlushEnqueued();
            return default;
        }

        driver.BeginClose(violation, takeBack: true);
        lock (_gate) return ValueTask.FromException(new WebSocketClosedException(driver.Known()));
    }

    private ValueTask Sent(AwaitedSend? pending)
    {
        Flush();
        if (pending is null) return default;
        ValueTask task = pending.Task;
        if (!task.IsCompleted && pending.Token.CanBeCanceled) RegisterCancellation(pending);
        return task;
    }

    /// <summary>A send that has not begun is taken out whole; one that has is finished first.</summary>
    private void RegisterCancellation(AwaitedSend pending)
    {
        CancellationTokenRegistration registration = pending.Token.UnsafeRegister(
            static (state, _) =>
            {
                (SendingSide side, AwaitedSend send) = ((SendingSide, AwaitedSend))state!;
                side.Cancel(send);
            },
            (this, pending));
        lock (_gate)
        {
            pending.Registration = registration;
            if (pending.Task.IsCompleted) registration.Unregister();
        }
    }

    private void Cancel(AwaitedSend send)
    {
        bool late;
        lock (_gate)
        {
            // Whoever minds takes one that is about to be written for one that is.
            late = (CancelledTooLate is not null && _outbox.IsNext(send)) || !_outbox.Remove(send);
            if (!late)
            {
                send.Fail(new OperationCanceledException(send.Token));
                // Whoever waits behind it for room waits for it no more.
                _outbox.TakeWhatHasRoom(Buffer, _transport.Backlog);
            }
        }

        if (late && !send.Task.IsCompleted) CancelledTooLate?.Invoke();
        // Our close frame may have waited for just this one.
        Flush();
    }
}
