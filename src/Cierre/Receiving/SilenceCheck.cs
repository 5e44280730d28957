using Cierre.Protocol;
using Cierre.Transports;

namespace Cierre.Receiving;

/// <summary>Before the peer's silence is believed: a look at what may have come and has not reached us, because our threads were busy or a layer in between
/// holds it. Guarded by the connection's lock.</summary>
/// <remarks>Bytes that a look brings are life and end the doubt. What a look is too early for, the next one, a tick later, is not.</remarks>
internal struct SilenceCheck
{
    /// <summary>What the kernel has handed over may still be on its way to us through the pool: one look may be too early, and a second right behind
    /// it.</summary>
    public const int QuietLooks = 2;

    /// <summary>How long after the first look the second is made.</summary>
    public static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(20);

    private bool _looks;
    private int _looksDone;
    private TimeSpan _nextLook;
    private long? _arrived;

    /// <summary>Whether nobody is silent, or enough looks have found nothing since the deadline passed.</summary>
    /// <param name="look">Whether another one is due.</param>
    public bool IsCertain(WebSocketProtocol engine, Transport transport, TimeSpan now, out bool look)
    {
        look = false;
        if (!engine.GivesUp(now) || _looksDone >= (transport.LooksAreExact ? 1 : QuietLooks))
        {
            _looksDone = 0;
            return true;
        }

        if (_looks || now < _nextLook) return false;
        look = _looks = true;
        return false;
    }

    /// <summary>Outside the lock.</summary>
    public static void Look(Transport transport)
    {
        // Where layers in between work on the pool, what they have handed over is in its queue, before this.
        if (transport.LooksAreExact) transport.Look();
        else transport.Post(static transport => ((Transport)transport!).Look());
    }

    /// <summary>True: this check had asked for the look.</summary>
    public bool Looked(TimeSpan now)
    {
        if (!_looks) return false;
        _looks = false;
        _looksDone++;
        _nextLook = now + LookAgain;
        return true;
    }

    /// <summary>Whether bytes came since the last deadline, be it a part of a TLS record that nobody can read yet.</summary>
    public readonly bool HasArrived(Transport transport) => _arrived is { } before && transport.Arrived is { } now && now != before;

    public void NoteArrived(Transport transport) => _arrived = transport.LooksAreExact ? null : transport.Arrived;
}
