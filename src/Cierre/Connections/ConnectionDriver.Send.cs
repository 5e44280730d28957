using System.Buffers;
using System.Text;
using Cierre.Protocol;

namespace Cierre.Connections;

internal sealed partial class ConnectionDriver
{
    /// <summary>Sends one message. It is copied before this returns, or kept by reference until the task completes.</summary>
    /// <param name="compressible">Whether it may be compressed, where that was agreed on.</param>
    public ValueTask SendAsync(Opcode kind, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken, bool compressible = true)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled(cancellationToken);
        PendingSend? pending = null;
        bool later = false;
        lock (_gate)
        {
            if (Refusal() is { } closed) return ValueTask.FromException(closed);
            if (payload.Length <= FrameWriter.MaxPayload && GoesAtOnce(payload.Length))
            {
                _engine.WriteData(_transport, kind, fin: true, payload.Span, BatchNow, compressible);
                if (InBatch && _batchGoesOn && _transport.Staged < SendHighWater) return default;
            }
            else if (Buffer.Policy == SlowReaderPolicy.Wait)
            {
                pending = new PendingSend(kind, payload, final: true) { Compressible = compressible, Token = cancellationToken };
                _outbox.EnqueueForRoom(pending, Buffer, _transport.Backlog);
            }
            else
            {
                later = true;
            }
        }

        return later ? SendLater(kind, payload.Span, compressible) : Sent(pending);
    }

    /// <summary>Sends a text. Its bytes are made when there is room for them: here and now where it goes out at once, else in its turn.</summary>
    public ValueTask SendAsync(string text, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled(cancellationToken);
        int most = Encoding.UTF8.GetMaxByteCount(text.Length);
        bool maySuit = most <= FrameWriter.MaxPayload || Buffer.Policy != SlowReaderPolicy.Wait;
        byte[] utf8 = maySuit ? ArrayPool<byte>.Shared.Rent(most) : [];
        int length = maySuit ? Encoding.UTF8.GetBytes(text, utf8) : 0;
        PendingSend? pending = null;
        bool later = false;
        try
        {
            lock (_gate)
            {
                if (Refusal() is { } closed) return ValueTask.FromException(closed);
                if (maySuit && length <= FrameWriter.MaxPayload && GoesAtOnce(length))
                {
                    _engine.WriteData(_transport, Opcode.Text, fin: true, utf8.AsSpan(0, length), BatchNow);
                    if (InBatch && _batchGoesOn && _transport.Staged < SendHighWater) return default;
                }
                else if (Buffer.Policy == SlowReaderPolicy.Wait)
                {
                    pending = new PendingSend(text) { Token = cancellationToken };
                    _outbox.EnqueueForRoom(pending, Buffer, _transport.Backlog);
                }
                else
                {
                    later = true;
                }
            }

            return later ? SendLater(Opcode.Text, utf8.AsSpan(0, length), compressible: true) : Sent(pending);
        }
        finally
        {
            if (maySuit) ArrayPool<byte>.Shared.Return(utf8);
        }
    }

    /// <summary>Begins a message of many fragments, when the messages before it are out. Other messages wait until it ends.</summary>
    public async ValueTask<MessageWriteStream> OpenMessageAsync(WebSocketMessageKind kind, CancellationToken cancellationToken, bool compressible = true)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var stream = new MessageWriteStream(this, kind, compressible);
        PendingSend? pending = null;
        lock (_gate)
        {
            if (Refusal() is { } closed) throw closed;
            if (_outbox.IsFree)
            {
                _outbox.BeginStream(stream);
            }
            else
            {
                pending = new PendingSend(default, default, final: false) { Token = cancellationToken, Stream = stream };
                if (Buffer.Policy == SlowReaderPolicy.Wait) _outbox.EnqueueForRoom(pending, Buffer, _transport.Backlog);
                else _outbox.Enqueue(pending);
            }
        }

        await Sent(pending).ConfigureAwait(SimulationContext.IsCurrent);
        return stream;
    }

    public ValueTask WritePartAsync(MessageWriteStream stream, ReadOnlyMemory<byte> payload, bool final, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled(cancellationToken);
        PendingSend? pending = null;
        lock (_gate)
        {
            if (!_outbox.IsStreaming(stream) || Refusal() is not null)
            {
                // The end of a message that a close cut off is no news; a further piece is.
                return final ? default : ValueTask.FromException(Refusal() ?? new WebSocketClosedException(Known()));
            }

            pending = new PendingSend((Opcode)stream.Kind, payload, final) { Compressible = stream.Compressible, Token = cancellationToken };
            if (!_outbox.TryEnqueuePart(pending)) throw new InvalidOperationException("A write to this message is already waiting: one write at a time.");
        }

        return Sent(pending);
    }

    public Task<TimeSpan> PingAsync(CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled<TimeSpan>(cancellationToken);
        Task<TimeSpan> answered;
        lock (_gate)
        {
            if (Refusal() is { } closed) return Task.FromException<TimeSpan>(closed);
            TimeSpan now = Now;
            answered = _pings.Add(_engine.WritePing(_transport, now), now);
        }

        Flush();
        return answered.WaitAsync(cancellationToken);
    }

    private WebSocketClosedException? Refusal() =>
        _engine.IsOpen && _brokenEnd is null ? null : new WebSocketClosedException(Known());

    /// <inheritdoc cref="Known"/>
    public CloseRecord RecordAsKnown
    {
        get
        {
            lock (_gate) return Known();
        }
    }

    /// <summary>The record, or what can be said of it by now.</summary>
    private CloseRecord Known() => _engine.Record ?? _engine.RecordAsKnown(Now, _brokenEnd is { } broken ? CauseOfEnd.Of(broken) : null);

    private ValueTask Sent(PendingSend? pending)
    {
        Flush();
        if (pending is null) return default;
        ValueTask task = pending.Task;
        if (!task.IsCompleted && pending.Token.CanBeCanceled) RegisterCancellation(pending);
        return task;
    }

    /// <summary>A send that has not begun is taken out whole; one that has is finished first.</summary>
    private void RegisterCancellation(PendingSend pending)
    {
        CancellationTokenRegistration registration = pending.Token.UnsafeRegister(
            static (state, _) =>
            {
                (ConnectionDriver driver, PendingSend send) = ((ConnectionDriver, PendingSend))state!;
                driver.Cancel(send);
            },
            (this, pending));
        lock (_gate)
        {
            pending.Registration = registration;
            if (pending.Task.IsCompleted) registration.Unregister();
        }
    }

    private void Cancel(PendingSend send)
    {
        lock (_gate)
        {
            if (_outbox.Remove(send))
            {
                send.Fail(new OperationCanceledException(send.Token));
                // Whoever waits behind it for room waits for it no more.
                _outbox.TakeWhatHasRoom(Buffer, _transport.Backlog);
            }
        }

        // Our close frame may have waited for just this one.
        Flush();
    }
}
