using Cierre.Transports;

namespace Cierre.Connections;

/// <summary>Before the peer's silence is believed: a look at what may have come and has not reached us, because our threads were busy or a layer in between
/// holds it.</summary>
/// <remarks>Bytes that a look brings are life and end the doubt. What a look is too early for, the next one, a tick later, is not.</remarks>
internal sealed partial class ConnectionDriver
{
    private bool _looksForLife;
    private int _looksDone;
    private TimeSpan _nextLook;
    private long? _arrived;

    /// <summary>Whether nobody is silent, or enough looks have found nothing since the deadline passed. Under the lock.</summary>
    /// <param name="look">Whether another one is due.</param>
    private bool IsSilenceCertain(TimeSpan now, out bool look)
    {
        look = false;
        if (!_engine.GivesUp(now) || _looksDone >= (_transport.LooksAreExact ? 1 : QuietLooks))
        {
            _looksDone = 0;
            return true;
        }

        if (_looksForLife || now < _nextLook) return false;
        look = _looksForLife = true;
        return false;
    }

    private void LookForLife()
    {
        // Where layers in between work on the pool, what they have handed over is in its queue, before this.
        if (_transport.LooksAreExact) _transport.Look();
        else _transport.Post(static transport => ((Transport)transport!).Look());
    }

    private void LookedForLife()
    {
        lock (_gate)
        {
            if (!_looksForLife) return;
            _looksForLife = false;
            _looksDone++;
            _nextLook = Now + LookAgain;
        }

        // The deadline has passed: whoever looked decides. Else the next tick does.
        if (_transport.LooksAreExact) Due();
    }

    /// <summary>Whether bytes came since the last deadline, be it a part of a TLS record that nobody can read yet. Under the lock.</summary>
    private bool HasArrived() => _arrived is { } before && _transport.Arrived is { } now && now != before;

    private void NoteArrived() => _arrived = _transport.LooksAreExact ? null : _transport.Arrived;
}
