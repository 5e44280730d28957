using Cierre.Protocol;
using Cierre.Transports;

namespace Cierre.Receiving;

/// <summary>Before the peer's silence is believed: a probe at what may have come and has not reached us, because our threads were busy or a layer in between
/// holds it. Guarded by the connection's lock.</summary>
/// <remarks>Bytes that a probe brings are life and end the doubt. What a probe is too early for, the next one, a tick later, is not.</remarks>
internal struct SilenceCheck
{
    /// <summary>What the kernel has handed over may still be on its way to us through the pool: one probe may be too early, and a second right behind
    /// it.</summary>
    public const int QuietProbes = 2;

    /// <summary>How long after the first probe the second is made.</summary>
    public static readonly TimeSpan ProbeAgain = TimeSpan.FromMilliseconds(20);

    private bool _isProbing;
    private int _probesDone;
    private TimeSpan _nextProbe;
    private long? _arrived;

    /// <summary>Whether nobody is silent, or enough probes have found nothing since the deadline passed.</summary>
    /// <param name="probe">Whether another one is due.</param>
    public bool IsCertain(WebSocketProtocol engine, Transport transport, TimeSpan now, out bool probe)
    {
        probe = false;
        if (!engine.GivesUp(now) || _probesDone >= (transport.ProbesAreExact ? 1 : QuietProbes))
        {
            _probesDone = 0;
            return true;
        }

        if (_isProbing || now < _nextProbe) return false;
        probe = _isProbing = true;
        return false;
    }

    /// <summary>Outside the lock.</summary>
    public static void Probe(Transport transport)
    {
        if (transport.ProbesAreExact) transport.Probe();
        else transport.PostProbe();
    }

    /// <summary>True: this check had asked for the probe.</summary>
    public bool Probed(TimeSpan now)
    {
        if (!_isProbing) return false;
        _isProbing = false;
        _probesDone++;
        _nextProbe = now + ProbeAgain;
        return true;
    }

    /// <summary>Whether bytes came since the last deadline, be it a part of a TLS record that nobody can read yet.</summary>
    public readonly bool HasArrived(Transport transport) => _arrived is { } before && transport.Arrived is { } now && now != before;

    public void NoteArrived(Transport transport) => _arrived = transport.ProbesAreExact ? null : transport.Arrived;
}
