using Cierre.Callbacks;
using Cierre.Closing;

namespace Cierre.Connections;

internal sealed partial class ConnectionDriver
{
    /// <summary>Begins an ordinary closing handshake behind the messages already sent; no move where a close was begun before.</summary>
    /// <param name="takeBack">Whether what waits to be sent, and has not begun, is dropped.</param>
    public void BeginClose(CloseFrame frame, CloseWhy why, bool takeBack = false)
    {
        bool wake;
        lock (_gate)
        {
            // Lost first, and nothing that is decided now can be said any more: the loss is the cause.
            if (_brokenEnd is not null) return;
            bool moves = _engine.IsOpen;
            NoteUnread();
            _engine.Close(frame, why, _transport, Now);
            if (takeBack && moves) _outbox.TakeBack(Known());
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

    /// <summary>Another token that is cancelled with <see cref="Closing"/>, in whose place a handler has it.</summary>
    public CancellationToken ClosingOfHandler { get; set; }

    /// <summary>What was registered with the token runs on the pool, and is the application's.</summary>
    private void CancelClosing()
    {
        if (_closing is { IsCancellationRequested: false } closing) Guarded.Watch(closing.CancelAsync(), CallbackFailed);
    }

    /// <summary>Closes for a rule of the application's, such as JSON that does not parse.</summary>
    /// <inheritdoc cref="BeginClose(CloseFrame, CloseWhy, bool)" path="/param"/>
    public void BeginClose(Violation violation, bool takeBack = false) => BeginClose(violation.Frame, violation.Why, takeBack);

    /// <summary>Ends at once: nothing is sent.</summary>
    public void Abort(CloseWhy why)
    {
        bool wake;
        Transports.TransportEnd? ended;
        lock (_gate)
        {
            // The transport is gone, or on its way.
            if (_engine.Record is not null) return;
            NoteUnread();
            _engine.EndOfStream(why, Now);
            Tell(TransportEventKind.Aborted);
            wake = AfterClosing(letGo: false);
            _transport.DropStaged();
            ended = TakeEnded();
        }

        // Before anything lets go of the transport in order: that would say FIN where RST is due.
        _transport.Abort();
        if (wake) _inbox.Wake();
        if (ended is { } end) Finish(end);
    }
}
