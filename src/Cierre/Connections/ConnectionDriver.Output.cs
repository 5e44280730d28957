using System.Diagnostics.CodeAnalysis;
using Cierre.Closing;
using Cierre.Protocol;
using Cierre.Scheduling;
using Cierre.Transports;

namespace Cierre.Connections;

/// <summary>What goes out: one flush at a time, and after the last frame the end of our direction.</summary>
internal sealed partial class ConnectionDriver
{
    /// <summary>Bytes of messages, without framing, that the transport took.</summary>
    public long PayloadTaken => Volatile.Read(ref _payloadTaken);

    /// <summary>Called after a flush in which <see cref="PayloadTaken"/> grew, outside the lock; nothing of the application's may run in it.</summary>
    public Action? PayloadWasTaken { get; set; }

    /// <summary>Sends what is staged, unless a flush is under way: that one goes on with it.</summary>
    [SuppressMessage("Reliability", "CA2012", Justification = "Consumed once, by EndFlush, when it has completed: no state machine per flush.")]
    private void Flush()
    {
        while (true)
        {
            lock (_gate)
            {
                if (_flushing) return;
                WriteOwed(BatchNow);
                if (_brokenEnd is not null) _transport.DropStaged();
                if (_transport.Staged == 0)
                {
                    if (!WritesLater()) ShutdownIfDone();
                    return;
                }

                _flushing = true;
                bool all = _transport.BeginFlush();
                _flushHasClose = all && !_engine.IsOpen && !_engine.OwesClose;
                if (all) _payloadFlushing = _engine.PayloadWritten;
                if (all && !_engine.IsOpen) _engine.OutputLeaving(Now);
            }

            // Whoever sends may be a window: what follows a flush must not wait for its thread.
            _flush = BeginFlush().ConfigureAwait(SimulationContext.IsCurrent).GetAwaiter();
            if (!_flush.IsCompleted)
            {
                _flush.UnsafeOnCompleted(_flushDone);
                WatchOutput();
                return;
            }

            EndFlush();
        }
    }

    /// <summary>More could be written, but that is for the next turn: compressing what waits for a fast peer may take long, and others wait for the thread and for the lock.</summary>
    private bool WritesLater()
    {
        if (_engine.Work < _writesUntil || _engine.FramesDone || _outbox.IsIdle) return false;
        if (_writesLater) return true;
        _writesLater = true;
        _transport.PostTurn(this);
        return true;
    }

    /// <summary>Our turn to write.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        lock (_gate)
        {
            _writesLater = false;
            _writesUntil = _engine.Work + Turn.Budget;
        }

        Flush();
    }

    /// <summary>How long a peer may take nothing while something waits for it; zero or less: as long as it likes. Set before <see cref="Start"/>.</summary>
    public TimeSpan SendTimeout
    {
        init => (_sendTimeout, _output) = (value, new OutputWatch(value));
    }

    private void WatchOutput()
    {
        TimeSpan next;
        lock (_gate)
        {
            TimeSpan now = Now;
            if (!_flushing || !_output.Begin(now, _transport.Progress)) return;
            next = _output.Deadline - now;
        }

        _wheel.Schedule(this, next);
    }

    /// <summary>Closes for a peer that does not take what waits for it, or no broadcast in time. Under the lock.</summary>
    private void CloseForSlowness(TimeSpan now)
    {
        Violation? violation = null;
        if (_output.IsWatched && _output.IsStuck(_flushing, now, () => _transport.Progress))
        {
            violation = _transport.Acknowledged is null ? Violations.NoSendCompleted(_sendTimeout) : Violations.NothingTaken(_sendTimeout);
        }

        bool overdue = _outbox.Deadline <= now;
        if (overdue) violation ??= Violations.BroadcastNotTaken(BroadcastTimeout);
        if (violation is null) return;
        if (_engine.IsOpen && _brokenEnd is null)
        {
            _engine.Break(violation, _transport, now);
            _outbox.TakeBack(Known(), slow: true);
        }
        else if (overdue)
        {
            _outbox.TakeBack(Known(), slow: true, now);
        }
    }

    private ValueTask BeginFlush()
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

    /// <summary>The kernel took its time. One flush leads to the next, and none to the context of whoever sent first.</summary>
    private void FlushDone() => NoContext.Run(
        static state =>
        {
            var driver = (ConnectionDriver)state!;
            driver.EndFlush();
            driver.Flush();
        },
        this);

    private void EndFlush()
    {
        TransportEnd? broken = null, ended = null;
        bool resume, taken = false;
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
            _flushing = false;
            if (_output.IsWatched) _output.Moved(Now);
            _transport.EndFlush();
            if (broken is { } end)
            {
                BreakOutput(end);
            }
            else
            {
                taken = _payloadTaken != _payloadFlushing;
                _payloadTaken = _payloadFlushing;
                // A close frame staged before this flush began is out; one staged since is in the next.
                if (_flushHasClose) _engine.OutputTaken(Now);
            }

            ended = TakeEnded();
            resume = !_engine.IsOpen && !AnswerIsComing && !_engine.IsViolated;
        }

        if (taken) PayloadWasTaken?.Invoke();
        if (resume) _transport.Resume();
        if (ended is { } last) Finish(last);
    }

    /// <summary>Nothing goes out any more. What the peer sent before is still read, its close frame perhaps; the wait for its end is bounded.</summary>
    private void BreakOutput(TransportEnd end)
    {
        // A send that fails after the end is what the end did to it: nothing is left to wait for.
        if (_engine.Record is not null) return;
        bool known = _brokenEnd is not null;
        _brokenEnd ??= end;
        if (!known) Tell(TransportEventKind.SendFailed, end.Exception);
        _outbox.Fail(Known());
        _transport.DropStaged();
        if (known) return;
        _brokenDeadline = Now + _closeTimeout;
        _wheel.Schedule(this, _closeTimeout);
        if (_engine.IsViolated)
        {
            // No answer gets out any more. Nobody is to be woken: the reader is busy, or was told.
            _engine.Answered(_transport, Now);
            AfterClosing();
        }
        else if (_paused)
        {
            Listen();
        }
    }

    /// <summary>Writes what waited for room: answers to pings, sends, and behind them our close frame. Under the lock.</summary>
    private void WriteOwed(TimeSpan now)
    {
        if (_transport.Backlog < SendHighWater) _engine.WriteOwedPong(_transport, now);
        if (!_engine.FramesDone) _outbox.Drain(_engine, _transport, Buffer, SendHighWater, _writesUntil, now);
        if (!_engine.OwesClose || !_outbox.IsIdle) return;
        _engine.WriteOwedClose(_transport, now);
        if (!_engine.FramesDone)
        {
            _outbox.Fail(Known());
            return;
        }

        // A failure that waited for the answers to what came before it.
        DropWaiting();
        if (_paused) Listen();
    }

    /// <summary>The server ends its direction first (RFC 6455 7.1.1); a client does so only where it failed the connection.</summary>
    private void ShutdownIfDone()
    {
        if (_shutdown || !_engine.FramesDone || _engine.Record is not null) return;
        if (_engine.Role == Role.Client && _engine.State is not CloseState.Failed) return;
        _shutdown = true;
        Tell(TransportEventKind.ShutDown);
        // Posted: TLS writes its close_notify, and an HTTP/2 stream ends its pump.
        _transport.Post(static transport => _ = ((Transport)transport!).ShutdownSendAsync().AsTask());
    }
}
