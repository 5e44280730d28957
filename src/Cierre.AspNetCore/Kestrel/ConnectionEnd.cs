namespace Cierre.AspNetCore.Kestrel;

/// <summary>
/// What Kestrel's HTTP layer learns of the end of a connection: everything, until the connection is upgraded; then nothing.
/// </summary>
/// <remarks>
/// To HTTP a peer's FIN means that nobody waits for the answer: Kestrel cuts the connection, with RST. A WebSocket peer may well end its
/// stream right behind its close frame and read on, and ours must reach it.
/// </remarks>
internal sealed class ConnectionEnd : CancellationTokenSource
{
    private volatile bool _upgraded;

    public ConnectionEnd(CancellationToken closed) => closed.UnsafeRegister(static end => ((ConnectionEnd)end!).Pass(), this);

    public void Upgraded() => _upgraded = true;

    private void Pass()
    {
        if (!_upgraded) Cancel();
    }
}
