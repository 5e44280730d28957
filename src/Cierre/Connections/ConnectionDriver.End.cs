using Cierre.Closing;
using Cierre.Scheduling;
using Cierre.Transports;

namespace Cierre.Connections;

/// <summary>The end, once: the transport's end becomes the record, whoever waits learns it, and the transport is given back.</summary>
internal sealed partial class ConnectionDriver
{
    private readonly TaskCompletionSource<CloseRecord> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private TransportEnd? _ended;
    private bool _isOver;

    public Task<CloseRecord> Closed => _closed.Task;

    /// <summary>Whether the end is known; <see cref="Closed"/> completes behind that.</summary>
    public bool IsOver => Volatile.Read(ref _isOver);

    public void Ended(TransportEnd end)
    {
        Tell(end);
        lock (_gate)
        {
            // Our close frame is in the flush that is under way: whether it got out decides whether the close was clean.
            if (_flushing && _flushHasClose && _engine.CloseIsUnderWay)
            {
                _ended = end;
                return;
            }
        }

        Finish(end);
    }

    /// <summary>The end that was kept, for one alone: whoever takes it finishes the connection. Under the lock.</summary>
    private TransportEnd? TakeEnded()
    {
        TransportEnd? ended = _ended;
        _ended = null;
        return ended;
    }

    /// <summary>Once. The end is the connection's own business, on whatever thread it is noticed.</summary>
    private void Finish(TransportEnd end) => NoContext.Run(
        static state =>
        {
            (ConnectionDriver driver, TransportEnd end) = ((ConnectionDriver, TransportEnd))state!;
            _ = driver.FinishAsync(end);
        },
        (this, end));

    private async Task FinishAsync(TransportEnd end)
    {
        bool wake;
        CloseRecord record;
        lock (_gate)
        {
            if (_brokenEnd is { } broken
                && (end.Kind == TransportEndKind.Closed || (end.Kind == TransportEndKind.EndOfStream && TransportFault.IsReset(broken))))
            {
                end = broken;
            }

            NoteUnread();
            _engine.EndOfStream(CauseOfEnd.Of(end), Now);
            record = _engine.Record!;
            wake = _inbox.End();
            CancelClosing();
            _outbox.Fail(record);
            _pings.Fail(record);
            _transport.DropStaged();
            _drain = null;
            _brokenDeadline = TimeSpan.MaxValue;
        }

        _wheel.Remove(this);
        await _transport.ReleaseAsync().ConfigureAwait(SimulationContext.IsCurrent);
        TellLetGo();
        Complete(record);
        if (wake) _inbox.Wake();
    }

    /// <summary>The end is known. Who listens and who awaits it are the application's, and may block: neither the deadlines nor a reader wait for
    /// them.</summary>
    private void Complete(CloseRecord record)
    {
        Volatile.Write(ref _isOver, true);
        OnPool.Run(
            (driver: this, record),
            static of =>
            {
                of.driver.Telemetry?.Closed(of.record, of.driver.Counts);
                of.driver._closed.TrySetResult(of.record);
            });
    }
}
