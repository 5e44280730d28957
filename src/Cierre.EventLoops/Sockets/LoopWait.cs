using System.Net.Sockets;
using System.Threading.Tasks.Sources;
using Cierre.AspNetCore.Kestrel;
using Cierre.EventLoops.Linux;
using Cierre.EventLoops.Loops;
using Cierre.Transports;

namespace Cierre.EventLoops.Sockets;

/// <summary>Waits for a socket's data on a loop, as long as HTTP is spoken.</summary>
internal sealed class LoopWait : DataWait, ISocketEvents, IValueTaskSource<SocketError>
{
    private readonly Socket _socket;
    private readonly WatchedSocket _watched;
    private ManualResetValueTaskSourceCore<SocketError> _completion;
    private volatile bool _isCancelled;
    private int _waits;

    public LoopWait(Socket socket, EventLoop loop)
    {
        _socket = socket;
        _watched = new WatchedSocket(loop, socket.SafeHandle, this);
        loop.Add(_watched);
    }

    LoopEndpoint? ISocketEvents.Endpoint => null;

    public override ValueTask<SocketError> ForDataAsync()
    {
        _completion.Reset();
        var task = new ValueTask<SocketError>(this, _completion.Version);
        Interlocked.Exchange(ref _waits, 1);
        // Behind the fence: whoever cancels finds the wait, or is found here.
        if (_isCancelled) Complete();
        else if (_watched.Fault != Errno.None) Complete(SocketErrors.Of(_watched.Fault));
        else Watch();
        return task;
    }

    public override void Cancel()
    {
        _isCancelled = true;
        Complete();
    }

    public override void SocketClosed()
    {
        // The kernel tells nothing of a socket that is closed here.
        if (ReferenceEquals(_watched.Events, this)) Complete();
        else _watched.Ask();
    }

    public override Transport TakeOver(Transport.EarlierReader? earlier) => new LoopTransport(_socket, _watched, earlier);

    public override void Dispose()
    {
        // Whoever took the socket over has its place on the loop.
        if (ReferenceEquals(_watched.Events, this)) _watched.Leave();
    }

    SocketError IValueTaskSource<SocketError>.GetResult(short token) => _completion.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<SocketError>.GetStatus(short token) => _completion.GetStatus(token);

    void IValueTaskSource<SocketError>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _completion.OnCompleted(continuation, state, token, flags);

    void ISocketEvents.Readable(Memory<byte> buffer) => Complete();

    void ISocketEvents.Writable()
    {
    }

    void ISocketEvents.Work(Memory<byte> buffer)
    {
    }

    /// <summary>No receive would be told of it.</summary>
    void ISocketEvents.Failed(Exception exception) => Complete((exception as SocketException)?.SocketErrorCode ?? SocketError.SocketError);

    private void Watch()
    {
        _watched.Watch(EpollEvents.In);
        // Closed before it was watched: the kernel tells nothing of it, and whoever closed it found no wait.
        if (_watched.Socket.IsClosed && Interlocked.Exchange(ref _waits, 0) == 1) _completion.SetException(new ObjectDisposedException(nameof(Socket)));
    }

    /// <param name="error">Success: whatever it is, the receive behind the wait is told.</param>
    private void Complete(SocketError error = SocketError.Success)
    {
        _watched.Unwatch(EpollEvents.In);
        if (Interlocked.Exchange(ref _waits, 0) == 1) _completion.SetResult(error);
    }
}
