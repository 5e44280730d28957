using Cierre.Closing;
using Cierre.Connections;

namespace Cierre.Receiving;

/// <summary>Ends a connection in order: what had come by then is handed out and answered first. Guarded by the connection's lock, but for the bytes, which
/// belong to the transport's thread.</summary>
internal sealed class OrderlyDrain(ConnectionDriver driver, CloseFrame frame, EndReason why)
{
    // What the layers between the kernel and us can hold: Kestrel's buffer of a connection, or the window of an HTTP/2 stream.
    private const int MostInBetween = 1024 * 1024;

    private bool _isProbing;
    private int _quiet;
    private TimeSpan _nextProbe;
    private bool _isOver;

    /// <summary>How much may still be what came before the drain: what comes after it is not read until the close is begun, and then dropped. The rest of a
    /// message is read all the same while a stream waits for it, which would else wait for ever, and the drain for it.</summary>
    public long BytesLeft { get; set; } = driver.Transport.Unread + MostInBetween;

    /// <summary>The transport has answered a probe.</summary>
    public void Probed(bool any)
    {
        lock (driver.Gate)
        {
            if (!_isProbing) return;
            _isProbing = false;
            _quiet = any ? 0 : _quiet + 1;
            if (!driver.Transport.ProbesAreExact) _nextProbe = driver.Now + SilenceCheck.ProbeAgain;
        }

        GoOn();
    }

    /// <summary>Closes, where nothing is left of what came before; else sees to it that it is asked again.</summary>
    public void GoOn()
    {
        bool probe = false;
        lock (driver.Gate)
        {
            if (_isOver || driver.Receiving.IsInBatch || !driver.Receiving.IsIdle) return;
            if (BytesLeft > 0)
            {
                if (_isProbing) return;
                if (driver.Transport.Unread != 0)
                {
                    // It will wake us; but half a TLS record, or bytes of another HTTP/2 stream, will not.
                    _quiet = 0;
                    driver.Schedule(SilenceCheck.ProbeAgain);
                    return;
                }

                if (_quiet < SilenceCheck.QuietProbes)
                {
                    if (_nextProbe - driver.Now is var rest && rest > TimeSpan.Zero)
                    {
                        driver.Schedule(rest);
                        return;
                    }

                    _isProbing = probe = true;
                }
            }

            if (!probe)
            {
                _isOver = true;
                driver.Receiving.StopDraining();
            }
        }

        if (probe) driver.Transport.PostProbe();
        else driver.BeginClose(frame, why);
    }
}
