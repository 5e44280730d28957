using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.InteropServices;
using Cierre.Scheduling;

namespace Cierre.Transports;

/// <summary>Pumps a <see cref="PipeReader"/> into a receiver; the sending half is a <see cref="Wire"/>.</summary>
internal sealed class PipeTransport(PipeReader input, Wire wire, PipeScheduler? scheduler = null) : Transport
{
    private readonly RoomSignal _room = new();
    private readonly Lock _gate = new();

    // Null: the pool. The pool's own scheduler would take the caller's context along.
    private readonly PipeScheduler? _scheduler = scheduler == PipeScheduler.ThreadPool ? null : scheduler;
    private ITransportReceiver? _receiver;
    private bool _offering;
    private bool _probing;
    private volatile bool _closing;
    private volatile bool _readingIsOver;
    private volatile bool _shutting;
    private bool _released;

    public override bool ProbesAreExact => false;

    public override int Unread
    {
        get
        {
            try
            {
                return wire.Unread;
            }
            catch (Exception e) when (IsOfTheEnd(e))
            {
                return 0;
            }
        }
    }

    public override long? Arrived
    {
        get
        {
            try
            {
                return wire.Arrived;
            }
            catch (Exception e) when (IsOfTheEnd(e))
            {
                return null;
            }
        }
    }

    public override long? Acknowledged
    {
        get
        {
            try
            {
                return wire.Acknowledged;
            }
            catch (Exception e) when (IsOfTheEnd(e))
            {
                return null;
            }
        }
    }

    public override void Start(ITransportReceiver receiver)
    {
        _receiver = receiver;
        _ = PumpAsync(receiver);
    }

    public override void Resume() => _room.Set();

    public override void PostTurn(IThreadPoolWorkItem turn)
    {
        if (!HandOver(static turn => ((IThreadPoolWorkItem)turn!).Execute(), turn)) base.PostTurn(turn);
    }

    public override void Probe()
    {
        if (wire.CancelsReads)
        {
            CancelRead();
            return;
        }

        // In this order. Where there is something, or the pump is at it, the pump answers.
        Interlocked.Exchange(ref _probing, true);
        if (Unread == 0 && !Volatile.Read(ref _offering) && Interlocked.Exchange(ref _probing, false)) _receiver!.Probed(any: false);
    }

    public override void Post(Action<object?> work)
    {
        if (!HandOver(work, this)) base.Post(work);
    }

    public override ValueTask ShutdownSendAsync()
    {
        if (!wire.ShutsBetweenReads) return new ValueTask(ShutAsync());
        _shutting = true;
        CancelRead();
        return default;
    }

    public override void Close()
    {
        _closing = true;
        _room.Set();
        // Posted: a pipe that continues its reader in place would run the pump here, under the connection's lock.
        Post(static transport => ((PipeTransport)transport!).CancelRead());
    }

    public override void GiveUp()
    {
        wire.GiveUp();
        Close();
    }

    public override void Abort()
    {
        _closing = true;
        lock (_gate)
        {
            // Once released, the wire is somebody else's: a server gives its request to the next connection.
            if (_released) return;
            try
            {
                wire.Abort();
            }
            catch (Exception e) when (IsOfTheEnd(e))
            {
                // It ended by itself in the meantime.
            }
        }

        Close();
    }

    public override async ValueTask ReleaseAsync()
    {
        lock (_gate) _released = true;
        try
        {
            await wire.DisposeAsync().ConfigureAwait(SimulationContext.IsCurrent);
        }
        catch (Exception)
        {
            // Whatever fails in letting go changes nothing any more; without its end the connection would never have one.
        }
    }

    public override TransportEnd EndOf(Exception exception) => wire.EndOf(exception);

    protected override long Taken => wire.Taken;

    protected override ValueTask WriteAsync(ReadOnlyMemory<byte> bytes) => wire.WriteAsync(bytes);

    private static bool IsOfTheEnd(Exception e) =>
        e is IOException or System.Net.Sockets.SocketException or ObjectDisposedException or InvalidOperationException;

    /// <summary>False: the connection has no scheduler of its own. One that it has is the application's code, so it is asked on the pool: our caller may hold
    /// the connection's lock.</summary>
    private bool HandOver(Action<object?> work, object state)
    {
        if (_scheduler is null) return false;
        OnPool.Run(new ScheduledWork(_scheduler, work, state), static work => work.Schedule());
        return true;
    }

    private void CancelRead()
    {
        if (_readingIsOver) return;
        try
        {
            input.CancelPendingRead();
        }
        catch (Exception)
        {
            // The pipe may be the application's, or be completed by now: the pump meets its end.
        }
    }

    private async Task ShutAsync()
    {
        try
        {
            await wire.ShutdownSendAsync().ConfigureAwait(SimulationContext.IsCurrent);
        }
        catch (Exception e) when (IsOfTheEnd(e))
        {
            // The peer is gone; the pump sees the same end.
        }

        if (wire.EndsOnShutdown) Close();
    }

    private async Task PumpAsync(ITransportReceiver receiver)
    {
        TransportEnd end;
        try
        {
            end = await ReadToEndAsync(receiver).ConfigureAwait(SimulationContext.IsCurrent);
        }
        catch (Exception e)
        {
            end = _closing ? TransportEnd.Closed(e) : wire.EndOf(e);
        }

        _readingIsOver = true;
        receiver.Ended(end);
    }

    private async ValueTask<TransportEnd> ReadToEndAsync(ITransportReceiver receiver)
    {
        while (!_closing)
        {
            ReadResult result = await input.ReadAsync().ConfigureAwait(SimulationContext.IsCurrent);
            Volatile.Write(ref _offering, true);
            bool any = !result.Buffer.IsEmpty;
            bool full = Offer(receiver, result.Buffer);
            // A cancelled read is either ours, a probe or the end, or a host that begins to stop; the latter changes nothing for us.
            if (result.IsCanceled && !_closing) receiver.Probed(any);
            if (_shutting)
            {
                // Begun here, between two reads, and not waited for: a peer that writes before it reads must not be waited for by us either.
                _shutting = false;
                _ = ShutAsync();
            }

            // What is left is offered again with the first sign of room: a receiver that is still full says so again.
            for (bool waits = full; !_closing && (waits || receiver.IsHolding); waits = false)
            {
                await _room.WaitAsync().ConfigureAwait(SimulationContext.IsCurrent);
            }

            if (result.IsCompleted && !full) return TransportEnd.EndOfStream;
            // In this order, as in Probe.
            Interlocked.Exchange(ref _offering, false);
            if (Interlocked.Exchange(ref _probing, false)) receiver.Probed(any);
        }

        return TransportEnd.Closed();
    }

    /// <summary>True: the receiver is full and left bytes in the pipe.</summary>
    private bool Offer(ITransportReceiver receiver, ReadOnlySequence<byte> buffer)
    {
        long taken = 0;
        bool full = false;
        if (!buffer.IsEmpty)
        {
            SequencePosition next = buffer.Start;
            while (!full && buffer.TryGet(ref next, out ReadOnlyMemory<byte> segment))
            {
                if (segment.IsEmpty) continue;
                // The pipe's blocks are ours until we advance: payload is unmasked where it lies.
                int count = receiver.Receive(MemoryMarshal.AsMemory(segment), last: taken + segment.Length == buffer.Length);
                taken += count;
                full = count < segment.Length;
            }

            receiver.BatchEnd();
        }

        SequencePosition consumed = buffer.GetPosition(taken);
        input.AdvanceTo(consumed, full ? consumed : buffer.End);
        return full;
    }

    /// <summary>Runs once, on the scheduler; where that refuses, on the pool.</summary>
    private sealed class ScheduledWork(PipeScheduler scheduler, Action<object?> work, object state)
    {
        private int _begun;

        public void Schedule()
        {
            try
            {
                scheduler.Schedule(static work => ((ScheduledWork)work!).Run(), this);
            }
            catch (Exception)
            {
                Run();
            }
        }

        private void Run()
        {
            if (Interlocked.Exchange(ref _begun, 1) == 0) work(state);
        }
    }
}
