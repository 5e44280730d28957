namespace Cierre.AspNetCore.Admission;

/// <summary>Whether new connections are let in: until a drain begins.</summary>
internal sealed class AdmissionGate
{
    private volatile bool _closed;

    public bool IsClosed => _closed;

    public void Close() => _closed = true;
}
