using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Cierre.Closing;
using Cierre.Connections;
using Cierre.Protocol;
using Cierre.Scheduling;
using Cierre.Transports;

namespace Cierre.Sending;

/// <summary>What is written goes out: one flush at a time, and after the last frame the end of our direction.</summary>
internal sealed class Flusher : IThreadPoolWorkItem
{
    // So many flushes that complete at once, and the next is for another turn: others may send for as long as they like, and whoever flushes would be at it for
    // as long. Of large messages they are as much as the work of a turn.
    private const int FlushesOfTurn = 32;

    private readonly ConnectionDriver _driver;
    private readonly WebSocketProtocol _engine;
    private readonly Transport _transport;
    private readonly Lock _gate;
    private readonly Action _flushDone;

    private ConfiguredValueTaskAwaitable.ConfiguredValueTaskAwaiter _flush;
    private FlushWatch _watch;
    private TimeSpan _sendTimeout;
    private long _payloadFlushing;
    private long _payloadTaken;
    private bool _writesLater;

    public Flusher(ConnectionDriver driver)
    {
        (_driver, _engine, _transport, _gate) = (driver, driver.Engine, driver.Transport, driver.Gate);
        _flushDone = FlushDone;
    }

    /// <summary>A flush is under way. Under the lock.</summary>
    public bool IsFlushing { get; private set; }

    /// <summary>How much work ends our turn to write: <see cref="WebSocketProtocol.Work"/>. Under the lock.</summary>
    public long WritesUntil { get; private set; } = WorkBudget.OfTurn;

    /// <summary>How long a peer may take nothing while something waits for it; zero or less: as long as it likes. Set before the start.</summary>
    public TimeSpan SendTimeout
    {
        set => (_sendTimeout, _watch) = (value, new FlushWatch(value));
    }

    /// <summary>When <see cref="Tick"/> wants to be called. Under the lock.</summary>
    public TimeSpan Deadline => _watch.Deadline;

    /// <summary>Bytes of messages, without framing, that the transport took.</summary>
    public long PayloadTaken => Volatile.Read(ref _payloadTaken);

    /// <summary>Called after a flush in which <see cref="PayloadTaken"/> grew, outside the lock; nothing of the application's may run in it.</summary>
    public Action? PayloadWasTaken { get; set; }

    /// <inheritdoc cref="Flush(TimeSpan?)"/>
    public void Flush() => Flush(null);

    /// <summary>Sends what is staged, unless a flush is under way: that one goes on with it, or leaves it to our turn.</summary>
    /// <param name="now">The time, where it was asked for a moment ago; near enough for what only keeps count of idleness.</param>
    [SuppressMessage("Reliability", "CA2012", Justification = "Consumed once, by EndFlush, when it has completed: no state machine per flush.")]
    public void Flush(TimeSpan? now)
    {
        bool more = true;
        for (int flushed = 0; more; flushed++)
        {
            Afterwards after = default;
            bool flushes = false, later = false;
            lock (_gate)
            {
                if (IsFlushing) return;
                if (flushed == FlushesOfTurn) later = AsksForTurn();
                else after = BeginNext(now ?? _driver.Receiving.BatchNow, out flushes, out later);
            }

            if (!after.IsNothing) _driver.Do(after);
            if (later) _transport.PostTurn(this);
            if (!flushes) return;
            // Whoever sends may be a window: what follows a flush must not wait for its thread.
            _flush = Write().ConfigureAwait(SimulationContext.IsCurrent).GetAwaiter();
            if (!_flush.IsCompleted)
            {
                _flush.UnsafeOnCompleted(_flushDone);
                Watch();
                return;
            }

            more = EndFlush();
        }
    }

    /// <summary>Writes what waits, and begins to flush it where there is anything. Under the lock.</summary>
    /// <param name="later">Whether our turn is to be asked for.</param>
    private Afterwards BeginNext(TimeSpan now, out bool flushes, out bool later)
    {
        later = false;
        Afterwards after = _driver.Sending.WriteWaiting(now);
        if (!_driver.ReachesPeer) _transport.DropStaged();
        flushes = _transport.Staged != 0 && BeginFlush();
        return !flushes && !WritesLater(out later) && _engine.OutputIsDone ? after | _driver.Move(TransportInput.Drained.Instance) : after;
    }

    /// <summary>Whether the peer has taken nothing for too long. Under the lock.</summary>
    public Violation? Tick(TimeSpan now)
    {
        if (!_watch.IsWatched || !_watch.IsStuck(IsFlushing, now, () => _transport.Progress)) return null;
        return _transport.Acknowledged is null ? Violations.NoSendCompleted(_sendTimeout) : Violations.NothingTaken(_sendTimeout);
    }

    /// <summary>Our turn to write.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        lock (_gate)
        {
            _writesLater = false;
            WritesUntil = _engine.Work + WorkBudget.OfTurn;
        }

        Flush();
    }

    /// <summary>More could be written, but that is for the next turn: compressing what waits for a fast peer may take long, and others wait for the thread and
    /// for the lock.</summary>
    /// <param name="begins">Whether the turn is to be asked for.</param>
    private bool WritesLater(out bool begins)
    {
        begins = false;
        if (_engine.Work < WritesUntil || _engine.OutputIsDone || _driver.Sending.IsIdle) return false;
        begins = AsksForTurn();
        return true;
    }

    /// <summary>What there is to do waits for our turn. Under the lock.</summary>
    /// <returns>Whether the turn is to be asked for: it is not under way already.</returns>
    private bool AsksForTurn()
    {
        bool asks = !_writesLater;
        _writesLater = true;
        return asks;
    }

    private bool BeginFlush()
    {
        IsFlushing = true;
        if (!_transport.BeginFlush()) return true;
        _payloadFlushing = _engine.PayloadWritten;
        if (!_engine.IsOpen) _engine.OutputLeaving(_driver.Now);
        return true;
    }

    private ValueTask Write()
    {
        try
        {
            return _transport.FlushAsync();
        }
        catch (Exception e)
        {
            return ValueTask.FromException(e);
        }
    }

    private void Watch()
    {
        TimeSpan next;
        lock (_gate)
        {
            TimeSpan now = _driver.Now;
            if (!IsFlushing || !_watch.Begin(now, _transport.Progress)) return;
            next = _watch.Deadline - now;
        }

        _driver.Schedule(next);
    }

    /// <summary>The kernel took its time. One flush leads to the next, and none to the context of whoever sent first.</summary>
    private void FlushDone() => NoContext.Run(
        static state =>
        {
            var flusher = (Flusher)state!;
            if (flusher.EndFlush()) flusher.Flush();
        },
        this);

    /// <returns>Whether there may be more to do.</returns>
    private bool EndFlush()
    {
        TransportEnd? broken = null;
        bool taken = false, more;
        Afterwards after = default;
        try
        {
            _flush.GetResult();
        }
        catch (Exception e)
        {
            broken = _transport.EndOf(e);
        }

        lock (_gate)
        {
            IsFlushing = false;
            if (_watch.IsWatched) _watch.Moved(_driver.Now);
            _transport.EndFlush();
            if (broken is { } fault)
            {
                after = Break(fault);
            }
            else
            {
                taken = _payloadTaken != _payloadFlushing;
                _payloadTaken = _payloadFlushing;
                if (!_engine.IsOpen) after = _driver.Apply(_engine.OutputTaken(_driver.Now)) | _driver.Move(TransportInput.Flushed.Instance);
            }

            more = broken is not null || !_engine.IsOpen || _engine.OwesPong || _transport.Staged != 0 || !_driver.Sending.IsIdle;
        }

        if (taken) PayloadWasTaken?.Invoke();
        if (!after.IsNothing) _driver.Do(after);
        return more;
    }

    /// <summary>Nothing goes out any more. Under the lock.</summary>
    private Afterwards Break(TransportEnd fault)
    {
        Afterwards after = _driver.Move(new TransportInput.SendFailed(fault));
        // A send that fails after the end is what the end did to it: nothing is left to wait for.
        if (after.IsNothing) return default;
        _driver.Traces.Tell(WebSocketTraceTransportKind.SendFailed, fault.Exception);
        // No answer to what came before a violation gets out. Nobody is to be woken: the reader is busy, or was told.
        return _engine.IsViolated ? after | _driver.Apply(_engine.Answered(_transport, _driver.Now)) : after;
    }
}
