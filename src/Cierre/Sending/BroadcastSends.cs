using System.Buffers;
using Cierre.Closing;
using Cierre.Connections;
using Cierre.Protocol;

namespace Cierre.Sending;

/// <summary>What one connection does with a message of a broadcast.</summary>
internal readonly struct BroadcastSends(SendingSide side, ConnectionDriver driver)
{
    // Up to here a copy costs less than a place in the outbox.
    private const int SmallBroadcast = 4096;

    /// <summary>Takes one message of a broadcast, or lets it wait for room; <see cref="SendingSide.FlushEnqueued"/> sends it off.</summary>
    public EnqueueResult Enqueue(BroadcastMessage message, WebSocketConnection receiver)
    {
        Violation? violation;
        int dropped;
        lock (driver.Gate)
        {
            if (!driver.TakesOutput) return EnqueueResult.Closed;
            if (side.GoesAtOnce(message.Length) && !side.Flusher.IsFlushing && WriteAtOnce(message)) return EnqueueResult.Taken;
            if (side.Buffer.Policy == SlowReaderPolicy.Wait) return WaitForRoom(message, receiver);
            dropped = side.MakeRoom(message.Length, out violation);
            if (violation is null) side.Outbox.Enqueue(Queued(message));
        }

        if (violation is null && dropped == 0) return EnqueueResult.Taken;
        message.SlowOnes().Add(receiver);
        if (violation is null) return EnqueueResult.TakenForOlder;
        driver.BeginClose(violation, takeBack: true);
        return EnqueueResult.Closed;
    }

    /// <summary>Takes it where next to nothing waits: whoever hands it out has it yet, and comes again. What it waits behind is no more than the transport
    /// takes at a time.</summary>
    public EnqueueResult TryEnqueue(BroadcastMessage message)
    {
        lock (driver.Gate)
        {
            if (!driver.TakesOutput) return EnqueueResult.Closed;
            if (side.GoesAtOnce(message.Length) && !side.Flusher.IsFlushing && WriteAtOnce(message)) return EnqueueResult.Taken;
            long waiting = side.Waiting;
            if (waiting > 0 && waiting + message.Length > Math.Min(side.Buffer.Limit, SendingSide.HighWater)) return EnqueueResult.Waits;
            // Whoever has it yet counts on it: nothing drops it in silence.
            OutboxEntry queued = Queued(message, mayDrop: false);
            if (side.Outbox.TakesNext(queued, side.Buffer, driver.Transport.Backlog)) return EnqueueResult.Taken;
            // Framed, it is a little larger; or something waits that was not taken.
            queued.Complete();
            return EnqueueResult.Waits;
        }
    }

    /// <summary>Behind what waits already: what comes later does not overtake it.</summary>
    private EnqueueResult WaitForRoom(BroadcastMessage message, WebSocketConnection receiver)
    {
        OutboxEntry queued = Queued(message);
        if (side.Outbox.TakesNext(queued, side.Buffer, driver.Transport.Backlog)) return EnqueueResult.Taken;
        bool bounded = side.BroadcastTimeout != Timeout.InfiniteTimeSpan;
        SlowReceivers slow = message.SlowOnes();
        slow.Expect();
        TimeSpan takenBy = bounded ? driver.Now + side.BroadcastTimeout : TimeSpan.MaxValue;
        side.Outbox.EnqueueForRoom(new WaitingBroadcast(queued, takenBy, receiver, slow), side.Buffer, driver.Transport.Backlog);
        if (bounded) driver.Schedule(side.BroadcastTimeout);
        return EnqueueResult.Waits;
    }

    private bool WriteAtOnce(BroadcastMessage message)
    {
        TimeSpan now = driver.Receiving.BatchNow;
        if (FramesOf(message) is not { } frames)
        {
            if (message.Length > FrameWriter.MaxPayload) return false;
            driver.Engine.WriteData(driver.Transport, message.Opcode, fin: true, message.Payload, now, message.Compressible);
            return true;
        }

        bool lies = driver.Transport.Backlog == 0 && !driver.Receiving.InBatch;
        if (frames.Length > (lies ? frames.FrameAt(0) : SmallBroadcast)) return false;
        // Where it lies, though it be small: thousands of copies at a time are more than a pool of arrays keeps.
        if (lies) driver.Transport.StageShared(frames.Bytes, frames.Bytes.Memory);
        else driver.Transport.Write(frames.Bytes.Memory.Span);
        driver.Engine.CountFrame(frames, last: true, now);
        return true;
    }

    private OutboxEntry Queued(BroadcastMessage message, bool mayDrop = true)
    {
        if (FramesOf(message) is not { } frames) return new UnawaitedSend(message.Opcode, message.Bytes.Share(), message.Compressible, mayDrop);
        frames.Bytes.Share();
        return new FramedSend(frames, mayDrop);
    }

    /// <summary>Frames that others send as well; null where each connection makes its own: a client masks, and what is compressed with context takeover
    /// depends on what went before.</summary>
    private FramedMessage? FramesOf(BroadcastMessage message) => driver.Role == WebSocketRole.Client ? null : message.FramesFor(side.Deflate);
}
