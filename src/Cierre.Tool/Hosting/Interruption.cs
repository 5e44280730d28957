using System.Runtime.InteropServices;

namespace Cierre.Tool.Hosting;

/// <summary>Ctrl-C and SIGTERM hang up in order; the second one ends the process as ever.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly PosixSignalRegistration[] _signals;
    private int _count;

    public Interruption(Action hangUp)
    {
        void Handle(PosixSignalContext context)
        {
            if (Interlocked.Increment(ref _count) > 1) return;
            context.Cancel = true;
            hangUp();
        }

        _signals = [PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle)];
    }

    public void Dispose()
    {
        foreach (PosixSignalRegistration signal in _signals) signal.Dispose();
    }
}
