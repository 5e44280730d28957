using Cierre.Closing;
using Cierre.Transports;

namespace Cierre.Connections;

internal sealed partial class ConnectionDriver
{
    /// <summary>Begins an ordinary closing handshake behind the messages already sent; no move where a close was begun before.</summary>
    public void BeginClose(CloseFrame frame, CloseWhy why)
    {
        bool wake;
        lock (_gate)
        {
            _engine.Close(frame, why, _transport, Now);
            wake = AfterClosing();
        }

        if (wake) _inbox.Wake();
        Flush();
    }

    /// <summary>Cancelled, on the pool, as soon as a close is begun by either side or the connection is lost.</summary>
    public CancellationToken Closing
    {
        get
        {
            lock (_gate)
            {
                if (_closing is null)
                {
                    _closing = new CancellationTokenSource();
                    if (!_engine.IsOpen) _closing.Cancel();
                }

                return _closing.Token;
            }
        }
    }

    /// <summary>Closes for a rule of the application's, such as JSON that does not parse.</summary>
    public void BeginClose(Violation violation) => BeginClose(violation.Frame, violation.Why);

    /// <summary>Ends at once: nothing is sent.</summary>
    public void Abort(CloseWhy why)
    {
        bool wake;
        TransportEnd? held;
        lock (_gate)
        {
            // The transport is gone, or on its way.
            if (_engine.Record is not null) return;
            _engine.EndOfStream(why, Now);
            wake = AfterClosing(letGo: false);
            _transport.DropStaged();
            held = _heldEnd;
        }

        if (wake) _inbox.Wake();
        _transport.Abort();
        if (held is { } end) Finish(end);
    }

    /// <summary>Closes once what the transport already holds was taken in, handed out and answered; an idle connection at once.</summary>
    public void BeginDrain(CloseFrame frame, CloseWhy why)
    {
        lock (_gate) _drain ??= new CloseInput.Request(frame, why);
        TryDrain();
    }

    private void TryDrain()
    {
        CloseInput.Request? drain;
        lock (_gate)
        {
            drain = _drain;
            if (drain is null || _batchThread != 0 || !_inbox.IsIdle || _transport.HasUnread) return;
            _drain = null;
        }

        // What the kernel has handed over may still be on its way to us through the pool: look once more behind it.
        ThreadPool.UnsafeQueueUserWorkItem(
            static state =>
            {
                (ConnectionDriver driver, CloseInput.Request drain) = state;
                lock (driver._gate)
                {
                    if (driver._batchThread != 0 || !driver._inbox.IsIdle || driver._transport.HasUnread)
                    {
                        driver._drain = drain;
                        return;
                    }
                }

                driver.BeginClose(drain.Frame, drain.Why);
            },
            (this, drain),
            preferLocal: false);
    }
}
