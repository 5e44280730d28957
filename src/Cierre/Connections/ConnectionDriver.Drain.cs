using Cierre.Closing;

namespace Cierre.Connections;

/// <summary>Ending a connection in order: what had come by then is handed out and answered first.</summary>
internal sealed partial class ConnectionDriver
{
    // What the layers between the kernel and us can hold: Kestrel's buffer of a connection, or the window of an HTTP/2 stream.
    private const int MostInBetween = 1024 * 1024;

    // What the kernel has handed over may still be on its way to us through the pool: one look may be too early, and a second right behind it.
    private const int QuietLooks = 2;

    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(20);

    /// <summary>Closes once what the transport already holds was taken in, handed out and answered; an idle connection at once.</summary>
    public void BeginDrain(CloseFrame frame, CloseWhy why)
    {
        lock (_gate) _drain ??= new DrainState(frame, why) { BytesLeft = _transport.Unread + MostInBetween };
        TryDrain();
    }

    public void Looked(bool any)
    {
        LookedForLife();
        lock (_gate)
        {
            if (_drain is not { Looking: true } drain) return;
            drain.Looking = false;
            drain.Quiet = any ? 0 : drain.Quiet + 1;
            if (!_transport.LooksAreExact) drain.NextLook = Now + LookAgain;
        }

        TryDrain();
    }

    private void TryDrain()
    {
        DrainState? drain;
        lock (_gate)
        {
            drain = _drain;
            if (drain is null || _batchThread != 0 || !_inbox.IsIdle) return;
            if (drain.BytesLeft > 0)
            {
                if (drain.Looking) return;
                if (_transport.Unread != 0)
                {
                    // It will wake us; but half a TLS record, or bytes of another HTTP/2 stream, will not.
                    drain.Quiet = 0;
                    _wheel.Schedule(this, LookAgain);
                    return;
                }

                if (drain.Quiet < QuietLooks)
                {
                    if (drain.NextLook - Now is var rest && rest > TimeSpan.Zero)
                    {
                        _wheel.Schedule(this, rest);
                        return;
                    }

                    drain.Looking = true;
                    _transport.Post(static transport => ((Transports.Transport)transport!).Look());
                    return;
                }
            }

            _drain = null;
        }

        BeginClose(drain.Frame, drain.Why);
    }

    /// <summary>A drain under way. Guarded by the connection's lock; the bytes belong to the transport's thread.</summary>
    private sealed class DrainState(CloseFrame frame, CloseWhy why)
    {
        public CloseFrame Frame => frame;

        public CloseWhy Why => why;

        /// <summary>How much may still be what came before the drain: what comes after it is not read until the close is begun, and then dropped.</summary>
        public long BytesLeft { get; set; }

        public bool Looking { get; set; }

        public int Quiet { get; set; }

        public TimeSpan NextLook { get; set; }
    }
}
