using System.Net.Sockets;
using Cierre.Transports;

namespace Cierre.AspNetCore.Kestrel;

/// <summary>Loops that wait for the data of many sockets each, in the place of the runtime's own; a package of its own brings them.</summary>
internal abstract class SocketLoops
{
    public abstract int Count { get; }

    /// <param name="loop">Which of them, from 0.</param>
    public abstract DataWait Wait(Socket socket, int loop);
}

/// <summary>Waits until a socket has something to read, and holds no buffer meanwhile; one wait at a time.</summary>
internal abstract class DataWait : IDisposable
{
    /// <summary>Completes when there is something, or the end, or <see cref="Cancel"/> was called.</summary>
    /// <exception cref="ObjectDisposedException">The socket is disposed.</exception>
    public abstract ValueTask<SocketError> ForDataAsync();

    /// <summary>Ends a wait; where that is not possible, it ends with the next bytes.</summary>
    public abstract void Cancel();

    /// <summary>This process has closed the socket: whoever waits for its data is told.</summary>
    public abstract void SocketClosed();

    /// <summary>The socket is a transport's own from now on.</summary>
    public abstract Transport TakeOver(Transport.EarlierReader? earlier);

    public abstract void Dispose();
}
