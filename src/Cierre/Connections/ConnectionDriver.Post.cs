using System.Buffers;
using Cierre.Closing;
using Cierre.Protocol;

namespace Cierre.Connections;

/// <summary>What is sent without waiting, and what a slow reader's buffer makes of it.</summary>
internal sealed partial class ConnectionDriver
{
    // Up to here a copy costs less than a place in the outbox.
    private const int SmallBroadcast = 4096;

    /// <summary>How much may wait for the peer; set before <see cref="Start"/>.</summary>
    public SendBuffer Buffer { get; init; } = new(int.MaxValue, SlowReaderPolicy.Wait);

    /// <summary>How long a broadcast waits for room; set before <see cref="Start"/>.</summary>
    public TimeSpan BroadcastTimeout { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>Bytes of messages that wait, and of frames that the kernel does not have yet.</summary>
    public long QueuedBytes
    {
        get
        {
            lock (_gate) return Waiting;
        }
    }

    private long Waiting => _transport.Backlog + _outbox.Bytes;

    /// <summary>Nothing is before it. Where a message may be dropped it is staged only if it leaves at once: what is staged cannot be taken back.</summary>
    private bool GoesAtOnce(int bytes) =>
        _outbox.IsFree
        && _transport.Backlog < Math.Min(SendHighWater, Buffer.Limit)
        && (Buffer.Policy == SlowReaderPolicy.Wait ? Buffer.HasRoom(_transport.Backlog, bytes) : !_flushing);

    /// <summary>Takes one message of a broadcast, or lets it wait for room; <see cref="Leave"/> sends it off.</summary>
    public Posted Post(BroadcastMessage message, WebSocketConnection receiver)
    {
        Violation? violation;
        int dropped;
        lock (_gate)
        {
            if (!_engine.IsOpen || _brokenEnd is not null) return Posted.Closed;
            if (GoesAtOnce(message.Length) && !_flushing && WriteAtOnce(message)) return Posted.Taken;
            if (Buffer.Policy == SlowReaderPolicy.Wait) return WaitForRoom(message, receiver);
            dropped = MakeRoom(message.Length, out violation);
            if (violation is null) _outbox.Enqueue(Queued(message));
        }

        if (violation is null && dropped == 0) return Posted.Taken;
        message.SlowOnes().Add(receiver);
        if (violation is null) return Posted.TakenForOlder;
        BeginClose(violation, takeBack: true);
        return Posted.Closed;
    }

    /// <summary>Behind what waits already: what comes later does not overtake it. Under the lock.</summary>
    private Posted WaitForRoom(BroadcastMessage message, WebSocketConnection receiver)
    {
        Outgoing queued = Queued(message);
        if (_outbox.TakesNext(queued, Buffer, _transport.Backlog)) return Posted.Taken;
        bool bounded = BroadcastTimeout != Timeout.InfiniteTimeSpan;
        SlowReceivers slow = message.SlowOnes();
        slow.Expect();
        _outbox.EnqueueForRoom(new WaitingBroadcast(queued, bounded ? Now + BroadcastTimeout : TimeSpan.MaxValue, receiver, slow), Buffer, _transport.Backlog);
        if (bounded) _wheel.Schedule(this, BroadcastTimeout);
        return Posted.Waits;
    }

    /// <summary>Sends off what was posted; a handler's own connection does so when its batch of input is used up.</summary>
    public void Leave()
    {
        if (!(InBatch && _batchGoesOn)) Flush();
    }

    private bool WriteAtOnce(BroadcastMessage message)
    {
        if (FramesOf(message) is not { } frames)
        {
            if (message.Length > FrameWriter.MaxPayload) return false;
            _engine.WriteData(_transport, message.Opcode, fin: true, message.Payload, BatchNow, message.Compressible);
            return true;
        }

        bool lies = _transport.Backlog == 0 && !InBatch;
        if (frames.Length > (lies ? frames.FrameAt(0) : SmallBroadcast)) return false;
        // Where it lies, though it be small: thousands of copies at a time are more than a pool of arrays keeps.
        if (lies) _transport.StageShared(frames.Bytes, frames.Bytes.Memory);
        else _transport.Write(frames.Bytes.Memory.Span);
        _engine.CountFrame(frames, last: true, BatchNow);
        return true;
    }

    private Outgoing Queued(BroadcastMessage message)
    {
        if (FramesOf(message) is not { } frames) return new QueuedMessage(message.Opcode, message.Bytes.Share(), message.Compressible);
        frames.Bytes.Share();
        return new QueuedFrames(frames);
    }

    /// <summary>Frames that others send as well; null where each connection makes its own: a client masks, and what is compressed with context takeover depends on what went before.</summary>
    private FramedMessage? FramesOf(BroadcastMessage message) => Role == Role.Client ? null : message.FramesFor(_deflate);

    /// <summary>Applies a policy that does not wait to a message that would; how many older ones were dropped for it. Under the lock.</summary>
    private int MakeRoom(int bytes, out Violation? violation)
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
    private ValueTask SendLater(Opcode kind, ReadOnlySpan<byte> payload, bool compressible)
    {
        Violation? violation;
        lock (_gate)
        {
            if (Refusal() is { } closed) return ValueTask.FromException(closed);
            MakeRoom(payload.Length, out violation);
            if (violation is null) _outbox.Enqueue(new QueuedMessage(kind, Buffers.SharedBytes.CopyOf(payload), compressible));
        }

        if (violation is null)
        {
            Leave();
            return default;
        }

        BeginClose(violation, takeBack: true);
        lock (_gate) return ValueTask.FromException(Refusal()!);
    }
}
