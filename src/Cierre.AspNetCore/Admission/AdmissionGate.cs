namespace Cierre.AspNetCore.Admission;

/// <summary>Whether new connections are let in: not while the server drains, nor after it.</summary>
internal sealed class AdmissionGate
{
    private volatile DrainNotice? _notice;

    /// <summary>What the drain tells; null while the gate is open.</summary>
    public DrainNotice? Notice => _notice;

    public bool IsClosed => _notice is not null;

    public void Close(DrainNotice notice) => _notice = notice;

    public void Open() => _notice = null;
}
