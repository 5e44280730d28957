namespace Cierre.AspNetCore.Admission;

/// <summary>Whether new connections are let in: not while the server drains, nor after it.</summary>
internal sealed class AdmissionGate
{
    private volatile GoingAway? _notice;

    /// <summary>What the drain tells; null while the gate is open.</summary>
    public GoingAway? Notice => _notice;

    public bool IsClosed => _notice is not null;

    public void Close(GoingAway notice) => _notice = notice;

    public void Open() => _notice = null;
}
