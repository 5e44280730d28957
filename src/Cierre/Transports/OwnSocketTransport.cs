using System.Net.Sockets;

namespace Cierre.Transports;

/// <summary>Over a socket that is the transport's own: what the kernel says of it, and how it ends. How it is read and written differs.</summary>
/// <param name="socket">Connected.</param>
internal abstract class OwnSocketTransport(Socket socket) : Transport
{
    private volatile bool _closing;
    private volatile bool _cut;

    public override bool IsIndependent => true;

    public override int Unread => Ask(static socket => socket.Available);

    public override long? Acknowledged => Ask(TcpReceived.Acknowledged);

    protected Socket Socket => socket;

    /// <summary>Whether the connection lets go, or has.</summary>
    protected bool IsClosing => _closing;

    /// <summary>Whether a write waits for the peer.</summary>
    protected abstract bool HasUnsent { get; }

    public override ValueTask ShutdownSendAsync()
    {
        Shutdown(socket, SocketShutdown.Send);
        return default;
    }

    public override void Close()
    {
        _closing = true;
        // Posted: a receive or a flush that ends here would go on under the connection's lock.
        Post(static transport => ((OwnSocketTransport)transport!).LetGo());
    }

    public override void Abort()
    {
        _cut = true;
        Close();
    }

    public override ValueTask ReleaseAsync()
    {
        LetGo();
        return default;
    }

    /// <summary>A socket that somebody else in this process disposed of was cut here: what the peer does never disposes of ours. To a call that is under way
    /// the close looks like a reset by the peer.</summary>
    public override TransportEnd EndOf(Exception exception) =>
        !_closing && (exception is ObjectDisposedException or SocketException { SocketErrorCode: SocketError.OperationAborted }
            || (exception is SocketException && IsDisposed(socket)))
        ? TransportEnd.CutHere(exception)
        : base.EndOf(exception);

    /// <summary>How the stream ended for whoever reads it.</summary>
    /// <param name="exception">What the read met; null: the end of the stream.</param>
    protected TransportEnd EndOfRead(Exception? exception = null)
    {
        TransportEnd end = exception is not null ? EndOf(exception)
            : IsDisposed(socket) ? TransportEnd.CutHere(new ObjectDisposedException(nameof(Socket)))
            : TransportEnd.EndOfStream;
        // Asked last: whoever closes in this moment makes the end of a socket that is cut look like the peer's.
        return _closing ? TransportEnd.Closed(exception) : end;
    }

    /// <summary>A peer that takes nothing is cut: nothing in order would reach it.</summary>
    protected virtual void LetGo()
    {
        if (_cut || HasUnsent)
        {
            socket.Close(timeout: 0);
            return;
        }

        Shutdown(socket, SocketShutdown.Both);
        socket.Dispose();
    }

    /// <returns>Null, or nought, of a socket that is gone.</returns>
    private T? Ask<T>(Func<Socket, T> question)
    {
        try
        {
            return question(socket);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return default;
        }
    }
}
